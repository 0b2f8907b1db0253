package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.Rules;
import io.tidemill.executor.contract.DebugLog;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.chain.DevChain;
import io.tidemill.server.chain.DevChain.DevAccount;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.jsonrpc.Extension;
import io.tidemill.server.jsonrpc.Method;
import io.tidemill.server.jsonrpc.SocketLimits;
import io.tidemill.state.StateStore;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A development chain: a node and its consensus client, connected by the public protocol over a
 * loopback port.
 */
public final class DevNode implements AutoCloseable {
  /** What the node answers before the sequencer is there. */
  private record Rooms(Sequencer sequencer, Contracts contracts, Intake intake, Tracer tracer) {}

  /** Transactions of a wave that are traced for what their contracts said, or why they failed. */
  private static final int MAX_TRACED = 64;

  private final DevOptions options;
  private final DevLog log;
  private final DevState state;
  private final ChainOpener.Opened opened;
  private final TidemillNode node;
  private final TraceNotes notes = new TraceNotes();
  private final GasReport gas = new GasReport();
  private long messagesHeard;
  private volatile @Nullable Rooms rooms;

  private DevNode(DevOptions options, DevLog log) {
    this.options = options;
    this.log = log;
    final String seed = options.seed();
    final List<DevAccount> accounts = seed == null ? DevChain.accounts() : DevChain.accounts(seed);
    state = DevState.prepare(options.state(), log::says);
    final SidecarConfig config = config(options, state);
    final ChainSpecification specification = DevChain.specification();
    opened = ChainOpener.openForDevelopment(config, specification, DevChain.genesis(accounts));
    final List<Method> methods = new ArrayList<>(new DevMethods(this).methods());
    methods.addAll(new ControlMethods(this).methods());
    methods.addAll(new StateMethods(this).methods());
    node =
        TidemillNode.start(
            config,
            new ChainOpener.Opened(
                specification,
                opened.store(),
                new DevExecutor(opened.executor(), specification.chainId()),
                opened.contracts(),
                opened.engine(),
                opened.instruments()),
            new Extension(methods, SocketLimits.DEFAULT, true));
    try {
      final Rooms connected = connect(accounts);
      rooms = connected;
      begin(connected);
    } catch (RuntimeException failure) {
      close();
      throw failure;
    }
  }

  /**
   * Starts a chain and says so on {@code out}.
   *
   * @param json one JSON object per line
   * @param color whether {@code out} is a terminal
   * @param millisBefore how long the program has run, for the banner
   */
  public static DevNode start(
      DevOptions options, PrintWriter out, boolean json, boolean color, long millisBefore) {
    final long begin = System.nanoTime();
    checkPort(options.httpPort(), "JSON-RPC", "--http-port");
    checkPort(options.grpcPort(), "gRPC", "--grpc-port");
    final DevLog log =
        new DevLog(out, json ? DevLog.Style.JSON : color ? DevLog.Style.COLOR : DevLog.Style.PLAIN);
    final DevNode dev = new DevNode(options, log);
    log.ready(dev, millisBefore + (System.nanoTime() - begin) / 1_000_000);
    return dev;
  }

