package io.tidemill.executor.wasm.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The attack catalogue as far as modules go. Each module has a JVM of its own with a heap of
 * {@value #HEAP}, and each report has its outcome, time and memory. Every rule of the validator
 * stands in {@code ModuleRuleTest}; what aims at HotSpot's compilers in {@link BombTest}.
 */
class HostileCorpusTest {
  private static final String HEAP = "-Xmx256m";

  @ParameterizedTest
  @EnumSource
  void shouldHaveTheOutcomeOfTheCatalogue(HostileCorpus.Row row, TestReporter reporter)
      throws Exception {
    final ForkedJvm.Exit exit = ForkedJvm.run(List.of(HEAP), HostileCorpus.class, row.name());
    reporter.publishEntry(row.name(), exit.output().strip());
    assertThat(exit.output()).startsWith(row.outcome + ", ");
    assertThat(exit.status()).as(exit.output()).isZero();
  }

  /** Every tier stops at the same logical depth with the same fuel, on a quarter of the stack. */
  @Test
  void shouldStopEveryRecursionAtTheLogicalLimitInEveryTier(TestReporter reporter)
      throws Exception {
    final Map<String, String> byTier = new LinkedHashMap<>();
    for (String tier :
        new String[] {"-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1", "-Xint"}) {
      final ForkedJvm.Exit exit = ForkedJvm.run(List.of(tier), StackDepth.class);
      assertThat(exit.status()).as(tier + " " + exit.output()).isZero();
      byTier.put(tier, exit.output());
    }
    reporter.publishEntry("depth", byTier.get("-Xint"));
    assertThat(byTier.get("-Xint").lines())
        .hasSize(StackDepth.Shape.values().length)
        .allSatisfy(line -> assertThat(line).contains(" STACK_OVERFLOW with "));
    assertThat(byTier.values()).containsOnly(byTier.get("-Xint"));
  }

  /** Thousands of modules through a small cache, in little room for classes and code. */
  @Test
  void shouldUnloadWhatTheCacheDrops(TestReporter reporter) throws Exception {
    final ForkedJvm.Exit exit =
        ForkedJvm.run(
            List.of(HEAP, "-XX:MaxMetaspaceSize=48m", "-XX:ReservedCodeCacheSize=24m"),
            ModuleChurn.class);
    reporter.publishEntry("churn", exit.output().strip());
    assertThat(exit.status()).as(exit.output()).isZero();
    assertThat(exit.output()).startsWith("2000 modules, ");
  }
}
