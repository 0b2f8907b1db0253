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
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiled code by code hash, least recently used out first. An upgrade needs no invalidation: new
 * code has a new hash. Safe for use by many threads; a module that several ask for at once may be
 * compiled more than once, which changes nothing.
 */
final class EngineCodeStore implements CodeStore {
  private final Rules rules;
  private final ContractProfile profile;
  private final Engine engine;
  private final int maxModules;
  private final long maxBytes;

  private final LinkedHashMap<Hash32, ContractCode> recent = new LinkedHashMap<>(64, 0.75f, true);
  private long bytes;

  EngineCodeStore(
      Rules rules, ContractProfile profile, Engine engine, int maxModules, long maxBytes) {
    this.rules = rules;
    this.profile = profile;
    this.engine = engine;
    this.maxModules = maxModules;
    this.maxBytes = maxBytes;
  }

  @Override
  public ContractCode load(Overlay overlay, Hash32 codeHash) {
    synchronized (recent) {
      final ContractCode known = recent.get(codeHash);
      if (known != null) {
        return known;
      }
    }
    final byte[] wasm = overlay.code(codeHash);
    if (wasm == null) {
      throw new NodeFault("the state names code " + codeHash + ", and its bytes are not stored");
    }
    // The declared kind and the violations were judged when it was deployed.
    final DeployGate.Verdict verdict = DeployGate.examine(rules, profile, wasm, 0);
    if (verdict.module() == null || verdict.abi() == null) {
      throw new NodeFault("stored code " + codeHash + " is no contract: " + verdict.violations());
    }
    return prepare(verdict.module(), verdict.abi());
  }

  /** Compiles a module that passed the gate and keeps it. */
  ContractCode prepare(Module module, ContractAbi abi) {
    synchronized (recent) {
      final ContractCode known = recent.get(module.codeHash());
      if (known != null) {
        return known;
      }
    }
    final List<HostBinding> bindings = new ArrayList<>(module.imports().size());
    for (Module.Import imported : module.imports()) {
      final HostBinding binding =
          profile.resolve(
              imported.module(), imported.name(), module.types().get(imported.typeIndex()));
      if (binding == null) {
        throw new NodeFault(
            "stored code " + module.codeHash() + " imports " + imported.name() + ", unknown here");
      }
      bindings.add(binding);
    }
    final MeteringPlan plan = MeteringPlan.of(module, rules.fuelSchedule(), profile.wasm());
    final ContractCode code =
        profile.code(engine.compile(module, plan, List.copyOf(bindings)), abi);
    keep(code);
    return code;
  }

  private void keep(ContractCode code) {
    synchronized (recent) {
      if (recent.put(code.codeHash(), code) == null) {
        bytes += code.module().sizeBytes();
      }
      while (recent.size() > 1 && (recent.size() > maxModules || bytes > maxBytes)) {
        final Map.Entry<Hash32, ContractCode> oldest = recent.entrySet().iterator().next();
        bytes -= oldest.getValue().module().sizeBytes();
        recent.remove(oldest.getKey());
      }
    }
  }
}
