package io.tidemill.client.testing;

import io.tidemill.client.json.JsonRpcClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A development chain in the hands of a test. Accounts are written {@code #0} to {@code #9} for the
 * funded ones, or as a registered name, or as 0x and 64 digits.
 *
 * <p>Every method throws {@link io.tidemill.client.json.JsonRpcException} when the chain refuses,
 * and {@link UncheckedIOException} when it is not there.
 */
public final class DevChain implements AutoCloseable {
  /** The variable with the address of a chain that runs already. */
  private static final String RPC = "TIDEMILL_RPC";

  /** The variable, or the system property in small letters, with the launcher to start one with. */
  private static final String LAUNCHER = "TIDEMILL_LAUNCHER";

  private final @Nullable ChainProcess process;
  private final JsonRpcClient rpc;

  private DevChain(@Nullable ChainProcess process, URI endpoint) {
    this.process = process;
    this.rpc = new JsonRpcClient(endpoint);
  }

  /**
   * The chain at {@code TIDEMILL_RPC}, or else one that {@code TIDEMILL_LAUNCHER} starts, or else
   * one that {@code tidemill} on the path starts. The system properties {@code tidemill.rpc} and
   * {@code tidemill.launcher} go before the variables.
   */
  public static DevChain open() {
    final String endpoint = setting(RPC, "tidemill.rpc");
    if (endpoint != null) {
      return at(URI.create(endpoint));
    }
    final String launcher = setting(LAUNCHER, "tidemill.launcher");
    return start(List.of(launcher == null ? "tidemill" : launcher));
  }

  private static @Nullable String setting(String variable, String property) {
    final String value = System.getProperty(property);
    return value == null ? System.getenv(variable) : value;
  }

  /**
   * Starts a chain on free ports, which ends with {@link #close} or with this program.
   *
   * @param command the launcher, for instance {@code ./tidemill}, with what goes before {@code dev}
   */
  public static DevChain start(List<String> command) {
    final ChainProcess process = ChainProcess.start(command);
    return new DevChain(process, process.endpoint());
  }

  /** A chain that runs already; it goes on when this is closed. */
  public static DevChain at(URI endpoint) {
    return new DevChain(null, endpoint);
  }

  /** JSON-RPC, for everything that has no method here. */
  public JsonRpcClient rpc() {
    return rpc;
  }

  @Nullable Object ask(String method, Map<String, ?> params) {
    return rpc.call(method, params);
  }

  // ---- contracts --------------------------------------------------------------------------------

  /**
   * Deploys a packed module from account #0.
   *
   * @param name what it registers; names are taken once on a chain, and are free again after going
   *     back to a snapshot
   * @param arguments of the constructor
   * @throws AssertionError if it cannot be deployed; the message says why
   */
  public TestContract deploy(String name, Path module, Object... arguments) {
    try {
      final String wasm = "0x" + HexFormat.of().formatHex(Files.readAllBytes(module));
      return deploy(name, "wasm", wasm, arguments);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + module, e);
    }
  }

  /** Deploys one of the examples that come along, under its name. */
  public TestContract deployExample(String example, Object... arguments) {
    return deploy(example, "example", example, arguments);
  }

  private TestContract deploy(String name, String kind, String module, Object... arguments) {
    final Map<String, Object> deployment = new LinkedHashMap<>();
    deployment.put("name", name);
    deployment.put(kind, module);
    deployment.put("arguments", TestContract.words(arguments));
    CallOutcome.of(ask("dev_deploy", Map.of("deployment", deployment))).orFail();
    return contract(name);
  }

  /** A contract that is there, by its name or address, called by account #0. */
  public TestContract contract(String name) {
    return new TestContract(this, name, "#0", BigInteger.ZERO);
  }

  // ---- snapshots, waves and time ----------------------------------------------------------------

  /** Remembers where the chain stands. */
  public long snapshot() {
    return number(ask("dev_snapshot", Map.of()));
  }

  /** Goes back to a snapshot; it and those after it are used up. */
  public void revert(long snapshot) {
    ask("dev_revert", Map.of("snapshot", snapshot));
  }

  /** Does {@code work} and goes back to where the chain stood before, also when it throws. */
  public void withSnapshot(Runnable work) {
    final long snapshot = snapshot();
    try {
      work.run();
    } finally {
      revert(snapshot);
    }
  }

  /** Makes so many waves: of what waits, and empty ones. */
  public void mine(int waves) {
    ask("dev_mine", Map.of("waves", waves));
  }

  /** Moves the clock of the chain forward. */
  public void advance(long seconds) {
    ask("dev_increaseTime", Map.of("seconds", seconds));
  }

  // ---- accounts ---------------------------------------------------------------------------------

  /** The balance of an account in quanta. */
  public BigInteger balance(String account) {
    return new BigInteger(
        String.valueOf(ask("pyde_getBalance", Map.of("account", address(account)))));
  }

  /** The address of a funded account {@code #3}; anything else is what it is. */
  private String address(String account) {
    if (account.startsWith("#") && ask("dev_accounts", Map.of()) instanceof List<?> accounts) {
      for (Object item : accounts) {
        if (item instanceof Map<?, ?> map && account.equals("#" + map.get("index"))) {
          return String.valueOf(map.get("address"));
        }
      }
    }
    return account;
  }

  /** Sets the balance of an account, in a wave of its own. */
  public void setBalance(String account, BigInteger quanta) {
    ask("dev_setBalance", Map.of("account", account, "balance", quanta.toString()));
  }

  /** Lets {@code account} send without a signature, whoever it is. */
  public void impersonate(String account) {
    ask("dev_impersonate", Map.of("account", account));
  }

  private static long number(@Nullable Object answer) {
    if (answer instanceof BigDecimal number) {
      return number.longValueExact();
    }
    throw new IllegalStateException("the chain answered " + answer);
  }

  /** Ends the chain, when this started it. */
  @Override
  public void close() {
    rpc.close();
    if (process != null) {
      process.close();
    }
  }
}
