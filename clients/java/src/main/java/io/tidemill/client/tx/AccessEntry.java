package io.tidemill.client.tx;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * A hint: slots of one account that the transaction will touch. Hints steer prefetch and order of
 * work and never change a result.
 *
 * @param slots 32 bytes each
 * @param write whether it will write them
 */
public record AccessEntry(Address address, List<ByteString> slots, boolean write) {
  /** Copies the list. */
  public AccessEntry {
    slots = List.copyOf(slots);
  }
}
