package io.tidemill.server.chain;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.genesis.ChainFile;
import io.tidemill.server.genesis.ChainFileException;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateStore;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.state.writeback.WriteBack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Opens what the configuration names: the chain, its executor and its store with a genesis. */
public final class ChainOpener {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /**
   * What the chain of a node is made of; whoever opened it closes executor, engine and store, in
   * this order.
   *
   * @param instruments lets metrics see the parts
   */
  public record Opened(
      ChainSpecification specification,
      StateStore store,
      WaveExecutor executor,
      ContractRuntimes contracts,
      AutoCloseable engine,
      Consumer<Telemetry> instruments) {}

  private static final String IN_FLIGHT = "IN_FLIGHT";

  private ChainOpener() {}

  /**
   * Opens the chain, and gets ready the modules that it used last.
   *
   * @throws ConfigException if the configuration and the data do not fit
   */
  public static Opened open(SidecarConfig config) {
    return open(config, UnaryOperator.identity());
  }

  /** The same with something around the backend, which only tests want. */
  static Opened open(SidecarConfig config, UnaryOperator<Engine> around) {
    final Path chainSpec = config.execution().chainSpec();
    final ChainFile file = chainSpec == null ? null : readChainFile(chainSpec);
    final ChainSpecification specification =
        file == null ? DevChain.specification() : file.specification();
    final StateDelta genesis =
        file == null ? DevChain.genesis() : file.genesis().state(specification.rulesAt(0));
    return open(config, specification, genesis, around, false);
  }

  /**
   * Opens a development chain, where contracts may call {@code debug_log}; it begins with {@code
   * genesis}.
   */
  public static Opened openForDevelopment(
      SidecarConfig config, ChainSpecification specification, StateDelta genesis) {
    return open(config, specification, genesis, UnaryOperator.identity(), true);
  }

  private static Opened open(
      SidecarConfig config,
      ChainSpecification specification,
      StateDelta genesis,
      UnaryOperator<Engine> around,
      boolean development) {
    final StateStore store = store(config, specification.chainId(), genesis);
    try {
      final ContractEngine engine = new ContractEngine(config, around, development);
      final ExecutorParts parts =
          new ExecutorParts(specification, engine.runtimes(), FalconVerifier.INSTANCE);
      final ExecutorParts checking =
          config.execution().mode() == SidecarConfig.Execution.Mode.BOTH_ENGINES
              ? new ExecutorParts(
                  specification,
                  ContractEngine.other(config.engine().compiled()),
                  FalconVerifier.INSTANCE)
              : parts;
      final WaveExecutor executor = new ExecutorChoice(config.execution(), parts, checking);
      final long head = head(store);
      final InFlightFile inFlight =
          config.data().durable()
              ? InFlightFile.open(config.data().dir().resolve(IN_FLIGHT))
              : InFlightFile.none();
      final SafeReplay replay =
          new SafeReplay(executor, inFlight, head, engine.runtimes()::setReferenceOnly);
      if (!replay.active()) {
        try (Snapshot state = store.snapshot()) {
          engine.warm(state, specification.rulesAt(head + 1));
        }
      }
      return new Opened(
          specification,
          store,
          replay,
          engine.runtimes(),
          engine,
          telemetry -> {
            engine.observe(telemetry);
            replay.observe(telemetry);
            observe(store, telemetry);
          });
    } catch (RuntimeException failure) {
      store.close();
      throw failure;
    }
  }

  private static void observe(StateStore store, Telemetry telemetry) {
    if (store instanceof RocksStateStore rocks) {
      telemetry.gauge(MetricCatalogue.VALUE_HITS, () -> rocks.caches().valueHits());
      telemetry.gauge(MetricCatalogue.VALUE_MISSES, () -> rocks.caches().valueMisses());
      telemetry.gauge(MetricCatalogue.NODE_HITS, () -> rocks.caches().nodeHits());
      telemetry.gauge(MetricCatalogue.NODE_MISSES, () -> rocks.caches().nodeMisses());
      telemetry.gauge(MetricCatalogue.DIRTY_WAVES, () -> rocks.writeBack().dirtyWaves());
      telemetry.gauge(MetricCatalogue.DIRTY_BYTES, () -> rocks.writeBack().dirtyBytes());
      telemetry.gauge(MetricCatalogue.FLUSHES, () -> rocks.writeBack().flushes());
      telemetry.gauge(
          MetricCatalogue.FLUSH_TIME, () -> rocks.writeBack().nanos() / NANOS_PER_MILLI);
    }
  }

  private static long head(StateStore store) {
    final StateStore.Head head = store.head();
    return head == null ? 0 : head.wave();
  }

  private static ChainFile readChainFile(Path path) {
    try {
      return ChainFile.read(path);
    } catch (ChainFileException e) {
      throw new ConfigException("chain.spec: " + e.getMessage());
    }
  }

  private static StateStore store(SidecarConfig config, long chainId, StateDelta genesis) {
    final StateStore store =
        config.data().durable()
            ? durable(config, chainId)
            : MemoryStateStore.create(
                (int) Math.min(Integer.MAX_VALUE, config.data().retention().state()));
    if (store.head() == null) {
      seed(store, genesis);
    } else {
      checkIdentity(store, genesis);
    }
    return store;
  }

  /** A store that began with another chain file must not be continued under this one. */
  private static void checkIdentity(StateStore store, StateDelta genesis) {
    final StateKey marker = StateKeys.system(SystemSlot.GENESIS);
    try (Snapshot snapshot = store.snapshot()) {
      final byte[] there = snapshot.get(marker);
      for (StateDelta.Entry entry : genesis) {
        if (entry.key().equals(marker) && !Arrays.equals(entry.value(), there)) {
          store.close();
          throw new ConfigException(
              "chain.spec: the data in data.dir began with another genesis; use another data.dir");
        }
      }
    }
  }

  private static StateStore durable(SidecarConfig config, long chainId) {
    try {
      Files.createDirectories(config.data().dir());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create data.dir " + config.data().dir(), e);
    }
    final RocksOptions options = RocksOptions.of(chainId).withRetention(config.data().retention());
    return RocksStateStore.open(
        config.data().dir(),
        config.data().writeBack() ? options : options.withWriteBack(WriteBack.OFF));
  }

  /** Makes {@code genesis} wave 0 of an empty store. */
  public static void seed(StateStore store, StateDelta genesis) {
    final Proposal proposal = store.propose(genesis);
    proposal.commit(new WaveArtifacts(new byte[0], Hash32.ZERO, List.of(), List.of(), List.of()));
  }
}
