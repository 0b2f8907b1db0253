package io.tidemill.server.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.wasm.ExecutionGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProcessorTimeGuardsTest {
  @Test
  @Timeout(60)
  void shouldStopAnAttemptThatUsesMoreThanItsFuelExplains() {
    try (ProcessorTimeGuards guards = new ProcessorTimeGuards(1_000_000)) {
      final ExecutionGuard guard = guards.begin(21_000, false);
      long spun = 0;
      while (!guard.stopped) {
        spun++;
      }
      guards.end(guard);
      assertThat(spun).isPositive();
    }
  }

  @Test
  void shouldNotWatchAnAttemptThatHasEnded() throws InterruptedException {
    try (ProcessorTimeGuards guards = new ProcessorTimeGuards(0)) {
      final ExecutionGuard guard = guards.begin(0, true);
      guards.end(guard);
      // A few rounds of the watcher.
      Thread.sleep(400);
      assertThat(guard.stopped).isFalse();
    }
  }

  @Test
  void shouldAllowTheGreatestGasLimitWithoutOverflow() {
    try (ProcessorTimeGuards guards = new ProcessorTimeGuards()) {
      for (long limit : new long[] {-1, 0, Long.MAX_VALUE}) {
        final ExecutionGuard guard = guards.begin(limit, true);
        assertThat(guard.stopped).isFalse();
        guards.end(guard);
      }
    }
  }
}
