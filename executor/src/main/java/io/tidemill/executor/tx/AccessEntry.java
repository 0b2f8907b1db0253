package io.tidemill.executor.tx;

import io.tidemill.state.hash.Hash32;
import java.util.List;

/**
 * What a transaction says it will touch: a hint for prefetch and dispatch that never changes a
 * result (decisions H9).
 *
 * @param write whether the keys are declared as read and written (tag 1) or read only (tag 0)
 */
public record AccessEntry(Address address, List<Hash32> storageKeys, boolean write) {
  public AccessEntry {
    storageKeys = List.copyOf(storageKeys);
  }
}
