package io.tidemill.server.config;

import java.util.Locale;

/**
 * Every key of the configuration with its type, default and meaning. The YAML file nests at the
 * dot; the environment variable is {@code TIDEMILL_} and the key in capitals with underscores.
 */
public enum Setting {
  DATA_DIR("data.dir", Type.TEXT, "data", "Folder of the state; created when it is absent."),
  DATA_STORE("data.store", Type.TEXT, "rocks", "rocks is durable, memory is forgotten at the end."),
  DATA_RETAIN_WAVES(
      "data.retain-waves",
      Type.TEXT,
      "21600",
      "What is kept: the newest waves by number, or archive, full, committee, pruned."),
  DATA_WRITE_BACK(
      "data.write-back",
      Type.FLAG,
      "true",
      "Flush several waves at once behind their commits; false: write each whole at its commit."),
  CHAIN_SPEC(
      "chain.spec",
      Type.TEXT,
      "",
      "YAML file with the chain's rules and genesis; empty: the built-in development chain."),
  EXECUTION_WORKERS(
      "execution.workers", Type.COUNT, "0", "Threads that execute a wave; 0: one per core."),
  EXECUTION_MODE(
      "execution.mode",
      Type.TEXT,
      "parallel",
      "serial, parallel, both: run both and halt unless they agree, or both-engines: the same with"
          + " the second one on the other engine; both/N checks the waves that N divides."),
  ENGINE_BACKEND(
      "engine.backend",
      Type.TEXT,
      "compiled",
      "What runs contracts: compiled, or interpreter for the reference interpreter."),
  ENGINE_CACHE_MODULES(
      "engine.cache-modules", Type.COUNT, "256", "Modules that stay ready to run in memory."),
  REPLICA_PRIMARY(
      "replica.primary",
      Type.TEXT,
      "",
      "The reader port of a node to follow as a replica: host:port, or https://host:port?ca=FILE"
          + " under TLS; empty: execute waves."),
  GRPC_HOST("grpc.host", Type.TEXT, "127.0.0.1", "Address the gRPC listeners bind."),
  GRPC_PORT("grpc.port", Type.PORT, "9944", "gRPC for the consensus client; 0 takes a free port."),
  GRPC_READER_PORT(
      "grpc.reader-port", Type.PORT, "-1", "gRPC for readers, role reader only; -1: none."),
  GRPC_DEPLOYER_PORT(
      "grpc.deployer-port", Type.PORT, "-1", "gRPC for deployers, role deployer; -1: none."),
  GRPC_SOCKET(
      "grpc.socket",
      Type.TEXT,
      "",
      "Unix domain socket for a consensus client in the same pod; empty: none."),
  GRPC_REFLECTION("grpc.reflection", Type.FLAG, "false", "Serve gRPC reflection."),
  HEALTH_PORT(
      "health.port", Type.PORT, "9945", "gRPC health, in clear text, on its own port; -1: none."),
  HTTP_HOST("http.host", Type.TEXT, "127.0.0.1", "Address the HTTP listener binds."),
  HTTP_PORT(
      "http.port",
      Type.PORT,
      "9933",
      "JSON-RPC, health and metrics over HTTP; 0 takes a free port, -1: none."),
  HTTP_TLS(
      "http.tls",
      Type.TEXT,
      "off",
      "off: clear text; server: TLS with tls.certificate; mutual: client certificates as well."),
  HTTP_CORS_ORIGINS(
      "http.cors-origins", Type.LIST, "", "Origins of web pages that may call; * for any."),
  HTTP_ALLOWED_HOSTS(
      "http.allowed-hosts",
      Type.LIST,
      "localhost,127.0.0.1,[::1]",
      "Host headers that are accepted; * for any."),
  HTTP_WEBSOCKETS(
      "http.websockets", Type.COUNT, "64", "WebSocket connections open at a time; 0: none."),
  TLS_CERTIFICATE(
      "tls.certificate",
      Type.TEXT,
      "",
      "PEM file with the node's certificate chain; empty: clear text."),
  TLS_KEY("tls.key", Type.TEXT, "", "PEM file with the node's private key."),
  TLS_CLIENT_CA(
      "tls.client-ca",
      Type.TEXT,
      "",
      "PEM file with the authorities of client certificates; set: certificates are required."),
  AUTH_JWT_SECRET(
      "auth.jwt-secret",
      Type.TEXT,
      "",
      "File with 32 bytes in hex for HS256 tokens; set: tokens are required."),
  AUTH_CLOCK_TOLERANCE(
      "auth.clock-tolerance", Type.DURATION, "60s", "How far the time of a token may be away."),
  LIMITS_WAVE_TRANSACTIONS(
      "limits.wave-transactions", Type.COUNT, "100000", "Transactions of one wave."),
  LIMITS_WAVE_BYTES(
      "limits.wave-bytes", Type.BYTES, "256MiB", "Bytes of the transactions of one wave."),
  LIMITS_MESSAGE_BYTES("limits.message-bytes", Type.BYTES, "4MiB", "Bytes of one gRPC message."),
  LIMITS_INFLIGHT_WAVES(
      "limits.inflight-waves",
      Type.COUNT,
      "3",
      "Waves sent ahead of their answers on one stream; 0: none, and waves do not overlap."),
  SIMULATE_WORKERS(
      "simulate.workers",
      Type.COUNT,
      "0",
      "Threads that simulate; 0: one per core. The last core's rests while a wave is executed."),
  SIMULATE_QUEUE("simulate.queue", Type.COUNT, "64", "Simulations that may wait."),
  SIMULATE_FUEL_CAP("simulate.fuel-cap", Type.COUNT, "100000000", "Fuel of one simulation."),
  SIMULATE_DEADLINE("simulate.deadline", Type.DURATION, "5s", "Time of one simulation."),
  OBSERVE_OTLP_ENDPOINT(
      "observe.otlp-endpoint",
      Type.TEXT,
      "",
      "Base URL of an OTLP/HTTP collector for traces and metrics, for instance http://host:4318; empty: none."),
  LOG_FORMAT("log.format", Type.TEXT, "plain", "plain or json."),
  LOG_LEVEL("log.level", Type.TEXT, "info", "error, warn, info, debug or trace."),
  SHUTDOWN_GRACE("shutdown.grace", Type.DURATION, "20s", "How long open calls may take to finish.");

  /** How a value is written. */
  public enum Type {
    /** Any text. */
    TEXT,
    /** true or false. */
    FLAG,
    /** A whole number that is not negative. */
    COUNT,
    /** -1 to 65535. */
    PORT,
    /** A number with B, KiB, MiB or GiB. */
    BYTES,
    /** A number with ms, s, m or h. */
    DURATION,
    /** Texts with commas between them, or a YAML list. */
    LIST
  }

  private final String key;
  private final Type type;
  private final String byDefault;
  private final String meaning;

  Setting(String key, Type type, String byDefault, String meaning) {
    this.key = key;
    this.type = type;
    this.byDefault = byDefault;
    this.meaning = meaning;
  }

  public String key() {
    return key;
  }

  public Type type() {
    return type;
  }

  /** The value when nothing is said, as it is written. */
  public String byDefault() {
    return byDefault;
  }

  public String meaning() {
    return meaning;
  }

  /** The environment variable that sets it. */
  public String variable() {
    return "TIDEMILL_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }
}
