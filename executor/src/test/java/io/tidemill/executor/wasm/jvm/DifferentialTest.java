package io.tidemill.executor.wasm.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The interpreter and the compiler agree on everything that can be seen of generated modules. Seeds
 * start at {@code tidemill.seed} (0), there are {@code tidemill.cases} of them (2,000); a failing
 * seed runs alone with {@code -Dtidemill.seed=N -Dtidemill.cases=1}.
 */
class DifferentialTest {
  private static final int INPUTS = 25;

  @Test
  void shouldAgreeWithTheInterpreterOnGeneratedModules() {
    final int modules = Integer.getInteger("tidemill.cases", 2_000);
    final long seed = Long.getLong("tidemill.seed", 0);
    final int half = modules / 2;
    final CompletableFuture<Differential.Findings> first =
        CompletableFuture.supplyAsync(() -> Differential.run(seed, half, INPUTS));
    final Differential.Findings second = Differential.run(seed + half, modules - half, INPUTS);
    assertThat(first.join().differences()).isEmpty();
    assertThat(second.differences()).isEmpty();
    assertThat(first.join().executions() + second.executions()).isEqualTo(modules * INPUTS);
    assertThat(first.join().interpreted() + second.interpreted())
        .as("modules outside the bounds")
        .isZero();
  }

  /** Small functions cut like the largest ones: every second block is a method of its own. */
  @Test
  void shouldAgreeWhenFunctionsAreCutIntoManyMethods() {
    final int modules = Integer.getInteger("tidemill.outline.cases", 200);
    final Differential.Findings findings =
        Differential.run(
            Long.getLong("tidemill.seed", 200_000),
            modules,
            INPUTS,
            new CompilerOptions(true, true, 300));
    assertThat(findings.differences()).isEmpty();
    assertThat(findings.interpreted()).as("modules outside the bounds").isZero();
  }

  /** The same in a JVM that never compiles, and in one that stops at the first compiler. */
  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1"})
  void shouldAgreeInEveryTier(String flag) throws Exception {
    final int modules = Integer.getInteger("tidemill.tier.cases", 80);
    final long firstSeed = Long.getLong("tidemill.seed", 100_000);
    final ForkedJvm.Exit exit =
        ForkedJvm.run(
            List.of(flag),
            Differential.class,
            Long.toString(firstSeed),
            Integer.toString(modules),
            Integer.toString(INPUTS));
    assertThat(exit.status()).as(exit.output()).isZero();
    assertThat(exit.output()).contains(modules * INPUTS + " executions, 0 modules interpreted");
  }
}
