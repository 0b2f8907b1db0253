package io.tidemill.executor;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.nativetx.WaveEnd;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.executor.schedule.Schedule;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One wave, apart from the order in which its transactions are run: the checks before, the
 * pre-pass, one transaction at a time on any overlay, the steps after. The serial and the parallel
 * executor differ only in what lies between {@link #open} and {@link #finish}. Source:
 * state-and-transactions 4.9, decisions S10.
 *
 * <p>{@link #run} is safe for use by many workers; the rest belongs to one thread.
 */
final class WaveExecution {
  private final Wave wave;
  private final Snapshot base;
  private final WaveScope scope;
  private final ExecutorParts parts;
  private final @Nullable WorkerPool pool;
  private final Prepared[] prepared;
  private final Schedule schedule;
  private final TransactionProcessor processor;

  private WaveExecution(
      Wave wave,
      Snapshot base,
      WaveScope scope,
      ExecutorParts parts,
      @Nullable WorkerPool pool,
      PrePass.Result prePass) {
    this.wave = wave;
    this.base = base;
    this.scope = scope;
    this.parts = parts;
    this.pool = pool;
    this.prepared = prePass.prepared();
    this.schedule = prePass.schedule();
    this.processor = parts.processor(scope.rules(), false);
  }

  /**
   * Checks the wave and prepares its transactions.
   *
   * @param pool where work that needs no order is done, or null for the calling thread
   * @param begun the pre-pass that was begun while the wave arrived, or null
   * @throws InvalidWaveException if it may not be executed at all
   */
  static WaveExecution open(
      Wave wave,
      Snapshot base,
      ExecutorParts parts,
      @Nullable WorkerPool pool,
      @Nullable PrePass begun) {
    final Rules rules = parts.specification().rulesAt(wave.context().waveId());
    checkHeader(wave, base, rules);
    final Snapshot opened = SystemEntries.apply(wave, base, rules, parts.verifier());
    final PrePass.Result prePass;
    if (pool == null) {
      prePass =
          new PrePass.Result(
              new Preparation(parts.verifier()).prepare(wave, base, rules), Schedule.NONE);
    } else {
      prePass = (begun == null ? begin(wave, base, parts, pool) : begun).finish(wave, base);
    }
    checkGas(prePass.prepared(), rules);
    return new WaveExecution(wave, opened, WaveScope.of(wave, rules), parts, pool, prePass);
  }

  private static PrePass begin(Wave wave, Snapshot base, ExecutorParts parts, WorkerPool pool) {
    final int size = wave.transactions().size();
    final PrePass prePass = parts.prePass(wave.context().waveId(), size, pool, () -> base);
    wave.transactions().forEach(prePass::hold);
    return prePass;
  }

  private static void checkHeader(Wave wave, Snapshot base, Rules rules) {
    final WaveContext context = wave.context();
    if (context.chainId() != rules.chainId()) {
      throw new InvalidWaveException(
          "wave "
              + context.waveId()
              + " is for chain "
              + context.chainId()
              + ", this is chain "
              + rules.chainId());
    }
    if (context.waveId() <= base.wave()) {
      throw new InvalidWaveException(
          "wave " + context.waveId() + " does not follow wave " + base.wave());
    }
    final Hash32 named = wave.parentRoot();
    if (named == null) {
      return;
    }
    final Hash32 root = base.root().blake3();
    if (!named.equals(root)) {
      throw new InvalidWaveException(
          "wave "
              + context.waveId()
              + " builds on root "
              + named
              + ", but wave "
              + base.wave()
              + " has root "
              + root);
    }
  }

  private static void checkGas(Prepared[] prepared, Rules rules) {
    final U128 limit = U128.of(rules.gas().waveGasLimit());
    U128 sum = U128.ZERO;
    for (int i = 0; i < prepared.length; i++) {
      final Transaction transaction = prepared[i].transaction();
      // What cannot run does not count: one absurd limit must not cost the others their wave.
      if (transaction == null
          || prepared[i].entry().skip()
          || Long.compareUnsigned(transaction.gasLimit(), rules.gas().maxGasLimit()) > 0) {
        continue;
      }
      sum = sum.plus(U128.of(transaction.gasLimit()));
      if (sum.compareTo(limit) > 0) {
        throw new InvalidWaveException(
            "the declared gas limits pass the wave's limit of "
                + limit
                + " at transaction "
                + i
                + " with "
                + sum);
      }
    }
  }

  /** How many transactions there are. */
  int size() {
    return prepared.length;
  }

  /** The wave under its rules. */
  WaveScope scope() {
    return scope;
  }

  /** Who should wait for whom; empty without a pool. */
  Schedule schedule() {
    return schedule;
  }

  /** Transaction {@code index} after the pre-pass. */
  Prepared prepared(int index) {
    return prepared[index];
  }

  /** What the transactions are executed on: the base with the system entries applied. */
  Snapshot base() {
    return base;
  }

  /** A receipt with what the wave takes from it. */
  SettledReceipt settle(Receipt receipt) {
    return SettledReceipt.of(receipt, scope.rules().fees());
  }

  /**
   * Runs transaction {@code index} on {@code fresh}. An attempt that the guard stops is repeated
   * once on the reference runtime; what it had written is dropped first.
   *
   * @throws NodeFault if this node cannot know the receipt
   */
  Receipt run(int index, Overlay fresh) {
    try {
      try {
        return attempt(index, fresh, false);
      } catch (ExecutionGuard.AttemptStopped stopped) {
        fresh.rollback(0);
        return attempt(index, fresh, true);
      }
    } catch (NodeFault fault) {
      throw fault;
    } catch (ExecutionGuard.AttemptStopped stopped) {
      throw fault(index, "was stopped twice by the execution guard", stopped);
    } catch (StateException | BorshException | IllegalStateException e) {
      throw fault(index, "met a broken state: " + e.getMessage(), e);
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw fault(index, "failed inside the node: " + e, e);
    }
  }

  private Receipt attempt(int index, Overlay overlay, boolean reference) {
    final Transaction transaction = prepared[index].transaction();
    final long gasLimit = transaction == null ? 0 : transaction.gasLimit();
    final ExecutionGuard guard = parts.guards().begin(gasLimit, reference);
    try {
      final TransactionProcessor chosen =
          reference ? parts.processor(scope.rules(), true) : processor;
      return chosen.process(scope, index, prepared[index], overlay, guard);
    } finally {
      parts.guards().end(guard);
    }
  }

  private NodeFault fault(int index, String what, Throwable cause) {
    return new NodeFault(
        "wave "
            + scope.context().waveId()
            + ", transaction "
            + index
            + " ("
            + prepared[index].hash()
            + ") "
            + what,
        cause);
  }

  /**
   * The wave-level steps and the result.
   *
   * @param receipts of all transactions, in order
   * @param after what is read after the last transaction
   * @param writes what the transactions wrote, the last one winning
   * @param codes wasm that the transactions staged
   * @param messages what they queued, in order
   * @param statistics what all that cost
   */
  WaveResult finish(
      List<SettledReceipt> receipts,
      StateView after,
      StateDelta writes,
      SortedMap<Hash32, byte[]> codes,
      List<ParachainMessage> messages,
      WaveStatistics statistics) {
    final Rules rules = scope.rules();
    final ReceiptSums sums = ReceiptSums.of(receipts, pool);
    final WaveResult.Totals totals = sums.totals();
    final Overlay overlay = new Overlay(after);
    final Ledger ledger = new Ledger(overlay);
    WaveCredits.apply(ledger, totals);
    WaveEnd.apply(ledger, rules, scope.context());
    StateDelta delta = StateDelta.of(overlay.sortedWrites()).over(writes);
    if (base instanceof ChangedSnapshot changed) {
      delta = delta.over(StateDelta.of(changed.writes()));
    }
    final List<StoredCode> stored = new ArrayList<>(codes.size());
    for (Map.Entry<Hash32, byte[]> code : codes.entrySet()) {
      stored.add(new StoredCode(code.getKey(), code.getValue()));
    }
    // A base whose root is still being computed is asked for it as late as possible.
    final Wave placed = wave.parentRoot() == null ? wave.on(base.root().blake3()) : wave;
    return new WaveResult(
        scope.context(),
        Objects.requireNonNull(placed.parentRoot()),
        rules.hash(),
        ContentHash.of(placed, digests()),
        receipts,
        delta,
        stored,
        EventCommitment.root(sums.eventDigests(), pool),
        sums.eventsBloom(),
        sums.eventDigests().size(),
        EventCommitment.root(sums.digests(), pool),
        totals,
        BaseFee.next(scope.context().baseFee(), totals.gasUsed(), rules.fees()),
        messages,
        statistics);
  }

  private Hash32[] digests() {
    final Hash32[] digests = new Hash32[prepared.length];
    for (int i = 0; i < digests.length; i++) {
      digests[i] = prepared[i].digest();
    }
    return digests;
  }
}
