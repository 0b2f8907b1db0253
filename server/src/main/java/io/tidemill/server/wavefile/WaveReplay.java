package io.tidemill.server.wavefile;

import com.google.protobuf.ByteString;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveRef;
import io.tidemill.v1.WaveTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Sends the waves of a file to a node, each on top of the one before, and commits them. */
public final class WaveReplay {
  private WaveReplay() {}

  /**
   * Replays {@code file}; {@code seen} gets every answer.
   *
   * @param explain whether the answers say what the execution cost
   * @throws IllegalArgumentException if the node serves another chain
   * @throws io.tidemill.client.NodeException if the node refuses or cannot be reached
   */
  public static void run(
      TidemillClient client, WaveFile file, boolean explain, Consumer<WaveOutcome> seen) {
    final GetInfoResponse info = client.reader().info();
    if (info.getChainId() != file.chainId()) {
      throw new IllegalArgumentException(
          "the file is for chain "
              + file.chainId()
              + ", the node serves chain "
              + info.getChainId());
    }
    final WaveRef head = info.getHead();
    long number = head.getWave();
    ByteString root = head.getRoot().getBlake3();
    try (WaveStream stream = client.openWaveStream()) {
      for (WaveFile.FileWave wave : file.waves()) {
        final WaveRequest request = request(file, wave, ++number, root);
        final WaveOutcome outcome = stream.execute(explain ? explained(request) : request);
        root = outcome.root();
        seen.accept(outcome);
      }
    }
  }

  private static WaveRequest explained(WaveRequest request) {
    return new WaveRequest(
        request.header().toBuilder().setWantStatistics(true).build(),
        request.transactions(),
        request.commit());
  }

  /** Wave {@code wave} of {@code file} as wave {@code number} of a chain. */
  public static WaveRequest request(
      WaveFile file, WaveFile.FileWave wave, long number, ByteString parent) {
    final WaveContext context =
        WaveContext.newBuilder()
            .setTimestamp(wave.timestamp())
            .setBeacon(ByteString.copyFrom(wave.beacon().toBytes()))
            .setBaseFee(ByteString.copyFrom(wave.baseFee().toBytes()))
            .setChainId(file.chainId())
            .setAnchorMemberId(wave.anchorMemberId())
            .build();
    final List<WaveTransaction> transactions = new ArrayList<>(wave.entries().size());
    for (WaveFile.FileEntry entry : wave.entries()) {
      final WaveTransaction.Builder builder =
          WaveTransaction.newBuilder()
              .setTransaction(ByteString.copyFrom(entry.transaction()))
              .setSkip(entry.skip());
      if (entry.revealOf() != null) {
        builder.setRevealOf(ByteString.copyFrom(entry.revealOf().toBytes()));
      }
      transactions.add(builder.build());
    }
    final WaveHeader.Builder header =
        WaveHeader.newBuilder()
            .setWave(number)
            .setParentRoot(parent)
            .setContext(context)
            .setTransactionCount(transactions.size());
    for (Hash32 code : wave.quarantined()) {
      header.addQuarantinedCodeHashes(ByteString.copyFrom(code.toBytes()));
    }
    for (byte[] entry : wave.systemEntries()) {
      header.addSystemEntries(ByteString.copyFrom(entry));
    }
    return new WaveRequest(header.build(), transactions, true);
  }
}