  /** Says what to do about a port that somebody has, before anything is fetched or opened. */
  private static void checkPort(int port, String what, String option) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new ConfigException(
          "port "
              + port
              + " for "
              + what
              + " cannot be had ("
              + e.getMessage()
              + "): another chain may be running; stop it, or give "
              + option
              + " 0 for a free port or "
              + option
              + " N for another");
    }
  }

  private static SidecarConfig config(DevOptions options, DevState state) {
    final Map<Setting, String> values = new EnumMap<>(Setting.class);
    final Path data = state.data();
    values.put(Setting.DATA_STORE, data == null ? "memory" : "rocks");
    if (data != null) {
      values.put(Setting.DATA_DIR, data.toString());
    }
    values.put(Setting.DATA_RETAIN_WAVES, "4096");
    values.put(Setting.HTTP_PORT, Integer.toString(options.httpPort()));
    values.put(Setting.HTTP_CORS_ORIGINS, "*");
    values.put(Setting.GRPC_PORT, Integer.toString(options.grpcPort()));
    values.put(Setting.GRPC_REFLECTION, "true");
    values.put(Setting.HEALTH_PORT, "-1");
    values.put(Setting.SIMULATE_FUEL_CAP, "1600000000");
    values.put(Setting.SHUTDOWN_GRACE, "1s");
    return SidecarConfig.with(values);
  }

  private Rooms connect(List<DevAccount> accounts) {
    final TidemillClient client =
        TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()));
    final Map<Address, String> labels = new HashMap<>();
    labels.put(Address.ZERO, "zero");
    accounts.forEach(account -> labels.put(account.address(), "#" + account.index()));
    if (state.forked() == null) {
      checkAccounts(client, accounts);
    }
    final Contracts contracts = new Contracts(client.reader(), labels);
    final Sequencer sequencer =
        new Sequencer(
            client,
            InstantSource.system(),
            options.baseFee(),
            new Sequencer.Observer() {
              @Override
              public void mined(Mined wave) {
                contracts.forget();
                told(wave);
              }

              @Override
              public void reverted(long wave) {
                contracts.forget();
                log.reverted(wave);
              }
            });
    return new Rooms(
        sequencer,
        contracts,
        new Intake(sequencer, contracts, accounts),
        new Tracer(node.httpPort(), contracts));
  }

  /** A state on disk that began with other accounts is another chain. */
  private static void checkAccounts(TidemillClient client, List<DevAccount> accounts) {
    final io.tidemill.client.tx.Address first =
        io.tidemill.client.tx.Address.of(accounts.getFirst().address().toBytes());
    if (!client.reader().account(first).getExists()) {
      client.close();
      throw new ConfigException(
          "the chain in --state began with another --seed; give the same, or use another folder");
    }
  }

  /** What a chain begins with, and then how it goes on. */
  private void begin(Rooms now) {
    final Long forked = state.forked();
    if (forked != null) {
      now.sequencer().changeAll(() -> List.of(funding(now.intake().accounts())), forked);
    }
    final Path load = options.state().load();
    if (load != null) {
      StateFile.load(this, load);
    }
    for (DevOptions.Preload preload : options.deployments()) {
      deploy(now, preload);
    }
    now.sequencer().impersonations().setEverybody(options.impersonateAll());
    final DevOptions.Waves waves = options.waves();
    final Sequencer.Mode mode =
        waves.manual()
            ? Sequencer.Mode.MANUAL
            : waves.intervalMillis() > 0
                ? Sequencer.Mode.INTERVAL
                : waves.batch() > 0 ? Sequencer.Mode.BATCH : Sequencer.Mode.AUTO;
    now.sequencer().setMode(mode, Duration.ofMillis(waves.intervalMillis()), waves.batch());
  }

  private static void deploy(Rooms now, DevOptions.Preload preload) {
    final Address deployer = now.intake().accounts().getFirst().address();
    @Nullable String problem = null;
    try {
      final Mined mined =
          now.sequencer().submit(now.intake().made(Examples.deployment(preload, deployer)));
      if (mined != null) {
        final Receipt receipt = mined.outcome().receipts().getFirst();
        if (receipt.getStatus() != ReceiptStatus.RECEIPT_STATUS_SUCCESS) {
          problem = Story.reason(receipt);
        }
      }
    } catch (Refusal refusal) {
      problem = refusal.getMessage();
    }
    if (problem != null) {
      throw new ConfigException("--deploy " + preload.module() + ": " + problem);
    }
  }

  private static List<DevChange> funding(List<DevAccount> accounts) {
    final List<DevChange> changes = new ArrayList<>();
    for (DevAccount account : accounts) {
      changes.add(
          new DevChange.Funding(account.address(), DevChain.BALANCE, account.key().publicKey()));
    }
    return changes;
  }

  private void told(Mined wave) {
    log.mined(wave);
    final boolean said = DebugLog.calls() != messagesHeard;
    for (int i = 0; i < wave.entries().size(); i++) {
      final Mined.Entry entry = wave.entries().get(i);
      final Receipt receipt = wave.outcome().receipts().get(i);
      final Story story = Story.of(contracts(), entry.transaction(), receipt);
      if (!story.function().isEmpty()) {
        gas.add(story.function(), story.succeeded(), story.fuel());
      }
      final boolean telling =
          (said || !story.succeeded()) && i < MAX_TRACED && entry.transaction().data().length > 0;
      JsonNode trace = MissingNode.getInstance();
      List<String> noTrace = List.of();
      if (receipt.getNonceConsumed() && (options.trace() || telling)) {
        try {
          trace = tracer().trace(entry.hash(), options.trace());
        } catch (Refusal refusal) {
          noTrace = List.of("no trace: " + refusal.getMessage());
        }
      }
      log.transaction(
          entry,
          receipt,
          story,
          contracts().label(entry.transaction().from()),
          notes.keep(contracts(), entry.hash(), trace));
      if (options.trace()) {
        final List<String> lines = new ArrayList<>(noTrace);
        trace.path("trace_text").forEach(line -> lines.add(line.asText()));
        log.trace(lines);
      }
    }
    messagesHeard = DebugLog.calls();
  }

  private Rooms rooms() {
    final Rooms now = rooms;
    if (now == null) {
      throw Refusal.of(Reason.NODE_STARTING);
    }
    return now;
  }

  Sequencer sequencer() {
    return rooms().sequencer();
  }

  Contracts contracts() {
    return rooms().contracts();
  }

  Intake intake() {
    return rooms().intake();
  }

  Tracer tracer() {
    return rooms().tracer();
  }

  StateStore store() {
    return opened.store();
  }

  /** What contracts may be. */
  ContractLifecycle lifecycle() {
    return opened.contracts().lifecycle(rules(), false);
  }

  Rules rules() {
    return opened.specification().rulesAt(0);
  }

  /** What traces told. */
  TraceNotes notes() {
    return notes;
  }

  /** What functions cost. */
  GasReport gas() {
    return gas;
  }

  boolean durable() {
    return options.state().folder() != null;
  }

  /** Ports and accounts with their keys, as one JSON object. */
  public String description() {
    return DevLog.description(this).toString();
  }

  /** The port of JSON-RPC, WebSocket and the explorer. */
  public int httpPort() {
    return node.httpPort();
  }

  /** The port of the node's gRPC services. */
  public int grpcPort() {
    return node.grpcPort();
  }

  /** Stops the consensus client, then the node. */
  @Override
  public void close() {
    final Rooms now = rooms;
    if (now != null) {
      now.sequencer().close();
      now.tracer().close();
    }
    node.close();
    state.close();
    log.stopped();
  }
}
