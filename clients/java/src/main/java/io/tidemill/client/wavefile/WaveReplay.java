package io.tidemill.client.wavefile;

import com.google.protobuf.ByteString;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.U128;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
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
    GetInfoResponse info = client.reader().info();
    if (info.getChainId() != file.chainId()) {
      throw new IllegalArgumentException(
          "the file is for chain "
              + file.chainId()
              + ", the node serves chain "
              + info.getChainId());
    }
    WaveRef head = info.getHead();
    long number = head.getWave();
    ByteString root = head.getRoot().getBlake3();
    try (WaveStream stream = client.openWaveStream()) {
      for (WaveFile.FileWave wave : file.waves()) {
        WaveRequest request = request(file, wave, ++number, root);
        WaveOutcome outcome = stream.execute(explain ? explained(request) : request);
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
    WaveContext context =
        WaveContext.newBuilder()
            .setTimestamp(wave.timestamp())
            .setBeacon(wave.beacon())
            .setBaseFee(U128.toWire(wave.baseFee()))
            .setChainId(file.chainId())
            .setAnchorMemberId((int) wave.anchorMemberId())
            .build();
    List<WaveTransaction> transactions = new ArrayList<>(wave.entries().size());
    for (WaveFile.FileEntry entry : wave.entries()) {
      WaveTransaction.Builder builder =
          WaveTransaction.newBuilder().setTransaction(entry.transaction()).setSkip(entry.skip());
      if (entry.revealOf() != null) {
        builder.setRevealOf(entry.revealOf());
      }
      transactions.add(builder.build());
    }
    WaveHeader.Builder header =
        WaveHeader.newBuilder()
            .setWave(number)
            .setParentRoot(parent)
            .setContext(context)
            .setTransactionCount(transactions.size());
    header.addAllQuarantinedCodeHashes(wave.quarantined());
    header.addAllSystemEntries(wave.systemEntries());
    return new WaveRequest(header.build(), transactions, true);
  }
}
