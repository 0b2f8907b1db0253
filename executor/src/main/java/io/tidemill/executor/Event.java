package io.tidemill.executor;

import io.tidemill.executor.tx.Address;
import io.tidemill.state.hash.Hash32;
import java.util.List;

/** What a contract said. Its indices are assigned when the transaction is final (host-abi 6.2). */
public record Event(Address contract, List<Hash32> topics, byte[] data) {
  public Event {
    topics = List.copyOf(topics);
  }
}
