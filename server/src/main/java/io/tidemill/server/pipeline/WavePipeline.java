package io.tidemill.server.pipeline;

import io.opentelemetry.context.Scope;
import io.tidemill.executor.ContentHash;
import io.tidemill.executor.InvalidWaveException;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveRecord;
import io.tidemill.executor.WaveResult;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.observe.Telemetry.WaveSpan;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateStore;
import io.tidemill.state.StateStore.Head;
import io.tidemill.state.hash.Hash32;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 *   writer   execute N          execute N+1 on N's changes       execute N+2 on N+1's changes
 *   sealer                      root N, commit N, answer N       root N+1, commit N+1, ...
 *
 * The writer is ahead of the sealer by one wave at most. A wave is answered by the sealer, after its
 * parent is durable; when sealing fails, what was executed on top of it is refused with it.
 */
/**
 * Takes waves in order, executes them one at a time, and makes them durable in two steps.
 *
 * <p>Every public method may be called from any thread. Source: decisions O1, O8, S8, ADR 20.
 */
public final class WavePipeline implements AutoCloseable {
  /** What a rollback did. */
  public record Rollback(Head head, boolean discardedPending, long undoneWaves) {}

  private final StateStore store;
  private final WaveExecutor executor;
  private final WaveArchive archive;
  private final Telemetry telemetry;
  private final Tip tip;
  private final Writer writer;
  private final Sealer sealer;

  /** The newest wave, unless it is in the store for sure. Writer only. */
  private @Nullable Executed newest;

  /** When the parent of {@link #newest} is durable. Writer only. */
  private CompletableFuture<Void> parentDurable = CompletableFuture.completedFuture(null);

  /**
   * Starts the writer.
   *
   * @param store has its genesis
   * @param queueCapacity how many requests may wait
   * @param pipelined whether a wave is executed while the one before it gets its root and is
   *     committed
   */
  public WavePipeline(
      StateStore store,
      WaveExecutor executor,
      WaveArchive archive,
      Telemetry telemetry,
      CommitFeed feed,
      NodeHealth health,
      int queueCapacity,
      boolean pipelined) {
    this.store = store;
    this.executor = executor;
    this.archive = archive;
    this.telemetry = telemetry;
    this.tip = new Tip(store, archive, telemetry, feed, health);
    this.sealer = new Sealer(tip, telemetry, pipelined);
    this.writer = new Writer(queueCapacity, this::fault, this::end);
    telemetry.gauge(MetricCatalogue.QUEUE, writer::depth);
    telemetry.gauge(MetricCatalogue.SEALER, sealer::depth);
    writer.start();
  }

  /** Whether a wave is being executed or made durable now. */
  public boolean busy() {
    return writer.busy() || sealer.depth() > 0;
  }

  /** Where the node stands. */
  public Position position() {
    return tip.position();
  }

  /**
   * Says early whether a wave can be wanted, from what is known now.
   *
   * @throws Refusal if it cannot
   */
  public void precheck(long wave, @Nullable Hash32 parentRoot) {
    final Position now = tip.position();
    WaveOrder.refuseWhenFaulted(now);
    WaveOrder.check(wave, parentRoot, now);
  }

  /**
   * Begins the pre-pass of a wave that is about to arrive; null when there is none.
   *
   * @param expected a hint for the number of transactions
   */
  public @Nullable PrePass prePass(long wave, int expected) {
    return executor.prePass(wave, expected, store::snapshot);
  }

  /** Queues a wave; what becomes of it goes to {@code listener}. */
  public void execute(Submission submission, WaveListener listener) {
    final long queued = System.nanoTime();
    writer.submit(telemetry.carried(() -> run(submission, listener, queued)), listener::onRefusal);
  }

  /** Makes the pending wave durable; the newest committed wave is accepted again. */
  public CompletableFuture<Head> commit(long wave, Hash32 root) {
    return ask(() -> commitNow(wave, root));
  }

  /** Discards the pending wave or undoes committed waves, until {@code toWave} is the head. */
  public CompletableFuture<Rollback> rollback(long toWave) {
    return ask(() -> rollbackNow(toWave));
  }

  /** Reads as if the pending wave were committed, or null when there is none. */
  public @Nullable Snapshot pendingSnapshot() {
    return tip.pendingSnapshot();
  }

  /** The answer of the pending or of a retained wave, or null. */
  public @Nullable WaveAnswer answerOf(long wave) {
    final WaveAnswer pending = tip.pendingAnswer(wave);
    return pending != null ? pending : archive.read(store, wave);
  }

  /**
   * The same with what changed, which older waves have to be put together from the store; without
   * it only when the state before the wave is no longer retained.
   */
  public @Nullable WaveAnswer fullAnswerOf(long wave) {
    final WaveAnswer answer = answerOf(wave);
    return answer == null || answer.delta() != null ? answer : answer.with(store.delta(wave));
  }

  /** The record of the pending or of a retained wave, or null. */
  public @Nullable WaveRecord recordOf(long wave) {
    final WaveAnswer pending = tip.pendingAnswer(wave);
    return pending != null ? pending.record() : archive.record(store, wave);
  }

  /** The newest waves as they were sent; null for one that is not kept any more. */
  public @Nullable Wave inputOf(long wave) {
    return tip.inputOf(wave);
  }

  /**
   * Takes nothing new, finishes what is queued, and stops. A pending wave is forgotten: its client
   * sends it again.
   */
  @Override
  public void close() {
    writer.close();
  }

