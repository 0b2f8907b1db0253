package io.tidemill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.WaveContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WaveStreamTest {
  @RegisterExtension private final ScriptedNode node = new ScriptedNode();

  @Test
  void shouldDeliverReceiptsInOrderAndKeepTheStreamOpen() {
    try (WaveStream stream = node.client().openWaveStream()) {
      List<Integer> seen = new ArrayList<>();
      WaveListener listener =
          new WaveListener() {
            @Override
            public void onReceipt(Receipt receipt) {
              seen.add(receipt.getTransactionIndex());
            }
          };
      for (long wave = 1; wave <= 3; wave++) {
        WaveOutcome outcome = stream.execute(wave(wave, 5, 10), listener);
        assertThat(outcome.receipts()).hasSize(5);
        assertThat(node.client().commit(outcome).getWave()).isEqualTo(wave);
      }
      assertThat(seen).hasSize(15).startsWith(0, 1, 2, 3, 4);
      assertThat(node.streams).isEqualTo(1);
    }
  }

  @Test
  void shouldSendALargeWaveInBoundedMessages() {
    try (WaveStream stream = node.client().openWaveStream()) {
      assertThat(stream.execute(wave(1, 300, 10_000)).receipts()).hasSize(300);
    }
    assertThat(node.chunkSizes).hasSizeGreaterThan(10).allMatch(size -> size < 280_000);
    assertThat(node.received).hasSize(300);
  }

  @Test
  void shouldSendTheWaveAgainWhenTheStreamBreaks() {
    node.breakStreams = 2;
    List<String> causes = new ArrayList<>();
    WaveListener listener =
        new WaveListener() {
          @Override
          public void onResend(NodeException cause) {
            causes.add(cause.reason());
          }
        };
    try (WaveStream stream = node.client().openWaveStream()) {
      assertThat(stream.execute(wave(1, 4, 10), listener).receipts()).hasSize(4);
    }
    assertThat(causes).containsExactly("NODE_DRAINING", "NODE_DRAINING");
    assertThat(node.streams).isEqualTo(3);
  }

  @Test
  void shouldGiveUpAfterItsAttempts() {
    node.breakStreams = 9;
    try (WaveStream stream = node.client().openWaveStream()) {
      NodeException error = refused(stream, wave(1, 1, 10));
      assertThat(error.reason()).isEqualTo("NODE_DRAINING");
      assertThat(error.fate()).isEqualTo(Fate.NODE);
    }
    assertThat(node.streams).isEqualTo(3);
  }

  @Test
  void shouldSendAMissingChunkAgain() {
    node.loseFirstChunk = true;
    try (WaveStream stream = node.client().openWaveStream()) {
      assertThat(stream.execute(wave(1, 100, 10_000)).receipts()).hasSize(100);
    }
    assertThat(node.received).hasSize(100);
  }

  @Test
  void shouldNotRepeatWhatTheCallerGotWrong() {
    node.refuse = "WAVE_GAP";
    try (WaveStream stream = node.client().openWaveStream()) {
      NodeException error = refused(stream, wave(9, 1, 10));
      assertThat(error.reason()).isEqualTo("WAVE_GAP");
      assertThat(error.fate()).isEqualTo(Fate.CALLER);
      assertThat(error.metadata()).containsEntry("expected_wave", "1");
      assertThat(error.remedy()).isEqualTo("send the waves from 1 on");
    }
    assertThat(node.streams).isEqualTo(1);
  }

  @Test
  void shouldVoidTheReceiptsOfAnAbandonedWave() {
    node.abort = "ROOT_DIVERGED";
    try (WaveStream stream = node.client().openWaveStream()) {
      NodeException error = refused(stream, wave(1, 1, 10));
      assertThat(error.reason()).isEqualTo("ROOT_DIVERGED");
      assertThat(error.fate()).isEqualTo(Fate.NODE);
    }
  }

  @Test
  void shouldRepeatReadsWhileTheNodeIsBusy() {
    node.busyReads = 2;
    assertThat(node.client().reader().info().getExpectedWave()).isEqualTo(1);
    node.busyReads = 3;
    NodeException error =
        catchThrowableOfType(NodeException.class, () -> node.client().reader().info());
    assertThat(error.reason()).isEqualTo("QUEUE_FULL");
    assertThat(error.fate()).isEqualTo(Fate.PRESSURE);
  }

  @Test
  void shouldKnowEveryReasonOfTheCatalog() {
    assertThat(ErrorCatalog.shipped().entries()).hasSizeGreaterThan(20).containsKey("WAVE_GAP");
    assertThat(ErrorCatalog.shipped().entries().values())
        .allMatch(entry -> !entry.text().isEmpty() && !entry.remedy().isEmpty());
    assertThat(ErrorCatalog.shipped().find("NODE_FAULTED").fate()).isEqualTo(Fate.NODE);
  }

  private static NodeException refused(WaveStream stream, WaveRequest wave) {
    return catchThrowableOfType(NodeException.class, () -> stream.execute(wave));
  }

  private static WaveRequest wave(long number, int transactions, int bytes) {
    List<byte[]> list = new ArrayList<>();
    for (int i = 0; i < transactions; i++) {
      list.add(new byte[bytes]);
    }
    return WaveRequest.of(
        number, ByteString.copyFrom(new byte[32]), WaveContext.getDefaultInstance(), list);
  }
}
