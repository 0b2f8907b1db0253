package io.tidemill.server.query;

import io.tidemill.executor.Event;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.tx.Address;
import io.tidemill.state.EventCursor;
import io.tidemill.state.EventPage;
import io.tidemill.state.StateException;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * Stored events: wave u64, transaction_index u32, event_index u32, contract 32, topics vec of 32,
 * data bytes. Source: host-abi 6.1.
 */
public final class EventRecords {
  /** An event with its place. */
  public record Placed(EventCursor at, Event event) {}

  private EventRecords() {}

  /**
   * The event in a stored row.
   *
   * @throws StateException if it is none
   */
  public static Placed decode(EventPage.Row row) {
    try {
      final BorshReader in = new BorshReader(row.bytes());
      final EventCursor at =
          new EventCursor(in.u64("wave_id"), in.u32("tx_index"), in.u32("event_index"));
      final Address contract = new Address(in.hash32("contract_addr"));
      final int count = in.count("topics", Hash32.LENGTH);
      final List<Hash32> topics = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        topics.add(in.hash32("topic"));
      }
      final byte[] data = in.bytes("data");
      in.end("event");
      return new Placed(at, new Event(contract, topics, data));
    } catch (BorshException e) {
      throw new StateException("the stored event at " + row.at() + " is corrupt", e);
    }
  }
}
