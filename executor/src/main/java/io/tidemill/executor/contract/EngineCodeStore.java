package io.tidemill.executor.contract;

import io.tidemill.executor.NodeFault;
import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.CodeStore;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.wasm.ArtifactStore;
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
import org.jspecify.annotations.Nullable;

/**
 * Code ready to run under one set of rules on one engine, kept in a module cache. An upgrade needs
 * no invalidation: new code has a new hash. Safe for use by many threads.
 */
final class EngineCodeStore implements CodeStore {
  private final Rules rules;
  private final ContractProfile profile;
  private final Engine engine;
  private final ModuleCache<ContractCode> cache;
  private final ArtifactStore artifacts;

  /** Tells apart what rules, profile and engine make of the same code. */
  private final Hash32 conditions;

  EngineCodeStore(
      Rules rules,
      ContractProfile profile,
      Engine engine,
      ModuleCache<ContractCode> cache,
      ArtifactStore artifacts) {
    this.rules = rules;
    this.profile = profile;
    this.engine = engine;
    this.cache = cache;
    this.artifacts = artifacts;
    final byte[] tail =
        (engine.name() + "/" + profile.getClass().getSimpleName()).getBytes(StandardCharsets.UTF_8);
    final byte[] preimage = Arrays.copyOf(rules.hash().toBytes(), Hash32.LENGTH + tail.length);
    System.arraycopy(tail, 0, preimage, Hash32.LENGTH, tail.length);
    this.conditions = Blake3.hash(preimage);
  }

  @Override
  public ContractCode load(Overlay overlay, Hash32 codeHash, ModuleCache.Use use) {
    return cache.get(key(codeHash), use, () -> read(overlay.code(codeHash), codeHash, use));
  }

  /**
   * Gets code ready that consensus will ask for, if it was ready under the same conditions before.
   *
   * @return whether it is ready now
   */
  boolean warm(ModuleCache.Key key, byte[] wasm) {
    if (!key.rules().equals(conditions)) {
      return false;
    }
    final ModuleCache.Use use = ModuleCache.Use.CONSENSUS;
    cache.get(key, use, () -> read(wasm, key.codeHash(), use));
    return true;
  }

  private ModuleCache.Key key(Hash32 codeHash) {
    return new ModuleCache.Key(codeHash, conditions);
  }

  private ContractCode read(byte @Nullable [] wasm, Hash32 codeHash, ModuleCache.Use use) {
    if (wasm == null) {
      throw new NodeFault("the state names code " + codeHash + ", and its bytes are not stored");
    }
    // The declared kind and the violations were judged when it was deployed.
    final DeployGate.Verdict verdict = DeployGate.examine(rules, profile, wasm, 0);
    if (verdict.module() == null || verdict.abi() == null) {
      throw new NodeFault("stored code " + codeHash + " is no contract: " + verdict.violations());
    }
    return compile(verdict.module(), verdict.abi(), use);
  }

  /** Compiles a module that passed the gate and keeps it. */
  ContractCode prepare(Module module, ContractAbi abi, ModuleCache.Use use) {
    return cache.get(key(module.codeHash()), use, () -> compile(module, abi, use));
  }

  private ContractCode compile(Module module, ContractAbi abi, ModuleCache.Use use) {
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
    // What somebody simulates need not be on the chain, and costs them nothing: not on our disk.
    final ArtifactStore kept = use == ModuleCache.Use.CONSENSUS ? artifacts : artifacts.readOnly();
    return profile.code(
        engine.compile(module, plan, List.copyOf(bindings), kept, key(module.codeHash())), abi);
  }
}
