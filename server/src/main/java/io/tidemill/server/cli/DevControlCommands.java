package io.tidemill.server.cli;

import io.tidemill.client.json.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The subcommands of {@code tidemill dev} that steer a chain: each is one request. */
final class DevControlCommands {
  private DevControlCommands() {}

  private static int position(Object answer, PrintWriter out) {
    if (answer instanceof Map<?, ?> map) {
      out.println("wave " + map.get("wave") + "   root " + map.get("root"));
    }
    return 0;
  }

  private static int plain(Object answer, PrintWriter out) {
    out.println(answer);
    return 0;
  }

  /** {@code dev accounts}. */
  @Command(name = "accounts", description = "List the funded accounts with balance and seed.")
  static final class Accounts implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Override
    public Integer call() {
      return chain.ask("dev_accounts", Map.of(), Accounts::tell);
    }

    private static int tell(Object answer, PrintWriter out) {
      if (answer instanceof List<?> list) {
        for (Object item : list) {
          if (item instanceof Map<?, ?> map) {
            out.println(
                "#" + map.get("index") + "  " + map.get("address") + "  " + map.get("balance"));
            out.println("    seed " + map.get("seed"));
          }
        }
      }
      return 0;
    }
  }

  /** {@code dev mine}. */
  @Command(name = "mine", description = "Make waves of what waits, or empty ones.")
  static final class Mine implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(
        arity = "0..1",
        paramLabel = "N",
        defaultValue = "1",
        description = "How many, 1 to 1000 (default: 1).")
    private int waves;

    @Override
    public Integer call() {
      return chain.ask("dev_mine", Map.of("waves", waves), DevControlCommands::position);
    }
  }

  /** {@code dev mode}. */
  @Command(name = "mode", description = "Say when waves are made.")
  static final class Mode implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(paramLabel = "auto|interval|manual", description = "When waves are made.")
    private String mode = "";

    @Option(
        names = "--millis",
        paramLabel = "N",
        description = "How often, with interval: milliseconds, at least 10.")
    private @Nullable Long millis;

    @Override
    public Integer call() {
      Map<String, @Nullable Object> params = new LinkedHashMap<>();
      params.put("mode", mode);
      params.put("interval_millis", millis);
      return chain.ask("dev_setMode", params, DevControlCommands::plain);
    }
  }

  /** {@code dev snapshot}. */
  @Command(name = "snapshot", description = "Remember where the chain stands; prints a number.")
  static final class Snapshot implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Override
    public Integer call() {
      return chain.ask("dev_snapshot", Map.of(), DevControlCommands::plain);
    }
  }

  /** {@code dev revert}. */
  @Command(name = "revert", description = "Go back to a snapshot; it is used up.")
  static final class Revert implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(paramLabel = "N", description = "The number of the snapshot.")
    private long snapshot;

    @Override
    public Integer call() {
      return chain.ask(
          "dev_revert",
          Map.of("snapshot", snapshot),
          (answer, out) -> plain("back at wave " + answer, out));
    }
  }

  /** {@code dev time}. */
  @Command(name = "time", description = "Move the clock of the chain.")
  static final class Time implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Option(
        names = "--set",
        paramLabel = "SECONDS",
        description = "The time of the next wave, in seconds since 1970.")
    private @Nullable Long set;

    @Option(names = "--advance", paramLabel = "SECONDS", description = "Seconds to go forward.")
    private @Nullable Long advance;

    @Override
    public Integer call() {
      if (set == null && advance == null) {
        return chain.complain("give --set SECONDS or --advance SECONDS");
      }
      return set != null
          ? chain.ask(
              "dev_setTimestamp",
              Map.of("timestamp", set),
              (answer, out) -> plain("the next wave is at " + answer, out))
          : chain.ask(
              "dev_increaseTime",
              Map.of("seconds", advance),
              (answer, out) -> plain("the clock is " + answer + " seconds ahead", out));
    }
  }

  /** {@code dev impersonate}. */
  @Command(
      name = "impersonate",
      description = "Take unsigned transactions from an account, whatever it is.")
  static final class Impersonate implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(paramLabel = "ACCOUNT", description = "An address, a name, or all.")
    private String account = "";

    @Option(names = "--off", description = "Stop it.")
    private boolean off;

    @Override
    public Integer call() {
      DevConnection.Words words =
          (answer, out) ->
              plain(account + (off ? " must sign again" : " may send without a signature"), out);
      return account.equals("all")
          ? chain.ask("dev_impersonateAll", Map.of("on", !off), words)
          : chain.ask(
              off ? "dev_stopImpersonating" : "dev_impersonate", Map.of("account", account), words);
    }
  }

  /** {@code dev set-balance}. */
  @Command(name = "set-balance", description = "Set the balance of an account, in its own wave.")
  static final class SetBalance implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(index = "0", paramLabel = "ACCOUNT", description = "An address, a name, #0 to #9.")
    private String account = "";

    @Parameters(index = "1", paramLabel = "QUANTA", description = "The new balance.")
    private String balance = "";

    @Override
    public Integer call() {
      return chain.ask(
          "dev_setBalance",
          Map.of("account", account, "balance", balance),
          DevControlCommands::position);
    }
  }

  /** {@code dev set-storage}. */
  @Command(name = "set-storage", description = "Set a slot of a contract, in its own wave.")
  static final class SetStorage implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(index = "0", paramLabel = "CONTRACT", description = "An address or a name.")
    private String contract = "";

    @Parameters(index = "1", paramLabel = "SLOT", description = "The slot, 0x and 64 digits.")
    private String slot = "";

    @Parameters(
        index = "2",
        arity = "0..1",
        paramLabel = "VALUE",
        description = "The value, 0x and hex digits; without it the slot is deleted.")
    private @Nullable String value;

    @Override
    public Integer call() {
      Map<String, @Nullable Object> params = new LinkedHashMap<>();
      params.put("contract", contract);
      params.put("slot", slot);
      params.put("value", value);
      return chain.ask("dev_setStorage", params, DevControlCommands::position);
    }
  }

  /** {@code dev trace}. */
  @Command(name = "trace", description = "Print the call tree and the state diff of a transaction.")
  static final class Trace implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(paramLabel = "HASH", description = "The hash of the transaction.")
    private String hash = "";

    @Override
    public Integer call() {
      return chain.ask(
          "dev_traceTransaction",
          Map.of("transaction_hash", hash, "text", true),
          DevControlCommands::lines);
    }
  }

  private static int lines(Object answer, PrintWriter out) {
    if (answer instanceof Map<?, ?> map && map.get("lines") instanceof List<?> lines) {
      lines.forEach(out::println);
    }
    return 0;
  }

  /** {@code dev receipt}. */
  @Command(name = "receipt", description = "Print the receipt of a transaction as JSON.")
  static final class Receipt implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(paramLabel = "HASH", description = "The hash of the transaction.")
    private String hash = "";

    @Override
    public Integer call() {
      return chain.ask(
          "pyde_getTransactionReceipt",
          Map.of("transaction_hash", hash),
          (answer, out) ->
              answer.equals("")
                  ? chain.complain("no receipt of " + hash)
                  : plain(Json.write(answer), out));
    }
  }
}
