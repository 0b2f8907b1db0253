package io.tidemill.executor.wasm.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.GeneratedModule;
import io.tidemill.executor.wasm.gen.GeneratedModule.Invocation;
import io.tidemill.executor.wasm.gen.ModuleGenerator;
import io.tidemill.executor.wasm.gen.Observation;
import io.tidemill.executor.wasm.gen.TraceHost;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A module from its artefact is the module, and what is no artefact of ours is compiled again. */
class ArtifactTest {
  private static final int MODULES = 60;

  /** Counts what is asked for and saved. */
  private static final class Kept implements ArtifactStore {
    final Map<ModuleCache.Key, byte[]> artifacts = new HashMap<>();
    int saves;

    @Override
    public byte[] load(ModuleCache.Key key) {
      return artifacts.get(key);
    }

    @Override
    public void save(ModuleCache.Key key, byte[] artifact) {
      saves++;
      artifacts.put(key, artifact);
    }
  }

  private final Engine engine = new JvmEngine(new ChicoryEngine());
  private final Kept kept = new Kept();

  private CompiledModule compile(GeneratedModule generated) {
    final Module module = ModuleValidator.validate(generated.wasm(), WasmProfile.CONTRACT);
    return engine.compile(
        module,
        MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT),
        TraceHost.bindings(true),
        kept,
        new ModuleCache.Key(module.codeHash(), Hash32.ZERO));
  }

  private static List<String> observe(CompiledModule module, GeneratedModule generated) {
    return generated.invocations().stream()
        .map((Invocation invocation) -> Observation.of(module, generated, invocation).toString())
        .toList();
  }

  @Test
  void shouldBehaveTheSameFromItsArtifact() {
    for (int seed = 0; seed < MODULES; seed++) {
      final GeneratedModule generated = ModuleGenerator.generate(seed, true);
      final List<String> compiled = observe(compile(generated), generated);
      assertThat(kept.saves).isEqualTo(seed + 1);
      final CompiledModule loaded = compile(generated);
      assertThat(loaded).isInstanceOf(JvmModule.class);
      assertThat(kept.saves).as("nothing was compiled").isEqualTo(seed + 1);
      assertThat(observe(loaded, generated)).as("seed " + seed).isEqualTo(compiled);
    }
  }

  @Test
  void shouldCompileAgainWhateverIsNoArtifact() {
    final GeneratedModule generated = ModuleGenerator.generate(7, true);
    final List<String> expected = observe(compile(generated), generated);
    final ModuleCache.Key key = kept.artifacts.keySet().iterator().next();
    final byte[] whole = kept.artifacts.get(key);
    final List<byte[]> wrong =
        List.of(
            new byte[0],
            new byte[4],
            Arrays.copyOf(whole, whole.length - 1),
            Arrays.copyOf(whole, whole.length + 1),
            filled(64, 0xFF),
            filled(4_096, 1),
            withoutClassFiles(whole));
    for (byte[] artifact : wrong) {
      kept.artifacts.put(key, artifact);
      final int before = kept.saves;
      assertThat(observe(compile(generated), generated)).isEqualTo(expected);
      assertThat(kept.saves).as(artifact.length + " bytes").isEqualTo(before + 1);
    }
  }

  private static byte[] filled(int length, int value) {
    final byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** The classes with the right names and nothing in them. */
  private static byte[] withoutClassFiles(byte[] artifact) {
    final List<ClassBytes> classes = ClassBytes.decode(artifact);
    return ClassBytes.encode(
        classes.stream().map(entry -> new ClassBytes(entry.name(), new byte[8])).toList());
  }
}
