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

/** The subcommands of {@code tidemill dev} that look at a chain and change nothing. */
final class DevLookCommands {
  private DevLookCommands() {}

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

  /** {@code dev info}. */
  @Command(name = "info", description = "Say where the chain listens and how waves are made.")
  static final class Info implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Override
    public Integer call() {
      return chain.ask("dev_info", Map.of(), Info::tell);
    }

    private static int tell(Object answer, PrintWriter out) {
      if (answer instanceof Map<?, ?> map) {
        map.forEach((name, value) -> out.printf("%-22s %s%n", name, value));
      }
      return 0;
    }
  }

  /** {@code dev storage}. */
  @Command(
      name = "storage",
      description = {
        "Read what a contract stores: a declared field with its keys, or without a field everything"
            + " that is there, by raw key."
      })
  static final class Storage implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(index = "0", paramLabel = "CONTRACT", description = "An address or a name.")
    private String contract = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "FIELD",
        description = "A field of the contract's state schema.")
    private @Nullable String field;

    @Parameters(
        index = "2..*",
        paramLabel = "KEY",
        description = "The keys of a map, by their types: 5, #3, 0x..")
    private List<String> keys = List.of();

    @Option(names = "--after", paramLabel = "KEY", description = "Where a cut-off list goes on.")
    private @Nullable String after;

    @Override
    public Integer call() {
      Map<String, @Nullable Object> params = new LinkedHashMap<>();
      params.put("contract", contract);
      if (field == null) {
        params.put("from", after);
        return chain.ask("dev_listStorage", params, Storage::list);
      }
      params.put("field", field);
      params.put("keys", keys);
      return chain.ask("dev_getField", params, Storage::field);
    }

    private static int field(Object answer, PrintWriter out) {
      if (answer instanceof Map<?, ?> map) {
        out.println("value    " + map.get("text"));
        out.println("slot     " + map.get("slot"));
        out.println("bytes    " + map.get("value"));
      }
      return 0;
    }

    private static int list(Object answer, PrintWriter out) {
      if (answer instanceof Map<?, ?> map && map.get("slots") instanceof List<?> slots) {
        for (Object slot : slots) {
          if (slot instanceof Map<?, ?> entry) {
            out.println(entry.get("key") + "  " + entry.get("value"));
          }
        }
        if (map.get("next") != null) {
          out.println("more with --after " + map.get("next"));
        }
      }
      return 0;
    }
  }

  /** {@code dev gas}. */
  @Command(
      name = "gas",
      description = "Tell what the functions of contracts cost since the chain was started.")
  static final class Gas implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Option(names = "--clear", description = "Begin anew after this.")
    private boolean clear;

    @Override
    public Integer call() {
      return chain.ask("dev_gasReport", Map.of("clear", clear), Gas::tell);
    }

    private static int tell(Object answer, PrintWriter out) {
      if (answer instanceof List<?> lines) {
        String format = "%-32s %7s %7s %12s %12s %12s%n";
        out.printf(format, "function", "calls", "failed", "least", "mean", "most");
        for (Object line : lines) {
          if (line instanceof Map<?, ?> map) {
            out.printf(
                format,
                map.get("function"),
                map.get("calls"),
                map.get("failed"),
                map.get("gas_least"),
                map.get("gas_mean"),
                map.get("gas_most"));
          }
        }
      }
      return 0;
    }
  }

  /** What a command about one transaction has. */
  abstract static class OfTransaction implements Callable<Integer> {
    @Mixin DevConnection chain;

    @Parameters(paramLabel = "HASH", description = "The hash of the transaction.")
    String hash = "";
  }

  /** {@code dev trace}. */
  @Command(name = "trace", description = "Print the call tree and the state diff of a transaction.")
  static final class Trace extends OfTransaction {
    @Override
    public Integer call() {
      return chain.ask(
          "dev_traceTransaction",
          Map.of("transaction_hash", hash, "trace_text", true),
          (answer, out) -> {
            DevConnection.trace(answer, out);
            return 0;
          });
    }
  }

  /** {@code dev receipt}. */
  @Command(name = "receipt", description = "Print the receipt of a transaction as JSON.")
  static final class Receipt extends OfTransaction {
    @Override
    public Integer call() {
      return chain.ask(
          "pyde_getTransactionReceipt",
          Map.of("transaction_hash", hash),
          (answer, out) ->
              answer.equals("")
                  ? chain.complain("no receipt of " + hash)
                  : DevConnection.plain(Json.write(answer), out));
    }
  }
}
