package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An event as it is stored.
 *
 * <pre>
 * topics u8 | contract 32 | topic 32 .. | event record, to the end
 * </pre>
 */
record EventRow(Hash32 contract, List<Hash32> topics, byte[] bytes) {
  static byte[] encode(WaveArtifacts.StoredEvent event) {
    final int topics = event.topics().size();
    final int head = 1 + Hash32.LENGTH * (1 + topics);
    final byte[] row = new byte[head + event.bytes().length];
    row[0] = (byte) topics;
    event.contract().writeTo(row, 1);
    for (int i = 0; i < topics; i++) {
      event.topics().get(i).writeTo(row, 1 + Hash32.LENGTH * (1 + i));
    }
    System.arraycopy(event.bytes(), 0, row, head, event.bytes().length);
    return row;
  }

  static EventRow decode(byte[] row) {
    final int count = row.length == 0 ? 0 : row[0] & 0xFF;
    final int head = 1 + Hash32.LENGTH * (1 + count);
    if (row.length < head) {
      throw new StateException("an event row of " + row.length + " bytes is damaged");
    }
    final List<Hash32> topics = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      topics.add(Hash32.at(row, 1 + Hash32.LENGTH * (1 + i)));
    }
    return new EventRow(Hash32.at(row, 1), topics, Arrays.copyOfRange(row, head, row.length));
  }
}
