package io.tidemill.server;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.config.PrimaryAddress;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.grpc.ExecutionEndpoint;
import io.tidemill.server.grpc.GrpcListeners;
import io.tidemill.server.grpc.SessionCalls;
import io.tidemill.server.grpc.StateEndpoint;
import io.tidemill.server.jsonrpc.Extension;
import io.tidemill.server.jsonrpc.HttpListener;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.CommitFeed;
import io.tidemill.server.pipeline.WaveArchive;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.query.SnapshotExports;
import io.tidemill.server.replica.Primary;
import io.tidemill.server.replica.ReceivedExecutor;
import io.tidemill.server.replica.ReplicaFolder;
import io.tidemill.server.replica.ReplicaFollower;
import io.tidemill.server.simulate.Deployer;
import io.tidemill.server.simulate.Sessions;
import io.tidemill.server.simulate.Simulator;
import io.tidemill.server.wire.InfoCodec;
import io.tidemill.server.wire.WaveCodec;
import io.tidemill.state.StateStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node in this process: builds the rooms in order and stops them in reverse.
 *
 * <p>Threads: {@link #close} may be called once, from any thread.
 */
public final class TidemillNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TidemillNode.class);

  /** What clients may rely on beyond the first version of the protocol. */
  private static final List<String> FEATURES =
      List.of(
          "access_lists",
          "deploy",
          "estimates",
          "events",
          "proofs",
          "sessions",
          "simulate",
          "snapshots",
          "traces");

  /**
   * What a node is made of besides its configuration; the node closes it.
   *
   * @param store has its genesis
   * @param engine what executor and contracts stand on
   * @param instruments lets metrics see the parts
   */
  public record Parts(
      ChainSpecification chain,
      StateStore store,
      WaveExecutor executor,
      ContractRuntimes contracts,
      AutoCloseable engine,
      Consumer<Telemetry> instruments) {
    /** Parts with nothing beneath them, and nothing to see. */
    public Parts(
        ChainSpecification chain,
        StateStore store,
        WaveExecutor executor,
        ContractRuntimes contracts) {
      this(chain, store, executor, contracts, () -> {}, telemetry -> {});
    }
  }

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final NodeHealth health = new NodeHealth();
  private final Telemetry telemetry;
  private final WavePipeline pipeline;
  private final GrpcListeners grpc;
  private final HttpListener http;

  private TidemillNode(SidecarConfig config, Parts parts, Extension extension) {
    push(parts.store());
    push(parts.engine());
    push(parts.executor());
    telemetry = push(Telemetry.of(config.observe()));
    parts.instruments().accept(telemetry);
    final CommitFeed feed = new CommitFeed();
    final WaveArchive archive = new WaveArchive(config.data().rollbackWaves());
    pipeline =
        push(
            new WavePipeline(
                parts.store(),
                parts.executor(),
                archive,
                telemetry,
                feed,
                health,
                NodeFacts.MAX_WAVE_QUEUE,
                config.limits().inflightWaves() > 0));
    telemetry.gauge(MetricCatalogue.HEAD, () -> pipeline.position().head().wave());
    telemetry.gauge(MetricCatalogue.PENDING, () -> pipeline.position().pending() == null ? 0 : 1);
    final ChainReader reader = new ChainReader(parts.store(), pipeline);
    final NodeFacts facts =
        new NodeFacts(version(), UUID.randomUUID().toString(), simulateWorkers(config), FEATURES);
    final Simulator simulator =
        push(
            new Simulator(
                reader,
                pipeline,
                parts.chain(),
                parts.contracts(),
                parts.executor()::base,
                config.simulate(),
                facts.simulateWorkers(),
                telemetry));
    final Sessions sessions = push(new Sessions(reader, simulator, config.sessions()));
    final Deployer deployer =
        new Deployer(reader, parts.chain(), parts.contracts(), simulator, sessions);
    final SnapshotExports exports = push(exports(config, reader, parts.chain().chainId()));
    final ExecutorService calls = push(Executors.newVirtualThreadPerTaskExecutor());
    grpc =
        push(
            new GrpcListeners(
                config,
                List.of(
                    new ExecutionEndpoint(
                        pipeline,
                        reader,
                        simulator,
                        new SessionCalls(sessions, deployer),
                        feed,
                        new WaveCodec(parts.chain()),
                        new InfoCodec(facts, parts.chain(), config),
                        health,
                        config.limits(),
                        telemetry,
                        calls),
                    new StateEndpoint(reader, exports, feed, telemetry, calls)),
                health,
                calls));
    http =
        push(
            HttpListener.of(
                config,
                new HttpListener.Rooms(
                    facts, parts.chain(), reader, pipeline, simulator, feed, health, telemetry),
                extension));
  }

  /**
   * Starts a node of {@code parts}; every listener is open when this returns.
   *
   * @throws RuntimeException if it cannot start; nothing is left running
   */
  public static TidemillNode start(SidecarConfig config, Parts parts) {
    return start(config, parts, Extension.NONE);
  }

  /** The same with what {@code extension} adds to the HTTP listener. */
  public static TidemillNode start(SidecarConfig config, Parts parts, Extension extension) {
    return start(config, parts, extension, null);
  }

  private static TidemillNode start(
      SidecarConfig config,
      Parts parts,
      Extension extension,
      @Nullable Function<TidemillNode, ReplicaFollower> following) {
    final TidemillNode node = new TidemillNode(config, parts, extension);
    try {
      node.grpc.start();
      node.http.start();
    } catch (RuntimeException failure) {
      node.close();
      throw failure;
    }
    if (following == null) {
      node.health.serving();
    } else {
      node.push(following.apply(node)).start();
    }
    LOG.info(
        "ready at wave {}: grpc {}, health {}, http {}",
        node.pipeline.position().head().wave(),
        node.grpcPort(),
        node.healthPort(),
        node.httpPort());
    return node;
  }

  /** Starts the node that {@code config} describes. */
  public static TidemillNode start(SidecarConfig config) {
    return start(config, Extension.NONE);
  }

  /** The same with what {@code extension} adds to the HTTP listener. */
  public static TidemillNode start(SidecarConfig config, Extension extension) {
    final PrimaryAddress primary = config.primary();
    return primary == null
        ? start(config, ChainOpener.open(config), extension)
        : replica(config, new Primary(primary, config.tls()), extension);
  }

  /** Exports are kept where the chain is; those of one in memory end with it. */
  private static SnapshotExports exports(SidecarConfig config, ChainReader reader, long chainId) {
    return new SnapshotExports(
        reader, chainId, config.data().durable() ? config.data().dir().resolve("snapshots") : null);
  }

  /** A node that takes its waves from {@code primary} instead of executing them. */
  private static TidemillNode replica(SidecarConfig config, Primary primary, Extension extension) {
    final SidecarConfig own;
    final ChainOpener.Opened chain;
    try {
      own =
          config.data().durable()
              ? config.withDataDir(ReplicaFolder.prepare(config.data().dir(), primary))
              : config;
      chain = ChainOpener.open(own);
    } catch (RuntimeException failure) {
      primary.close();
      throw failure;
    }
    chain.executor().close();
    final ReceivedExecutor received = new ReceivedExecutor();
    return start(
        own,
        new Parts(
            chain.specification(),
            chain.store(),
            received,
            chain.contracts(),
            chain.engine(),
            chain.instruments()),
        extension,
        node ->
            new ReplicaFollower(
                primary,
                new ReplicaFollower.Rooms(
                    chain.specification(),
                    chain.store(),
                    node.pipeline,
                    received,
                    node.health,
                    node.telemetry)));
  }

  /** Starts a node on {@code chain}, with what {@code extension} adds to the HTTP listener. */
  public static TidemillNode start(
      SidecarConfig config, ChainOpener.Opened chain, Extension extension) {
    return start(
        config,
        new Parts(
            chain.specification(),
            chain.store(),
            chain.executor(),
            chain.contracts(),
            chain.engine(),
            chain.instruments()),
        extension);
  }

  /** The port of the gRPC services, or -1. */
  public int grpcPort() {
    return grpc.port();
  }

  /** The gRPC port of readers, or -1. */
  public int readerPort() {
    return grpc.readerPort();
  }

  /** The gRPC port of deployers, or -1. */
  public int deployerPort() {
    return grpc.deployerPort();
  }

  /** The port of the gRPC health service, or -1. */
  public int healthPort() {
    return grpc.healthPort();
  }

  /** The port of JSON-RPC, or -1. */
  public int httpPort() {
    return http.port();
  }

  /** Whether the node does its job. */
  public NodeHealth.Report health() {
    return health.report();
  }

  private <T extends AutoCloseable> T push(T part) {
    open.push(part);
    return part;
  }

  private static int simulateWorkers(SidecarConfig config) {
    return config.simulate().workers() > 0
        ? config.simulate().workers()
        : Runtime.getRuntime().availableProcessors();
  }

  private static String version() {
    final String version = TidemillNode.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** Says that it drains, finishes what it has, and stops every part in reverse. */
  @Override
  public void close() {
    health.draining();
    while (!open.isEmpty()) {
      final AutoCloseable part = open.pop();
      try {
        part.close();
      } catch (Exception failure) {
        LOG.error("{} did not close", part.getClass().getSimpleName(), failure);
      }
    }
  }
}
