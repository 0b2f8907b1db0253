package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Blake3;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A wave of nothing but rubbish costs no fees, changes no state, and takes work in proportion to
 * its bytes. Source: state-and-transactions 1.7, decisions S1 and S11.
 */
class RubbishWaveTest {
  private final TestChain chain = new TestChain();

  /** Random bytes, and transactions with a length field that promises far more than there is. */
  private static List<Wave.Entry> rubbish(int count) {
    final SplittableRandom random = new SplittableRandom(7);
    final byte[] good = TransactionEncoder.encode(TestChain.tx(0, 0).build());
    final int[] lengthFields = {80, 100, 106};
    final List<Wave.Entry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final byte[] bytes;
      if (i % 2 == 0) {
        bytes = new byte[random.nextInt(400)];
        random.nextBytes(bytes);
      } else {
        bytes = good.clone();
        final int at = lengthFields[random.nextInt(lengthFields.length)];
        for (int b = 0; b < 4; b++) {
          bytes[at + b] = (byte) random.nextInt(1, 128);
        }
      }
      entries.add(new Wave.Entry(bytes, false, null));
    }
    return entries;
  }

  @Test
  void shouldCostNothingAndChangeNothing() {
    final List<Wave.Entry> entries = rubbish(5_000);
    final WaveResult result = chain.run(chain.wave(entries));
    assertThat(result.delta().size()).isZero();
    assertThat(result.totals().gasUsed()).isEqualTo(U128.ZERO);
    assertThat(result.totals().fees()).isEqualTo(U128.ZERO);
    assertThat(result.eventsCount()).isZero();
    for (Receipt receipt : result.receipts()) {
      assertThat(receipt.code()).isEqualTo(RejectCode.DECODE_FAILED.number());
      assertThat(receipt.feePayer()).isNull();
    }
  }

  @Test
  void shouldNameUnreadableBytesByTheirHashAndIndexWhatTookEffectOnly() {
    final byte[] noise = {1, 2, 3};
    final Wave.Entry paid = TestChain.entry(TestChain.tx(0, 0).to(TestChain.user(1)).build());
    final List<Receipt> receipts =
        chain.run(chain.wave(List.of(new Wave.Entry(noise, false, null), paid, paid))).receipts();
    assertThat(receipts.get(0).transactionHash()).isEqualTo(Blake3.hash(noise));
    assertThat(receipts.get(1).transactionHash()).isEqualTo(receipts.get(2).transactionHash());
    assertThat(receipts).extracting(Receipt::isIndexed).containsExactly(false, true, false);
  }

  /** Memory stands for time here: both come from what a length field makes the decoder believe. */
  @Test
  void shouldAllocateInProportionToItsBytes() {
    final List<Wave.Entry> some = rubbish(2_000);
    final List<Wave.Entry> twice = rubbish(4_000);
    allocated(some);
    allocated(twice);
    final double once = allocated(some);
    final double both = allocated(twice);
    assertThat(both / once).isLessThan(2.3);
    final long bytes = some.stream().mapToLong(entry -> entry.bytes().length).sum();
    assertThat(once / bytes).as("bytes allocated per byte").isLessThan(40);
  }

  private double allocated(List<Wave.Entry> entries) {
    final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    final WaveExecutor executor =
        new SerialWaveExecutor(
            new ExecutorParts(
                ChainSpecification.always(chain.rules),
                new FakeContracts(),
                SignatureVerifier.TRUSTING));
    final Wave wave = chain.wave(entries);
    try (Snapshot base = chain.store.snapshot()) {
      final long before = threads.getCurrentThreadAllocatedBytes();
      executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
      return threads.getCurrentThreadAllocatedBytes() - before;
    }
  }
}
