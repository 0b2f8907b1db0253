package io.tidemill.executor.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.wasm.ModuleCache.Key;
import io.tidemill.executor.wasm.ModuleCache.Use;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ModuleCacheTest {
  private final AtomicInteger made = new AtomicInteger();

  private static Key key(int number) {
    return new Key(new Hash32(0, 0, 0, number), Hash32.ZERO);
  }

  private String get(ModuleCache<String> cache, int number, Use use) {
    return cache.get(
        key(number),
        use,
        () -> {
          made.incrementAndGet();
          return "m" + number;
        });
  }

  @Test
  void shouldMakeAnEntryOnceAndFindItAgain() {
    final ModuleCache<String> cache = new ModuleCache<>(8, 1_000, String::length);
    assertThat(get(cache, 1, Use.CONSENSUS)).isEqualTo("m1");
    assertThat(get(cache, 1, Use.SIMULATION)).isEqualTo("m1");
    assertThat(made).hasValue(1);
    assertThat(cache.counters()).isEqualTo(new ModuleCache.Counters(1, 1, 0, 0, 1, 2, 1));
  }

  @Test
  void shouldKeepApartWhatOtherRulesCompiled() {
    final ModuleCache<String> cache = new ModuleCache<>(8, 1_000, String::length);
    get(cache, 1, Use.CONSENSUS);
    final Key other = new Key(key(1).codeHash(), new Hash32(1, 1, 1, 1));
    assertThat(cache.get(other, Use.CONSENSUS, () -> "other")).isEqualTo("other");
  }

  @Test
  void shouldDropTheLeastRecentlyUsedWhenFull() {
    final ModuleCache<String> cache = new ModuleCache<>(4, 1_000, String::length);
    for (int i = 0; i < 4; i++) {
      get(cache, i, Use.CONSENSUS);
    }
    get(cache, 0, Use.CONSENSUS);
    get(cache, 4, Use.CONSENSUS);
    made.set(0);
    get(cache, 0, Use.CONSENSUS);
    assertThat(made).hasValue(0);
    get(cache, 1, Use.CONSENSUS);
    assertThat(made).hasValue(1);
  }

  @Test
  void shouldBoundBytesButKeepOneEntryThatIsTooBig() {
    final ModuleCache<String> cache = new ModuleCache<>(100, 80, text -> 60);
    get(cache, 1, Use.CONSENSUS);
    get(cache, 2, Use.CONSENSUS);
    assertThat(cache.counters().modules()).isEqualTo(1);
    assertThat(cache.counters().bytes()).isEqualTo(60);
  }

  @Test
  void shouldNeverLetASimulationDisplaceConsensus() {
    final ModuleCache<String> cache = new ModuleCache<>(16, 1_000_000, String::length);
    for (int i = 0; i < 14; i++) {
      get(cache, i, Use.CONSENSUS);
    }
    for (int i = 100; i < 1_100; i++) {
      get(cache, i, Use.SIMULATION);
    }
    made.set(0);
    for (int i = 0; i < 14; i++) {
      get(cache, i, Use.CONSENSUS);
    }
    assertThat(made).hasValue(0);
    assertThat(cache.counters().modules()).isEqualTo(16);
    assertThat(cache.counters().protectedModules()).isEqualTo(14);
  }

  @Test
  void shouldLeaveSimulationsAShareThatConsensusCannotTake() {
    final ModuleCache<String> cache = new ModuleCache<>(16, 1_000_000, String::length);
    get(cache, 100, Use.SIMULATION);
    get(cache, 101, Use.SIMULATION);
    for (int i = 0; i < 50; i++) {
      get(cache, i, Use.CONSENSUS);
    }
    made.set(0);
    get(cache, 100, Use.SIMULATION);
    get(cache, 101, Use.SIMULATION);
    assertThat(made).hasValue(0);
  }

  @Test
  void shouldProtectWhatASimulationMadeOnceConsensusUsesIt() {
    final ModuleCache<String> cache = new ModuleCache<>(16, 1_000_000, String::length);
    get(cache, 1, Use.SIMULATION);
    get(cache, 1, Use.CONSENSUS);
    for (int i = 100; i < 200; i++) {
      get(cache, i, Use.SIMULATION);
    }
    made.set(0);
    get(cache, 1, Use.CONSENSUS);
    assertThat(made).hasValue(0);
  }

  @Test
  void shouldNotRememberAFailure() {
    final ModuleCache<String> cache = new ModuleCache<>(4, 1_000, String::length);
    assertThatThrownBy(
            () ->
                cache.get(
                    key(1),
                    Use.CONSENSUS,
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThat(get(cache, 1, Use.CONSENSUS)).isEqualTo("m1");
    assertThat(cache.counters().failures()).isEqualTo(1);
  }

  @Test
  void shouldTryAgainForConsensusWhenASimulationFailed() throws Exception {
    final ModuleCache<String> cache = new ModuleCache<>(4, 1_000, String::length);
    final CountDownLatch started = new CountDownLatch(1);
    final CountDownLatch fail = new CountDownLatch(1);
    final Thread simulation =
        Thread.ofPlatform()
            .start(
                () ->
                    assertThatThrownBy(
                            () ->
                                cache.get(
                                    key(1),
                                    Use.SIMULATION,
                                    () -> {
                                      started.countDown();
                                      await(fail);
                                      throw new IllegalStateException("out of time");
                                    }))
                        .hasMessage("out of time"));
    started.await();
    final CompletableFuture<String> consensus =
        CompletableFuture.supplyAsync(() -> get(cache, 1, Use.CONSENSUS));
    // The other thread waits for the simulation, or comes after it; both must end well.
    Thread.sleep(20);
    fail.countDown();
    assertThat(consensus.get(60, TimeUnit.SECONDS)).isEqualTo("m1");
    simulation.join();
  }

  @Test
  void shouldListWhatConsensusUsesInOrderOfUse() {
    final ModuleCache<String> cache = new ModuleCache<>(8, 1_000, String::length);
    get(cache, 1, Use.CONSENSUS);
    get(cache, 2, Use.SIMULATION);
    get(cache, 3, Use.CONSENSUS);
    get(cache, 1, Use.CONSENSUS);
    assertThat(cache.consensusKeys()).containsExactly(key(3), key(1));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldMakeOnceForThreadsThatAskTogether() throws Exception {
    final ModuleCache<String> cache = new ModuleCache<>(4, 1_000, String::length);
    final int threads = 50;
    final CountDownLatch started = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      final List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        answers.add(
            pool.submit(
                () ->
                    cache.get(
                        key(1),
                        Use.CONSENSUS,
                        () -> {
                          made.incrementAndGet();
                          started.countDown();
                          await(release);
                          return "once";
                        })));
      }
      started.await();
      release.countDown();
      for (Future<String> answer : answers) {
        assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo("once");
      }
      assertThat(made).hasValue(1);
    } finally {
      pool.shutdownNow();
    }
  }
}
