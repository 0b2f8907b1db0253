package io.tidemill.server.chain;

import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.Rules;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.wasm.Engine;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One contract runtime per set of rules and engine, with its own cache of compiled modules: wallets
 * get another instance of this than waves, so that they cannot evict what waves need.
 */
public final class EngineRuntimes implements ContractRuntimes {
  private record Key(Rules rules, boolean reference) {}

  private final Engine engine;
  private final Engine reference;
  private final Map<Key, WasmContractRuntime> runtimes = new ConcurrentHashMap<>();

  /** Runtimes on {@code engine}; {@code reference} takes attempts that were stopped there. */
  public EngineRuntimes(Engine engine, Engine reference) {
    this.engine = engine;
    this.reference = reference;
  }

  @Override
  public ContractRuntime runtime(Rules rules, boolean onReference) {
    return of(rules, onReference);
  }

  @Override
  public ContractLifecycle lifecycle(Rules rules, boolean onReference) {
    return of(rules, onReference);
  }

  private WasmContractRuntime of(Rules rules, boolean onReference) {
    return runtimes.computeIfAbsent(
        new Key(rules, onReference),
        key -> new WasmContractRuntime(key.rules(), key.reference() ? reference : engine));
  }
}
