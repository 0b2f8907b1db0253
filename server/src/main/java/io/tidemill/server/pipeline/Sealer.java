package io.tidemill.server.pipeline;

import io.opentelemetry.context.Scope;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.observe.Telemetry.WaveSpan;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Does what comes after the execution of a wave, its root, its commit and its answer, one step
 * after the other: on a thread of its own, so that the next wave can be executed meanwhile, or on
 * the thread of the writer. Used by the writer alone.
 */
final class Sealer implements AutoCloseable {
  private static final int STOP_SECONDS = 30;

  private final Tip tip;
  private final Telemetry telemetry;
  private final @Nullable ExecutorService thread;
  private final AtomicInteger depth = new AtomicInteger();
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /** A sealer with or without a thread of its own. */
  Sealer(Tip tip, Telemetry telemetry, boolean ownThread) {
    this.tip = tip;
    this.telemetry = telemetry;
    this.thread =
        ownThread
            ? Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("tidemill-sealer").factory())
            : null;
  }

  /** Computes the root of {@code wave} and answers it, after its commit if that was asked for. */
  @SuppressWarnings("FutureReturnValueIgnored") // whoever waits for it asks again
  void seal(Executed wave) {
    submit(() -> step(wave, () -> propose(wave)));
    if (wave.submission().commit()) {
      askForCommit(wave);
    }
  }

  /** Makes {@code wave} durable; completes when it is. */
  CompletableFuture<Void> commit(Executed wave) {
    askForCommit(wave);
    return wave.durable();
  }

  /** Commits once, however often it is asked for. */
  private void askForCommit(Executed wave) {
    if (!wave.askForCommit()) {
      return;
    }
    submit(
        () -> {
          step(wave, () -> commitNow(wave));
          final String fault = tip.position().fault();
          if (fault == null) {
            wave.durable().complete(null);
          } else {
            wave.durable().completeExceptionally(new IllegalStateException(fault));
          }
        });
  }

  /** Returns when every step is done. */
  void await() {
    last.join();
  }

  /** Steps that run or wait; above 0 while a wave gets its root or becomes durable. */
  int depth() {
    return depth.get();
  }

  private void submit(Runnable step) {
    depth.incrementAndGet();
    final Runnable counted =
        () -> {
          try {
            step.run();
          } finally {
            depth.decrementAndGet();
          }
        };
    if (thread == null) {
      counted.run();
    } else {
      last = CompletableFuture.runAsync(counted, thread);
    }
  }

  /** Does one step of {@code wave}; after a fault nothing is done any more. */
  private void step(Executed wave, Runnable work) {
    Refusal refusal;
    try (Scope _ = wave.span().current()) {
      WaveOrder.refuseWhenFaulted(tip.position());
      work.run();
      return;
    } catch (Refusal refused) {
      refusal = refused;
    } catch (Throwable failure) {
      // Whatever it is, the answer is not known any more (decisions O1).
      refusal = tip.halt(failure);
    }
    wave.refuse(refusal);
  }

  private void propose(Executed wave) {
    final WaveAnswer answer = tip.propose(wave);
    wave.rooted().complete(answer.root());
    if (!wave.submission().commit()) {
      wave.answer(answer);
    }
  }

  private void commitNow(Executed wave) {
    final WaveAnswer answer = tip.pendingAnswer(wave.wave());
    if (answer == null) {
      throw new IllegalStateException("wave " + wave.wave() + " is not pending");
    }
    if (wave.submission().commit()) {
      tip.commit(wave.span());
      wave.answer(answer);
    } else {
      try (WaveSpan span = telemetry.commit(wave.wave())) {
        tip.commit(span);
      }
    }
  }

  @Override
  public void close() {
    if (thread == null) {
      return;
    }
    thread.shutdown();
    try {
      if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the sealer did not stop within " + STOP_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
