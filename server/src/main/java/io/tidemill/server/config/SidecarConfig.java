package io.tidemill.server.config;

import io.tidemill.state.Retention;
import io.tidemill.state.StateStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration of a node, every value checked. See {@link Setting} for meanings.
 *
 * @param primary the node that this one follows as a replica, or null
 */
public record SidecarConfig(
    Data data,
    Execution execution,
    Engine engine,
    Grpc grpc,
    Http http,
    Tls tls,
    Auth auth,
    Limits limits,
    Simulate simulate,
    Sessions sessions,
    Observe observe,
    @Nullable PrimaryAddress primary,
    Duration shutdownGrace) {

  /**
   * Where the state is, and how much of its past.
   *
   * @param writeBack whether waves are flushed behind their commits, several at once
   */
  public record Data(Path dir, boolean durable, Retention retention, boolean writeBack) {
    /** How many waves a rollback can take back: one of those that are kept is where it ends. */
    public long rollbackWaves() {
      return Math.min(Math.max(0, retention.state() - 1), StateStore.MAX_ROLLBACK);
    }
  }

  /**
   * What executes.
   *
   * @param chainSpec the chain specification, or null for the built-in development chain
   * @param workers 0 for one per core
   * @param checkEvery in the modes that run both, the waves whose number this divides are checked
   */
  public record Execution(@Nullable Path chainSpec, int workers, Mode mode, int checkEvery) {
    /** How waves are executed; the results are the same to the last bit. */
    public enum Mode {
      /** One transaction after the other. */
      SERIAL,
      /** On all workers at once. */
      PARALLEL,
      /** Both, and no answer unless they agree. */
      BOTH,
      /** Both, the serial one on the engine that the parallel one does not use. */
      BOTH_ENGINES;

      /** Whether waves are executed twice and compared. */
      public boolean checks() {
        return this == BOTH || this == BOTH_ENGINES;
      }
    }
  }

  /**
   * What runs contracts.
   *
   * @param compiled whether by the compiler; else by the reference interpreter
   * @param cacheModules modules that stay ready to run in memory
   */
  public record Engine(boolean compiled, int cacheModules) {}

  /** The gRPC listeners; a port of -1 is none, of 0 any free one. */
  public record Grpc(
      String host,
      int port,
      int readerPort,
      int deployerPort,
      @Nullable Path socket,
      boolean reflection,
      int healthPort) {}

  /** The HTTP listener. */
  public record Http(
      String host,
      int port,
      Security tls,
      List<String> corsOrigins,
      List<String> allowedHosts,
      int websockets) {
    /** Of the transport. */
    public enum Security {
      /** Clear text. */
      OFF,
      /** TLS with the node's certificate. */
      SERVER,
      /** And clients need a certificate. */
      MUTUAL
    }
  }

  /** Transport security; a null certificate is clear text, a client authority demands one. */
  public record Tls(@Nullable Path certificate, @Nullable Path key, @Nullable Path clientCa) {}

  /** Bearer tokens; a null secret demands none. */
  public record Auth(@Nullable Path jwtSecret, Duration clockTolerance) {}

  /** What the edge accepts. */
  public record Limits(int waveTransactions, long waveBytes, int messageBytes, int inflightWaves) {}

  /** What a simulation may use. */
  public record Simulate(int workers, int queue, long fuelCap, Duration deadline) {}

  /** Sessions. */
  public record Sessions(int maximum) {}

  /** What is told to the outside about the node's work. */
  public record Observe(boolean jsonLog, String logLevel, @Nullable URI otlpEndpoint) {}

  /** The same with the state in another folder. */
  public SidecarConfig withDataDir(Path dir) {
    return new SidecarConfig(
        new Data(dir, data.durable(), data.retention(), data.writeBack()),
        execution,
        engine,
        grpc,
        http,
        tls,
        auth,
        limits,
        simulate,
        sessions,
        observe,
        primary,
        shutdownGrace);
  }

  /** Everything at its default. */
  public static SidecarConfig defaults() {
    return with(Map.of());
  }

  /** The defaults with some values replaced, written as in the file. */
  public static SidecarConfig with(Map<Setting, String> values) {
    return new ConfigValues(values).config();
  }
}