  private <T> CompletableFuture<T> ask(Supplier<T> work) {
    final CompletableFuture<T> future = new CompletableFuture<>();
    writer.submit(
        () -> {
          try {
            sealer.await();
            WaveOrder.refuseWhenFaulted(tip.position());
            future.complete(work.get());
          } catch (Refusal refusal) {
            future.completeExceptionally(refusal);
          }
        },
        future::completeExceptionally);
    return future;
  }

  // ---- the writer thread ------------------------------------------------------------------------

  private void run(Submission submission, WaveListener listener, long queuedNanos) {
    final Wave wave = submission.wave();
    if (submission.abandoned().getAsBoolean()) {
      listener.onRefusal(Refusal.of(Reason.WAVE_ABORTED, "wave", wave.context().waveId()));
      return;
    }
    final WaveSpan span =
        telemetry.wave(wave.context().waveId(), wave.transactions().size(), queuedNanos);
    final Executed executed;
    try (Scope _ = span.current()) {
      executed = run(submission, listener, span);
    }
    if (executed == null) {
      span.close();
    } else {
      newest = executed;
      sealer.seal(executed);
    }
  }

  /** Answers, refuses or executes a wave; null when it was not executed. */
  private @Nullable Executed run(Submission submission, WaveListener listener, WaveSpan span) {
    final Wave wave = submission.wave();
    try {
      WaveOrder.refuseWhenFaulted(tip.position());
      final WaveAnswer known = followsUnseen(wave) ? null : known(wave);
      if (known == null) {
        return executeNext(submission, listener, span);
      }
      span.stored();
      if (submission.commit() && tip.pendingAnswer(known.wave()) != null) {
        tip.commit(span);
        newest = null;
      }
      listener.onAnswer(known, true);
    } catch (Refusal refusal) {
      span.refused(refusal.reason().name());
      listener.onRefusal(refusal);
    } catch (Throwable failure) {
      // Whatever it is, the answer is not known any more (decisions O1).
      listener.onRefusal(fault(failure));
    }
    return null;
  }

  /** Whether {@code wave} is sent on top of the newest one without waiting for its root. */
  private boolean followsUnseen(Wave wave) {
    final Executed before = newest;
    return before != null
        && wave.parentRoot() == null
        && wave.context().waveId() == before.wave() + 1;
  }

  /** The answer of a wave that was executed before, or null when it is the next one. */
  private @Nullable WaveAnswer known(Wave wave) {
    final long id = wave.context().waveId();
    final Executed before = newest;
    if (before != null && id == before.wave() + 1) {
      await(before.rooted());
    } else {
      sealer.await();
    }
    final Position now = tip.position();
    WaveOrder.refuseWhenFaulted(now);
    WaveOrder.check(id, wave.parentRoot(), now);
    if (id == now.expectedWave()) {
      return null;
    }
    final WaveAnswer answer = fullAnswerOf(id);
    if (answer == null) {
      throw WaveArchive.pruned(store, id);
    }
    final Hash32 content =
        ContentHash.of(wave.parentRoot() == null ? wave.on(answer.record().parentRoot()) : wave);
    if (!answer.record().contentHash().equals(content)) {
      throw Refusal.of(
          Reason.WAVE_CONFLICT, "wave", id, "content_hash", answer.record().contentHash().toHex());
    }
    return answer;
  }

  /** Waits for a step of the sealer; refuses when it failed. */
  private void await(CompletableFuture<?> step) {
    try {
      step.join();
    } catch (CompletionException e) {
      WaveOrder.refuseWhenFaulted(tip.position());
      throw e;
    }
  }

  private Executed executeNext(Submission submission, WaveListener listener, WaveSpan span) {
    final Wave wave = submission.wave();
    final Executed parent = newest;
    // One wave may lie between the store and the state that is executed on, not two.
    await(parentDurable);
    if (parent != null) {
      parentDurable = sealer.commit(parent);
    }
    archive.checkTimestamp(wave.context(), parent == null ? null : parent.result().context());
    final WaveResult result;
    try (Snapshot base = stateAfter(parent)) {
      span.executing();
      result = executor.execute(wave, submission.prePass(), base, listener::onReceipt);
    } catch (InvalidWaveException e) {
      throw Refusal.of(
          Reason.WAVE_REFUSED,
          "wave",
          wave.context().waveId(),
          "detail",
          e.getMessage() == null ? "no reason given" : e.getMessage());
    }
    span.ran(result.statistics());
    return new Executed(submission, listener, span, result);
  }

  private Snapshot stateAfter(@Nullable Executed parent) {
    final Snapshot head = store.snapshot();
    return parent == null || head.wave() == parent.wave()
        ? head
        : new ExecutedState(head, parent.changes(), parent.rooted()::join);
  }

  // ---- the writer thread, while the sealer has nothing to do ------------------------------------

  private Head commitNow(long wave, Hash32 root) {
    final Head head = tip.position().head();
    final WaveAnswer pending = tip.pendingAnswer(wave);
    if (pending == null) {
      if (head.wave() == wave) {
        WaveOrder.checkRoot(wave, head.root().blake3(), root);
        return head;
      }
      throw Refusal.of(Reason.NO_PENDING_WAVE, "wave", wave, "head_wave", head.wave());
    }
    WaveOrder.checkRoot(wave, pending.root().blake3(), root);
    try (WaveSpan span = telemetry.commit(wave)) {
      tip.commit(span);
    }
    newest = null;
    return tip.position().head();
  }

  private Rollback rollbackNow(long toWave) {
    final Rollback done = tip.rollback(toWave);
    newest = null;
    return done;
  }

  /** The writer failed: what was executed before is sealed and answered first. */
  private Refusal fault(Throwable failure) {
    sealer.await();
    return tip.halt(failure);
  }

  private void end() {
    sealer.await();
    tip.discardPending();
    sealer.close();
  }
}
