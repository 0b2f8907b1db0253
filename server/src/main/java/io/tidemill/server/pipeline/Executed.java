package io.tidemill.server.pipeline;

import io.tidemill.executor.WaveResult;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.Telemetry.WaveSpan;
import io.tidemill.state.StateRoot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A wave that was executed, on its way to its root, to the disk and to its answer. */
final class Executed {
  private final Submission submission;
  private final WaveListener listener;
  private final WaveSpan span;
  private final WaveResult result;
  private final CompletableFuture<StateRoot> rooted = new CompletableFuture<>();
  private final CompletableFuture<Void> durable = new CompletableFuture<>();
  private final AtomicBoolean commitAsked = new AtomicBoolean();
  private final AtomicBoolean answered = new AtomicBoolean();
  private ExecutedState.@Nullable Changes changes;

  Executed(Submission submission, WaveListener listener, WaveSpan span, WaveResult result) {
    this.submission = submission;
    this.listener = listener;
    this.span = span;
    this.result = result;
  }

  long wave() {
    return result.context().waveId();
  }

  Submission submission() {
    return submission;
  }

  /** Ended with the answer. */
  WaveSpan span() {
    return span;
  }

  WaveResult result() {
    return result;
  }

  /** Completes with the root, or with the reason why there is none. */
  CompletableFuture<StateRoot> rooted() {
    return rooted;
  }

  /** Completes when the wave is durable, if that is ever asked for. */
  CompletableFuture<Void> durable() {
    return durable;
  }

  /** Whether the caller is the first to ask for the commit. */
  boolean askForCommit() {
    return commitAsked.compareAndSet(false, true);
  }

  /** Gives the answer, unless the wave was answered. */
  void answer(WaveAnswer answer) {
    if (answered.compareAndSet(false, true)) {
      span.close();
      listener.onAnswer(answer, false);
    }
  }

  /** Gives up the wave, unless it was answered. */
  void refuse(Refusal refusal) {
    rooted.completeExceptionally(refusal);
    if (answered.compareAndSet(false, true)) {
      span.refused(refusal.reason().name());
      span.close();
      listener.onRefusal(refusal);
    }
  }

  /** What the wave changed, for lookup; made once. */
  synchronized ExecutedState.Changes changes() {
    ExecutedState.Changes made = changes;
    if (made == null) {
      made = ExecutedState.Changes.of(result);
      changes = made;
    }
    return made;
  }
}
