package io.tidemill.client;

import com.google.protobuf.ByteString;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.util.ArrayList;
import java.util.List;

/**
 * A wave to execute: its header and its transactions in canonical order.
 *
 * @param header wave number, parent root, context and options
 * @param transactions in canonical order; iterated once more when the stream breaks
 * @param commit whether to make it durable at once instead of leaving it pending
 */
public record WaveRequest(WaveHeader header, List<WaveTransaction> transactions, boolean commit) {
  /** Copies the list. */
  public WaveRequest {
    transactions = List.copyOf(transactions);
  }

  /**
   * A wave of Borsh transactions without markers.
   *
   * @param wave the head plus one
   * @param parentRoot the 32 bytes it builds on
   */
  public static WaveRequest of(
      long wave, ByteString parentRoot, WaveContext context, List<byte[]> transactions) {
    List<WaveTransaction> entries = new ArrayList<>(transactions.size());
    for (byte[] bytes : transactions) {
      entries.add(WaveTransaction.newBuilder().setTransaction(ByteString.copyFrom(bytes)).build());
    }
    WaveHeader header =
        WaveHeader.newBuilder()
            .setWave(wave)
            .setParentRoot(parentRoot)
            .setContext(context)
            .setTransactionCount(entries.size())
            .build();
    return new WaveRequest(header, entries, false);
  }

  /** The same, built on the wave that is sent before it, whatever root that one gets. */
  public WaveRequest ahead() {
    return new WaveRequest(header.toBuilder().clearParentRoot().build(), transactions, commit);
  }

  /** The same, and the answer carries the state diff. */
  public WaveRequest withStateDiff() {
    return new WaveRequest(header.toBuilder().setWantStateDiff(true).build(), transactions, commit);
  }

  /** The same, and the node abandons the wave when its root is another. */
  public WaveRequest expectingRoot(ByteString root) {
    return new WaveRequest(header.toBuilder().setExpectedRoot(root).build(), transactions, commit);
  }

  /** The same, pending when the result arrives. */
  public WaveRequest uncommitted() {
    return new WaveRequest(header, transactions, false);
  }

  /** The same, durable when the result arrives. */
  public WaveRequest committed() {
    return new WaveRequest(header, transactions, true);
  }
}
