package io.tidemill.server.pipeline;

import io.tidemill.executor.InvalidWaveException;
import io.tidemill.executor.Receipt;
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
import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateStore;
import io.tidemill.state.StateStore.Head;
import io.tidemill.state.hash.Hash32;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes waves in order, executes them one at a time, and makes them durable in two steps.
 *
 * <p>Every public method may be called from any thread. Source: decisions O1, O8, S8.
 */
public final class WavePipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WavePipeline.class);

  private record Pending(WaveAnswer answer, Proposal proposal, WaveResult result) {
    Head head() {
      return new Head(answer.wave(), answer.root());
    }
  }

  /** What a rollback did. */
  public record Rollback(Head head, boolean discardedPending, long undoneWaves) {}

  private final StateStore store;
  private final WaveExecutor executor;
  private final WaveArchive archive;
  private final WaveInputs inputs = new WaveInputs();
  private final Telemetry telemetry;
  private final CommitFeed feed;
  private final NodeHealth health;
  private final Writer writer;

  /** Written by the writer thread alone. */
  private volatile @Nullable Pending pending;

  private volatile Position position;

  /**
   * Starts the writer.
   *
   * @param store has its genesis
   * @param queueCapacity how many requests may wait
   */
  public WavePipeline(
      StateStore store,
      WaveExecutor executor,
      WaveArchive archive,
      Telemetry telemetry,
      CommitFeed feed,
      NodeHealth health,
      int queueCapacity) {
    this.store = store;
    this.executor = executor;
    this.archive = archive;
    this.telemetry = telemetry;
    this.feed = feed;
    this.health = health;
    this.position = new Position(headOf(store), null, store.poisonedBy());
    archive.open(store, position.head());
    this.writer = new Writer(queueCapacity, this::fault, this::discardPending);
    telemetry.gauge(MetricCatalogue.QUEUE, writer::depth);
    writer.start();
  }

  private static Head headOf(StateStore store) {
    final Head head = store.head();
    if (head == null) {
      throw new IllegalStateException("the store has no genesis");
    }
    return head;
  }

  /** Where the node stands. */
  public Position position() {
    return position;
  }

  /**
   * Says early whether a wave can be wanted, from what is known now.
   *
   * @throws Refusal if it cannot
   */
  public void precheck(long wave, Hash32 parentRoot) {
    final Position now = position;
    WaveOrder.refuseWhenFaulted(now);
    WaveOrder.check(wave, parentRoot, now);
  }

  /** Queues a wave; what becomes of it goes to {@code listener}. */
  public void execute(Submission submission, WaveListener listener) {
    final long queued = System.nanoTime();
    writer.submit(() -> run(submission, listener, queued), listener::onRefusal);
  }

  /** Makes the pending wave durable; the newest committed wave is accepted again. */
  public CompletableFuture<Head> commit(long wave, Hash32 root) {
    return ask(() -> commitNow(wave, root));
  }

  /** Discards the pending wave or undoes committed waves, until {@code toWave} is the head. */
  public CompletableFuture<Rollback> rollback(long toWave) {
    return ask(() -> rollbackNow(toWave));
  }

  /** Reads as if the pending wave were committed, or null; may end when that wave ends. */
  public @Nullable Snapshot pendingSnapshot() {
    final Pending now = pending;
    return now == null ? null : now.proposal().snapshot();
  }

  /** The answer of the pending or of a retained wave, or null. */
  public @Nullable WaveAnswer answerOf(long wave) {
    final Pending now = pendingIf(wave);
    return now != null ? now.answer() : archive.read(store, wave);
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
    final Pending now = pendingIf(wave);
    return now != null ? now.answer().record() : archive.record(store, wave);
  }

  /** The newest waves as they were sent; null for one that is not kept any more. */
  public @Nullable Wave inputOf(long wave) {
    return inputs.get(wave);
  }

  private @Nullable Pending pendingIf(long wave) {
    final Pending now = pending;
    return now != null && now.answer().wave() == wave ? now : null;
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
            WaveOrder.refuseWhenFaulted(position);
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
    if (submission.abandoned().getAsBoolean()) {
      listener.onRefusal(
          Refusal.of(Reason.WAVE_ABORTED, "wave", submission.wave().context().waveId()));
      return;
    }
    try (WaveSpan span =
        telemetry.wave(
            submission.wave().context().waveId(),
            submission.wave().transactions().size(),
            queuedNanos)) {
      try {
        WaveOrder.refuseWhenFaulted(position);
        final Hash32 content = archive.contentHash(submission.wave());
        final WaveAnswer known = known(submission.wave(), content);
        if (known != null) {
          span.stored();
          if (submission.commit() && pendingIf(known.wave()) != null) {
            commitPending(span);
          }
          listener.onAnswer(known, true);
          return;
        }
        listener.onAnswer(executeNext(submission, listener, span), false);
      } catch (Refusal refusal) {
        span.refused(refusal.reason().name());
        listener.onRefusal(refusal);
      }
    }
  }

  /** The answer of a wave that was executed before, or null when it is the next one. */
  private @Nullable WaveAnswer known(Wave wave, Hash32 content) {
    final long id = wave.context().waveId();
    final Position now = position;
    WaveOrder.check(id, wave.parentRoot(), now);
    if (id == now.expectedWave()) {
      return null;
    }
    final WaveAnswer answer = fullAnswerOf(id);
    if (answer == null) {
      throw WaveArchive.pruned(store, id);
    }
    if (!answer.record().contentHash().equals(content)) {
      throw Refusal.of(
          Reason.WAVE_CONFLICT, "wave", id, "content_hash", answer.record().contentHash().toHex());
    }
    return answer;
  }

  private WaveAnswer executeNext(Submission submission, WaveListener listener, WaveSpan span) {
    if (pending != null) {
      commitPending(span);
    }
    final Wave wave = submission.wave();
    archive.checkTimestamp(wave.context());
    final WaveResult result;
    try (Snapshot base = store.snapshot()) {
      span.executing();
      result = executor.execute(wave, base, listener::onReceipt);
    } catch (InvalidWaveException e) {
      throw Refusal.of(
          Reason.WAVE_REFUSED,
          "wave",
          wave.context().waveId(),
          "detail",
          e.getMessage() == null ? "no reason given" : e.getMessage());
    }
    span.rooting();
    final Proposal proposal = store.propose(result.delta());
    final WaveAnswer answer = archive.answer(result, proposal.root());
    final Hash32 expected = submission.expectedRoot();
    if (expected != null && !expected.equals(proposal.root().blake3())) {
      proposal.discard();
      throw diverged(answer, expected);
    }
    inputs.keep(wave);
    pending = new Pending(answer, proposal, result);
    position = new Position(position.head(), new Head(answer.wave(), answer.root()), null);
    span.executed(
        answer.root().blake3().toHex(),
        answer.receipts().size(),
        answer.changedKeys(),
        answer.record().totals().gasUsed().low());
    countStatuses(answer, span);
    feed.signal();
    if (submission.commit()) {
      commitPending(span);
    }
    return answer;
  }

  private static void countStatuses(WaveAnswer answer, WaveSpan span) {
    final Map<Receipt.Status, Long> counts = new EnumMap<>(Receipt.Status.class);
    for (Receipt receipt : answer.receipts()) {
      counts.merge(receipt.status(), 1L, Long::sum);
    }
    counts.forEach((status, count) -> span.receipts(status.name().toLowerCase(Locale.ROOT), count));
  }

  private void commitPending(WaveSpan span) {
    final Pending now = pending;
    if (now == null) {
      throw new IllegalStateException("no pending wave");
    }
    span.committing();
    now.proposal().commit(archive.artifacts(now.answer(), now.result()));
    archive.committed(now.answer());
    pending = null;
    position = new Position(now.head(), null, null);
    span.committed();
    feed.signal();
  }

  private Head commitNow(long wave, Hash32 root) {
    final Pending now = pendingIf(wave);
    if (now == null) {
      final Head head = position.head();
      if (head.wave() == wave) {
        WaveOrder.checkRoot(wave, head.root().blake3(), root);
        return head;
      }
      throw Refusal.of(Reason.NO_PENDING_WAVE, "wave", wave, "head_wave", head.wave());
    }
    WaveOrder.checkRoot(wave, now.answer().root().blake3(), root);
    try (WaveSpan span = telemetry.commit(wave)) {
      commitPending(span);
    }
    return position.head();
  }

  private Rollback rollbackNow(long toWave) {
    final Head head = position.head();
    if (Long.compareUnsigned(toWave, head.wave()) > 0) {
      throw Refusal.of(Reason.WAVE_GAP, "wave", toWave, "expected_wave", head.wave());
    }
    final long oldest = archive.oldestRollback(store, head);
    if (Long.compareUnsigned(toWave, oldest) < 0) {
      throw Refusal.of(
          Reason.ROLLBACK_TOO_FAR, "wave", toWave, "oldest_wave", oldest, "head_wave", head.wave());
    }
    final boolean discarded = discardPending();
    if (toWave != head.wave()) {
      store.rollbackTo(toWave);
      archive.rolledBack(store, toWave);
      inputs.forgetFrom(toWave + 1);
      feed.unwound(toWave);
    }
    position = new Position(headOf(store), null, null);
    LOG.info("rolled back from wave {} to wave {}", head.wave(), toWave);
    feed.signal();
    return new Rollback(position.head(), discarded, head.wave() - toWave);
  }

  private boolean discardPending() {
    final Pending now = pending;
    if (now == null) {
      return false;
    }
    pending = null;
    inputs.forgetFrom(now.answer().wave());
    now.proposal().discard();
    return true;
  }

  private Refusal diverged(WaveAnswer answer, Hash32 expected) {
    final Refusal refusal =
        Refusal.of(
            Reason.ROOT_DIVERGED,
            "wave",
            answer.wave(),
            "root",
            answer.root().blake3().toHex(),
            "expected_root",
            expected.toHex());
    telemetry.diverged();
    halt(refusal.getMessage() == null ? "root diverged" : refusal.getMessage());
    return refusal;
  }

  private Refusal fault(Throwable failure) {
    final String detail =
        failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    LOG.error("node fault: {}", detail, failure);
    halt(detail);
    return Refusal.of(Reason.NODE_FAULTED, "detail", detail);
  }

  private void halt(String detail) {
    telemetry.faulted();
    health.faulted(detail);
    position = new Position(position.head(), null, detail);
    try {
      discardPending();
    } catch (RuntimeException e) {
      LOG.error("the pending wave could not be discarded", e);
    }
    feed.signal();
  }
}
