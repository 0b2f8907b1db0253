package io.tidemill.executor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.hash.Blake3;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the runtimes of a node share: one module cache, one set of artefacts. */
class SharedModulesTest {
  private static final byte[] WASM =
      Puppets.packed(
          Puppets.resource("recurse.wasm"),
          Puppets.abi(
              ContractType.CONTRACT,
              Puppets.function("dive", Attribute.ENTRY, Attribute.REENTRANT)));

  /** Keeps nothing, and tells what it was asked for. */
  private static final class Asked implements ArtifactStore {
    ModuleCache.@Nullable Key key;
    int loads;
    int saves;

    @Override
    public byte @Nullable [] load(ModuleCache.Key wanted) {
      key = wanted;
      loads++;
      return null;
    }

    @Override
    public void save(ModuleCache.Key made, byte[] artifact) {
      saves++;
    }
  }

  private final Rules rules = Puppets.rules();
  private final Asked asked = new Asked();

  private WasmContractRuntimes start() {
    final ChicoryEngine reference = new ChicoryEngine();
    return new WasmContractRuntimes(new JvmEngine(reference), reference, 16, asked, false);
  }

  private void simulate(WasmContractRuntimes runtimes) {
    assertThat(runtimes.lifecycle(rules, false).check(rules, "recurse", WASM, 0).violations())
        .isEmpty();
  }

  /** The key under which the compiling backend keeps the module. */
  private ModuleCache.Key key() {
    simulate(start());
    return Objects.requireNonNull(asked.key);
  }

  @Test
  void shouldKeepOnDiskWhatConsensusUsesAndNotWhatSomebodySimulates() {
    final ModuleCache.Key key = key();
    assertThat(key.codeHash()).isEqualTo(Blake3.hash(WASM));
    assertThat(asked.saves).isZero();
    final WasmContractRuntimes runtimes = start();
    assertThat(runtimes.warm(rules, key, WASM)).isTrue();
    assertThat(asked.saves).isEqualTo(1);
    assertThat(runtimes.consensusModules()).containsExactly(key);
  }

  @Test
  void shouldCompileOnceForSimulationsAndConsensus() {
    final ModuleCache.Key key = key();
    final WasmContractRuntimes runtimes = start();
    simulate(runtimes);
    simulate(runtimes);
    assertThat(runtimes.consensusModules()).as("a simulation is no use by consensus").isEmpty();
    assertThat(runtimes.warm(rules, key, WASM)).isTrue();
    assertThat(runtimes.cacheCounters().misses()).isEqualTo(1);
    assertThat(runtimes.cacheCounters().protectedModules()).isEqualTo(1);
  }

  @Test
  void shouldNotWarmWhatOtherRulesOrTheInterpreterMade() {
    final ModuleCache.Key key = key();
    final Rules others = rules.withProfile(Rules.Profile.SSHI);
    assertThat(start().warm(others, key, WASM)).isFalse();
    final WasmContractRuntimes interpreting = start();
    interpreting.setReferenceOnly(true);
    assertThat(interpreting.warm(rules, key, WASM)).isFalse();
  }

  @Test
  void shouldCompileNothingWhileItRunsOnTheReferenceInterpreter() {
    final WasmContractRuntimes runtimes = start();
    runtimes.setReferenceOnly(true);
    simulate(runtimes);
    assertThat(asked.loads).as("the compiler was not asked").isZero();
    runtimes.setReferenceOnly(false);
    simulate(runtimes);
    assertThat(asked.loads).isEqualTo(1);
    assertThat(runtimes.cacheCounters().misses()).isEqualTo(2);
  }

  @Test
  void shouldLeaveAModuleThatCannotBeWarmedToItsFirstCall() {
    final ModuleCache.Key key = key();
    final WasmContractRuntimes next = start();
    assertThat(next.warm(rules, key, new byte[] {1, 2, 3})).isFalse();
    assertThat(next.consensusModules()).isEmpty();
    assertThat(next.warm(rules, key, WASM)).isTrue();
  }
}
