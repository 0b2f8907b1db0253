package io.tidemill.server.pipeline;

import io.tidemill.executor.NodeFault;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Wave;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.observe.Telemetry.WaveSpan;
import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.StateStore.Head;
import io.tidemill.state.hash.Hash32;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The growing end of the chain: the newest durable wave and the one that is proposed on top of it.
 *
 * <p>Everything that changes it is called by one thread at a time; anybody may read.
 */
final class Tip {
  private static final Logger LOG = LoggerFactory.getLogger(Tip.class);

  private record Pending(WaveAnswer answer, Proposal proposal, Executed wave) {
    Head head() {
      return new Head(answer.wave(), answer.root());
    }
  }

  private final StateStore store;
  private final WaveArchive archive;
  private final Telemetry telemetry;
  private final CommitFeed feed;
  private final NodeHealth health;
  private final WaveInputs inputs = new WaveInputs();

  private volatile @Nullable Pending pending;
  private volatile Position position;

  /** The end of the chain in {@code store}, which has its genesis. */
  Tip(
      StateStore store,
      WaveArchive archive,
      Telemetry telemetry,
      CommitFeed feed,
      NodeHealth health) {
    this.store = store;
    this.archive = archive;
    this.telemetry = telemetry;
    this.feed = feed;
    this.health = health;
    this.position = new Position(headOf(store), null, store.poisonedBy());
    archive.open(store, position.head());
    store.whenPoisoned(health::faulted);
  }

  private static Head headOf(StateStore store) {
    final Head head = store.head();
    if (head == null) {
      throw new IllegalStateException("the store has no genesis");
    }
    return head;
  }

  /** Where the node stands; a store that a flush behind the commits poisoned is a fault, too. */
  Position position() {
    final Position now = position;
    final String poison = now.fault() == null ? store.poisonedBy() : null;
    return poison == null ? now : new Position(now.head(), now.pending(), poison);
  }

  /** The answer of the pending wave when it is {@code wave}, or null. */
  @Nullable WaveAnswer pendingAnswer(long wave) {
    final Pending now = pending;
    return now != null && now.answer().wave() == wave ? now.answer() : null;
  }

  /** The newest waves as they were sent; null for one that is not kept any more. */
  @Nullable Wave inputOf(long wave) {
    return inputs.get(wave);
  }

  /** Reads as if the pending wave were committed, or null when there is none. */
  @Nullable Snapshot pendingSnapshot() {
    final Pending now = pending;
    if (now == null) {
      return null;
    }
    final Snapshot below = store.snapshot();
    if (below.wave() == now.answer().wave()) {
      return below;
    }
    if (below.wave() == now.answer().wave() - 1) {
      return new ExecutedState(below, now.wave().changes(), now.answer()::root);
    }
    below.close();
    return null;
  }

  /**
   * Computes the root of {@code wave} and makes it the pending one.
   *
   * @throws Refusal if the client expects another root; the node has then halted
   */
  WaveAnswer propose(Executed wave) {
    wave.span().rooting();
    final Proposal proposal = store.propose(wave.result().delta());
    final WaveAnswer answer = archive.answer(wave.result(), proposal.root());
    final Hash32 expected = wave.submission().expectedRoot();
    if (expected != null && !expected.equals(proposal.root().blake3())) {
      proposal.discard();
      throw diverged(answer, expected);
    }
    inputs.keep(wave.submission().wave().on(answer.record().parentRoot()));
    pending = new Pending(answer, proposal, wave);
    position = new Position(position.head(), new Head(answer.wave(), answer.root()), null);
    wave.span()
        .executed(
            answer.root().blake3().toHex(),
            answer.receipts().size(),
            answer.changedKeys(),
            answer.record().totals().gasUsed().low());
    countStatuses(answer, wave.span());
    feed.signal();
    return answer;
  }

  private static void countStatuses(WaveAnswer answer, WaveSpan span) {
    final Map<Receipt.Status, Long> counts = new EnumMap<>(Receipt.Status.class);
    for (Receipt receipt : answer.receipts()) {
      counts.merge(receipt.status(), 1L, Long::sum);
    }
    counts.forEach((status, count) -> span.receipts(status.name().toLowerCase(Locale.ROOT), count));
  }

  /** Makes the pending wave durable. */
  void commit(WaveSpan span) {
    final Pending now = pending;
    if (now == null) {
      throw new IllegalStateException("no pending wave");
    }
    span.committing();
    now.proposal().commit(archive.artifacts(now.answer(), now.wave().result()));
    archive.committed(now.answer());
    pending = null;
    position = new Position(now.head(), null, null);
    span.committed();
    feed.signal();
  }

  /** Forgets the pending wave; whether there was one. */
  boolean discardPending() {
    final Pending now = pending;
    if (now == null) {
      return false;
    }
    pending = null;
    inputs.forgetFrom(now.answer().wave());
    now.proposal().discard();
    return true;
  }

  /** Discards the pending wave and undoes committed ones until {@code toWave} is the head. */
  WavePipeline.Rollback rollback(long toWave) {
    final Head head = position.head();
    if (Long.compareUnsigned(toWave, head.wave()) > 0) {
      throw Refusal.of(Reason.WAVE_GAP, "wave", toWave, "expected_wave", head.wave());
    }
    final long oldest = archive.oldestRollback(store, head);
    if (Long.compareUnsigned(toWave, oldest) < 0) {
      throw Refusal.of(
          Reason.ROLLBACK_TOO_FAR,
          "wave",
          toWave,
          "oldest_wave",
          oldest,
          "head_wave",
          head.wave(),
          "limit",
          Limit.ROLLBACK_WAVES.key(),
          "value",
          head.wave() - toWave,
          "maximum",
          head.wave() - oldest);
    }
    final boolean discarded = discardPending();
    if (toWave != head.wave()) {
      // First of all: whoever follows must not look for a wave that is being undone and see a gap.
      final StateRoot root = store.rootOf(toWave);
      if (root != null) {
        position = new Position(new Head(toWave, root), null, null);
      }
      try {
        store.rollbackTo(toWave);
      } catch (RuntimeException failure) {
        position = new Position(head, null, null);
        throw failure;
      }
      archive.rolledBack(store, toWave);
      inputs.forgetFrom(toWave + 1);
      position = new Position(headOf(store), null, null);
      feed.unwound(toWave);
    } else {
      position = new Position(head, null, null);
    }
    LOG.info("rolled back from wave {} to wave {}", head.wave(), toWave);
    feed.signal();
    return new WavePipeline.Rollback(position.head(), discarded, head.wave() - toWave);
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

  /** Stops the node's work for good because of {@code failure}; what to refuse with. */
  Refusal halt(Throwable failure) {
    final String known = position.fault();
    if (known != null) {
      return Refusal.of(Reason.NODE_FAULTED, "detail", known);
    }
    final String detail =
        failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    LOG.error("node fault: {}", detail, failure);
    if (failure instanceof NodeFault fault && !fault.report().isEmpty()) {
      telemetry.diverged();
      LOG.error("the whole difference:\n{}", fault.report());
    }
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
