package io.tidemill.executor.wasm.gen;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.GeneratedModule.Invocation;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ModuleGeneratorTest {
  @Test
  void shouldMakeTheSameModuleFromTheSameSeed() {
    assertThat(ModuleGenerator.generate(7).wasm()).isEqualTo(ModuleGenerator.generate(7).wasm());
    assertThat(ModuleGenerator.generate(7).wasm()).isNotEqualTo(ModuleGenerator.generate(8).wasm());
  }

  @Test
  void shouldMakeValidModulesThatEndInEveryWay() {
    final Map<String, Integer> outcomes = new TreeMap<>();
    final int modules = Integer.getInteger("tidemill.cases", 150);
    for (long seed = 0; seed < modules; seed++) {
      final boolean floats = seed % 4 != 0;
      final GeneratedModule generated = ModuleGenerator.generate(seed, floats);
      try {
        final CompiledModule compiled = Observation.compile(new ChicoryEngine(), generated, floats);
        for (Invocation invocation : generated.invocations().subList(0, 8)) {
          final Observation once = Observation.of(compiled, generated, invocation);
          final Observation again = Observation.of(compiled, generated, invocation);
          assertThat(again).isEqualTo(once);
          outcomes.merge(once.outcome(), 1, Integer::sum);
        }
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + " floats " + floats, e);
      }
    }
    System.out.println("outcomes of generated modules: " + outcomes);
    assertThat(outcomes).containsKey("ok");
    if (modules >= 150) {
      assertThat(outcomes)
          .containsKeys(
              TrapCode.OUT_OF_FUEL.name(),
              TrapCode.MEMORY_OUT_OF_BOUNDS.name(),
              TrapCode.STACK_OVERFLOW.name(),
              TrapCode.UNREACHABLE.name());
    }
  }
}
