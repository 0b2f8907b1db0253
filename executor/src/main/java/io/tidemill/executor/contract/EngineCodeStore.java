package io.tidemill.executor.contract;

import io.tidemill.executor.NodeFault;
import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.CodeStore;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Code ready to run under one set of rules on one engine, kept in a module cache. An upgrade needs
 * no invalidation: new code has a new hash. Safe for use by many threads.
 */
final class EngineCodeStore implements CodeStore {
  private final Rules rules;
  private final ContractProfile profile;
  private final Engine engine;
  private final ModuleCache<ContractCode> cache;

  /** Tells apart what rules, profile and engine make of the same code. */
  private final Hash32 conditions;

  EngineCodeStore(
      Rules rules, ContractProfile profile, Engine engine, ModuleCache<ContractCode> cache) {
    this.rules = rules;
    this.profile = profile;
    this.engine = engine;
    this.cache = cache;
    final byte[] tail =
        (engine.name() + "/" + profile.getClass().getSimpleName()).getBytes(StandardCharsets.UTF_8);
    final byte[] preimage = Arrays.copyOf(rules.hash().toBytes(), Hash32.LENGTH + tail.length);
    System.arraycopy(tail, 0, preimage, Hash32.LENGTH, tail.length);
    this.conditions = Blake3.hash(preimage);
  }

  @Override
  public ContractCode load(Overlay overlay, Hash32 codeHash, ModuleCache.Use use) {
    return cache.get(new ModuleCache.Key(codeHash, conditions), use, () -> read(overlay, codeHash));
  }

  private ContractCode read(Overlay overlay, Hash32 codeHash) {
    final byte[] wasm = overlay.code(codeHash);
    if (wasm == null) {
      throw new NodeFault("the state names code " + codeHash + ", and its bytes are not stored");
    }
    // The declared kind and the violations were judged when it was deployed.
    final DeployGate.Verdict verdict = DeployGate.examine(rules, profile, wasm, 0);
    if (verdict.module() == null || verdict.abi() == null) {
      throw new NodeFault("stored code " + codeHash + " is no contract: " + verdict.violations());
    }
    return compile(verdict.module(), verdict.abi());
  }

  /** Compiles a module that passed the gate and keeps it. */
  ContractCode prepare(Module module, ContractAbi abi, ModuleCache.Use use) {
    return cache.get(
        new ModuleCache.Key(module.codeHash(), conditions), use, () -> compile(module, abi));
  }

  private ContractCode compile(Module module, ContractAbi abi) {
    final List<HostBinding> bindings = new ArrayList<>(module.imports().size());
    for (Module.Import imported : module.imports()) {
      final HostBinding binding =
          profile.resolve(
              imported.module(), imported.name(), module.types().get(imported.typeIndex()));
      if (binding == null) {
        throw new NodeFault(
            "code " + module.codeHash() + " imports " + imported.name() + ", unknown here");
      }
      bindings.add(binding);
    }
    final MeteringPlan plan = MeteringPlan.of(module, rules.fuelSchedule(), profile.wasm());
    return profile.code(engine.compile(module, plan, List.copyOf(bindings)), abi);
  }
}
