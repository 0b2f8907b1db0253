package io.tidemill.executor.contract;

import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.Rules;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
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
  private final ModuleCache<ContractCode> cache = WasmContractRuntime.newCache();
  private volatile List<Entry> entries = List.of();

  /**
   * Runtimes on {@code engine}.
   *
   * @param reference the reference interpreter
   */
  public WasmContractRuntimes(Engine engine, Engine reference) {
    this.engine = engine;
    this.reference = reference;
  }

  @Override
  public ContractRuntime runtime(Rules rules, boolean onReference) {
    return of(new Key(rules, onReference));
  }

  @Override
  public ContractLifecycle lifecycle(Rules rules, boolean onReference) {
    return of(new Key(rules, onReference));
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
    final WasmContractRuntime runtime =
        new WasmContractRuntime(key.rules(), key.reference() ? reference : engine, cache);
    final List<Entry> grown = new ArrayList<>(entries);
    grown.add(new Entry(key, runtime));
    entries = List.copyOf(grown);
    return runtime;
  }
}
