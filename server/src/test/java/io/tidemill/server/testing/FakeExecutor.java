package io.tidemill.server.testing;

import io.tidemill.executor.ContentHash;
import io.tidemill.executor.Event;
import io.tidemill.executor.InvalidWaveException;
import io.tidemill.executor.NodeFault;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.SettledReceipt;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.WaveStatistics;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes the bytes of each transaction under their hash and emits them as an event. The text {@code
 * fault} is a node fault, {@code refuse} an invalid wave; {@code slow} waits to be let through.
 */
public final class FakeExecutor implements WaveExecutor {
  public static final Address CONTRACT = new Address(Blake3.hash(new byte[] {7}));

  /** How many waves were executed. */
  public final AtomicInteger executed = new AtomicInteger();

  /** What every wave says it cost; null for what one worker costs. */
  public volatile @Nullable WaveStatistics statistics;

  /** What a transaction with these bytes emits. */
  public volatile Function<byte[], List<Event>> events =
      bytes -> List.of(new Event(CONTRACT, List.of(Blake3.hash(bytes)), bytes));

  /** Called before each transaction. */
  public volatile Runnable beforeEach = () -> {};

  @Override
  public WaveResult execute(
      Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
    final List<Receipt> receipts = new ArrayList<>();
    final TreeMap<StateKey, byte @Nullable []> writes = new TreeMap<>();
    for (int i = 0; i < wave.transactions().size(); i++) {
      final byte[] bytes = wave.transactions().get(i).bytes();
      final String text = new String(bytes, StandardCharsets.UTF_8);
      beforeEach.run();
      if (text.equals("fault")) {
        throw new NodeFault("a disk that lies");
      }
      if (text.equals("refuse")) {
        throw new InvalidWaveException("the gas limits sum to too much");
      }
      final Hash32 hash = Blake3.hash(bytes);
      writes.put(new StateKey(hash), bytes);
      final Receipt receipt =
          new Receipt(
              wave.context().waveId(),
              i,
              hash,
              Receipt.Status.SUCCESS,
              Receipt.Category.NONE,
              0,
              true,
              21_000,
              U128.of(21_000),
              null,
              bytes,
              null,
              events.apply(bytes));
      receipts.add(receipt);
      listener.onReceipt(receipt);
    }
    executed.incrementAndGet();
    final Wave placed = wave.parentRoot() == null ? wave.on(base.root().blake3()) : wave;
    final U128 gas = U128.of(21_000L * receipts.size());
    return new WaveResult(
        wave.context(),
        Objects.requireNonNull(placed.parentRoot()),
        TestNode.CHAIN.rulesAt(1).hash(),
        ContentHash.of(placed),
        SettledReceipt.all(receipts, TestNode.CHAIN.rulesAt(1).fees()),
        StateDelta.of(writes),
        List.of(),
        Hash32.ZERO,
        new byte[256],
        receipts.size(),
        Blake3.hash(new byte[] {(byte) receipts.size()}),
        new WaveResult.Totals(gas, gas, gas, U128.ZERO, U128.ZERO),
        U128.of(1),
        List.of(),
        statistics == null ? WaveStatistics.serial(receipts.size()) : statistics);
  }
}
