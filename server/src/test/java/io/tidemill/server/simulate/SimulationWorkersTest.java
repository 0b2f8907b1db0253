package io.tidemill.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.simulate.SimulationWorkers.Here;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which thread a simulation runs on, and what ends one that does not end. */
class SimulationWorkersTest {
  private final AtomicBoolean waves = new AtomicBoolean();
  private final SimulationWorkers workers =
      new SimulationWorkers(1, 4, Duration.ofMillis(300), waves::get);

  @AfterEach
  void close() {
    workers.close();
  }

  /** What {@code task} gives on a thread that may simulate. */
  private Here here(Runnable task) throws Exception {
    final FutureTask<Here> result = new FutureTask<>(() -> workers.runHere(task));
    Simulator.threads("test").newThread(result).start();
    return result.get(20, TimeUnit.SECONDS);
  }

  private Void endless() {
    return workers.call(
        guard -> {
          while (true) {
            guard.poll();
          }
        });
  }

  @Test
  void shouldRunAQuickTaskOnTheThreadThatHasIt() throws Exception {
    final Thread[] ran = new Thread[1];
    assertThat(here(() -> workers.call(guard -> ran[0] = Thread.currentThread())))
        .isEqualTo(Here.DONE);
    assertThat(ran[0].getName()).isEqualTo("test-0");
    assertThat(workers.running()).isZero();
  }

  @Test
  void shouldLeaveThreadsAloneThatHaveNoDeepStack() {
    assertThat(workers.runHere(() -> {})).isEqualTo(Here.NOT_NOW);
  }

  @Test
  void shouldLeaveTheCoresToAWave() throws Exception {
    waves.set(true);
    assertThat(here(() -> {})).isEqualTo(Here.NOT_NOW);
    assertThat(workers.<Integer>call(guard -> 7)).as("one worker goes on").isEqualTo(7);
  }

  @Test
  void shouldGiveUpATaskThatTakesTooLongForItsThread() throws Exception {
    final AtomicBoolean answered = new AtomicBoolean();
    assertThat(
            here(
                () -> {
                  endless();
                  answered.set(true);
                }))
        .isEqualTo(Here.TOO_LONG);
    assertThat(answered).isFalse();
    assertThat(workers.running()).isZero();
  }

  @Test
  void shouldStopAWorkerAtTheDeadlineAndRefuseWhatDoesNotFitTheQueue() throws Exception {
    assertThatThrownBy(this::endless)
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(Reason.SIMULATION_DEADLINE));
    assertThat(workers.<Integer>call(guard -> 7)).as("the worker serves on").isEqualTo(7);
    assertThatThrownBy(
            () -> {
              while (true) {
                workers.dispatch(this::swallowed);
              }
            })
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(Reason.QUEUE_FULL));
  }

  private void swallowed() {
    try {
      endless();
    } catch (Refusal late) {
      // As it must be.
    }
  }
}
