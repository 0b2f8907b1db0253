package io.tidemill.server.chain;

import io.tidemill.executor.Rules;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.state.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node runs contracts with, for waves and simulations alike: the backend, one module cache,
 * and the artefacts on disk. Safe for use by many threads.
 */
final class ContractEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ContractEngine.class);
  private static final String FOLDER = "artifacts";
  private static final long ARTIFACT_BYTES = 1L << 30;

  /** Modules that are not ready by then are left to the first call. */
  private static final Duration WARM_UP = Duration.ofSeconds(10);

  private final WasmContractRuntimes runtimes;
  private final @Nullable ArtifactFolder artifacts;

  /**
   * The engine that {@code config} asks for.
   *
   * @param around stands around the backend; tests put faults there
   * @param development whether contracts may call {@code debug_log}
   */
  ContractEngine(SidecarConfig config, UnaryOperator<Engine> around, boolean development) {
    final Engine reference = new ChicoryEngine();
    final boolean compiled = config.engine().compiled();
    final Engine backend = around.apply(compiled ? new JvmEngine(reference) : reference);
    this.artifacts = compiled && config.data().durable() ? open(config) : null;
    this.runtimes =
        new WasmContractRuntimes(
            backend,
            reference,
            config.engine().cacheModules(),
            artifacts == null ? ArtifactStore.NONE : artifacts,
            development);
    if (artifacts != null) {
      artifacts.follow(runtimes::consensusModules);
    }
  }

  /** Runtimes on the backend that a node does not use, for checking one against the other. */
  static WasmContractRuntimes other(boolean compiled) {
    final Engine reference = new ChicoryEngine();
    return new WasmContractRuntimes(compiled ? reference : new JvmEngine(reference), reference);
  }

  private static @Nullable ArtifactFolder open(SidecarConfig config) {
    try {
      return ArtifactFolder.open(
          config.data().dir().resolve(FOLDER), EngineBuild.hash(), ARTIFACT_BYTES);
    } catch (IOException e) {
      LOG.warn("compiled modules are not kept on disk: {}", e.toString());
      return null;
    }
  }

  /** The runtimes of every set of rules. */
  WasmContractRuntimes runtimes() {
    return runtimes;
  }

  /** Gets ready what consensus used before the last process ended, within some seconds. */
  void warm(Snapshot state, Rules rules) {
    if (artifacts == null) {
      return;
    }
    final long began = System.nanoTime();
    final List<ModuleCache.Key> recent = artifacts.recent().reversed();
    int ready = 0;
    for (ModuleCache.Key key : recent) {
      if (System.nanoTime() - began > WARM_UP.toNanos()) {
        break;
      }
      final byte[] wasm = state.code(key.codeHash());
      if (wasm != null && runtimes.warm(rules, key, wasm)) {
        ready++;
      }
    }
    if (!recent.isEmpty()) {
      LOG.info(
          "{} of {} modules are ready after {} ms, {} of them from disk",
          ready,
          recent.size(),
          (System.nanoTime() - began) / 1_000_000,
          artifacts.counters().loaded());
    }
  }

  /** Lets metrics see how it is doing. */
  void observe(Telemetry telemetry) {
    telemetry.gauge(MetricCatalogue.MODULES, () -> runtimes.cacheCounters().modules());
    telemetry.gauge(MetricCatalogue.MODULE_BYTES, () -> runtimes.cacheCounters().bytes());
    telemetry.gauge(MetricCatalogue.MODULE_HITS, () -> runtimes.cacheCounters().hits());
    telemetry.gauge(MetricCatalogue.MODULE_MISSES, () -> runtimes.cacheCounters().misses());
    telemetry.gauge(MetricCatalogue.MODULE_EVICTIONS, () -> runtimes.cacheCounters().evictions());
    final ArtifactFolder folder = artifacts;
    if (folder != null) {
      telemetry.gauge(MetricCatalogue.ARTIFACTS_LOADED, () -> folder.counters().loaded());
      telemetry.gauge(MetricCatalogue.ARTIFACTS_SAVED, () -> folder.counters().saved());
      telemetry.gauge(MetricCatalogue.ARTIFACTS_DAMAGED, () -> folder.counters().damaged());
      telemetry.gauge(MetricCatalogue.ARTIFACT_BYTES, () -> folder.counters().bytes());
    }
  }

  @Override
  public void close() {
    if (artifacts != null) {
      artifacts.close();
    }
  }
}
