package io.tidemill.executor.contract;

import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.Rules;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ModuleCache;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The runtimes of a node: one per set of rules and engine, kept for as long as the process lives,
 * because a chain has few sets of rules. Safe for use by many threads.
 */
public final class WasmContractRuntimes implements ContractRuntimes {
  private record Key(Rules rules, boolean reference) {}

  private record Entry(Key key, WasmContractRuntime runtime) {}

  private final Engine engine;
  private final Engine reference;
  private final ModuleCache<ContractCode> cache;
  private final ArtifactStore artifacts;
  private final boolean development;
  private volatile boolean referenceOnly;
  private volatile List<Entry> entries = List.of();

  /**
   * Runtimes on {@code engine}, with a module cache of the default size.
   *
   * @param reference the reference interpreter
   */
  public WasmContractRuntimes(Engine engine, Engine reference) {
    this(engine, reference, ModuleCache.DEFAULT_MODULES, ArtifactStore.NONE, false);
  }

  /**
   * The same with a module cache for {@code modules} and with {@code artifacts} of what was
   * compiled before.
   *
   * @param development whether {@code debug_log} links; the rules of the mainnet and the testnet
   *     are refused then
   */
  public WasmContractRuntimes(
      Engine engine, Engine reference, int modules, ArtifactStore artifacts, boolean development) {
    this.engine = engine;
    this.reference = reference;
    this.cache = WasmContractRuntime.newCache(modules);
    this.artifacts = artifacts;
    this.development = development;
  }

  @Override
  public ContractRuntime runtime(Rules rules, boolean onReference) {
    return of(new Key(rules, onReference || referenceOnly));
  }

  @Override
  public ContractLifecycle lifecycle(Rules rules, boolean onReference) {
    return of(new Key(rules, onReference || referenceOnly));
  }

  /**
   * Lets everything run on the reference interpreter, or not any more. Nothing is compiled while it
   * is on; results and fuel are the same either way. It holds for runtimes asked for from now on.
   */
  public void setReferenceOnly(boolean on) {
    referenceOnly = on;
  }

  /**
   * Gets a module ready before the first call asks for it. Whatever goes wrong is left to that
   * call.
   *
   * @param key of {@link #consensusModules}, perhaps of an earlier process
   * @return whether it is ready now; not when {@code key} was made by other rules or another engine
   */
  public boolean warm(Rules rules, ModuleCache.Key key, byte[] wasm) {
    return of(new Key(rules, referenceOnly)).warm(key, wasm);
  }

  /** What consensus has used and is still ready, the least recently used first. */
  public List<ModuleCache.Key> consensusModules() {
    return cache.consensusKeys();
  }

  /** Figures of the module cache, for metrics. */
  public ModuleCache.Counters cacheCounters() {
    return cache.counters();
  }

  private WasmContractRuntime of(Key key) {
    final WasmContractRuntime known = find(key);
    return known != null ? known : create(key);
  }

  private @Nullable WasmContractRuntime find(Key key) {
    for (Entry entry : entries) {
      if (entry.key().equals(key)) {
        return entry.runtime();
      }
    }
    return null;
  }

  private synchronized WasmContractRuntime create(Key key) {
    final WasmContractRuntime known = find(key);
    if (known != null) {
      return known;
    }
    final Engine backend = key.reference() ? reference : engine;
    final WasmContractRuntime runtime =
        development
            ? WasmContractRuntime.forDevelopment(key.rules(), backend, cache, artifacts)
            : new WasmContractRuntime(key.rules(), backend, cache, artifacts);
    final List<Entry> grown = new ArrayList<>(entries);
    grown.add(new Entry(key, runtime));
    entries = List.copyOf(grown);
    return runtime;
  }
}
