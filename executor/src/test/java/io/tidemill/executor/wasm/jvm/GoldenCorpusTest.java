package io.tidemill.executor.wasm.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.GeneratedModule;
import io.tidemill.executor.wasm.gen.GeneratedModule.Invocation;
import io.tidemill.executor.wasm.gen.ModuleGenerator;
import io.tidemill.executor.wasm.gen.Observation;
import io.tidemill.state.hash.Blake3;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * What 100 generated modules do, in one digest that is committed: another processor or JDK that
 * gives another digest would disagree with the network. The digest changes only together with the
 * generator or with the rules, and then on purpose.
 */
class GoldenCorpusTest {
  private static final String DIGEST =
      "632cb22b6e68cc550931676b10b7105885961bc010c1cceebd8d25446cccfbcf";

  private static final long FIRST_SEED = 500_000;
  private static final int MODULES = 100;

  @Test
  void shouldGiveTheCommittedDigest() {
    final Engine engine = new JvmEngine(new ChicoryEngine());
    final ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + MODULES; seed++) {
      final boolean floats = Differential.floats(seed);
      final GeneratedModule generated = ModuleGenerator.generate(seed, floats);
      final CompiledModule compiled = Observation.compile(engine, generated, floats);
      for (Invocation invocation : generated.invocations()) {
        final String seen = Observation.of(compiled, generated, invocation).toString();
        all.writeBytes(seen.getBytes(StandardCharsets.UTF_8));
        all.write('\n');
      }
    }
    assertThat(Blake3.hash(all.toByteArray()).toString()).isEqualTo(DIGEST);
  }
}
