package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.client.U128;
import io.tidemill.server.chain.DevChain.DevAccount;
import io.tidemill.v1.Receipt;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What a development chain says: a banner, a line per wave and per transaction; colored on a
 * terminal, plain in a pipe, or one JSON object per line.
 */
final class DevLog {
  /** How it is written. */
  enum Style {
    COLOR,
    PLAIN,
    JSON
  }

  private static final String RESET = "\u001b[0m";

  private final PrintWriter out;
  private final Style style;

  DevLog(PrintWriter out, Style style) {
    this.out = out;
    this.style = style;
  }

  // ---- the banner -------------------------------------------------------------------------------

  /** The chain is ready. */
  void ready(DevNode dev, long millis) {
    if (style == Style.JSON) {
      print(line("ready").put("ready_millis", millis).setAll(description(dev)));
      return;
    }
    final String url = "http://127.0.0.1:" + dev.httpPort();
    print(bold("Tidemill development chain " + dev.sequencer().chainId()));
    print("");
    print("  JSON-RPC   " + url + "/   (WebSocket at the same place)");
    print("  Explorer   " + url + "/ui/");
    print("  gRPC       127.0.0.1:" + dev.grpcPort());
    print("  Metrics    " + url + "/metrics");
    print("");
    print(bold("Accounts") + dim("  1,000,000 PYDE each; the key is made from the seed"));
    for (DevAccount account : dev.intake().accounts()) {
      print("  #" + account.index() + "  " + DevMethods.hex(account.address().toBytes()));
      print(dim("      seed " + DevMethods.hex(account.seed())));
    }
    print(dim("  Everybody has these keys. Never use them on another chain."));
    print("");
    print(
        "ready in "
            + millis
            + " ms, state "
            + (dev.durable() ? "on disk" : "in memory")
            + ", "
            + mode(dev.sequencer())
            + "; stop with Ctrl-C");
    out.flush();
  }

  /** Ports and accounts with their keys. */
  static ObjectNode description(DevNode dev) {
    final ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("http_port", dev.httpPort())
            .put("grpc_port", dev.grpcPort())
            .put("chain_id", dev.sequencer().chainId())
            .put("pid", ProcessHandle.current().pid());
    final ArrayNode accounts = view.putArray("accounts");
    dev.intake().accounts().forEach(account -> accounts.add(DevMethods.account(account)));
    return view;
  }

  private static String mode(Sequencer sequencer) {
    return switch (sequencer.mode()) {
      case AUTO -> "a wave per transaction";
      case BATCH -> "a wave per " + sequencer.batch() + " transactions";
      case INTERVAL -> "a wave every " + sequencer.interval().toMillis() + " ms";
      case MANUAL -> "waves by hand (tidemill dev mine)";
    };
  }

  // ---- waves ------------------------------------------------------------------------------------

  /** A wave was committed. */
  void mined(Mined mined) {
    final String fuel =
        U128.fromWire(mined.outcome().summary().getTotals().getGasUsed()).toString();
    final String root = DevMethods.hex(mined.outcome().root().toByteArray());
    if (style == Style.JSON) {
      print(
          line("wave")
              .put("wave", mined.wave())
              .put("timestamp", mined.context().getTimestamp())
              .put("transactions", mined.entries().size())
              .put("fuel", fuel)
              .put("changed_keys", mined.outcome().stateDiff().size())
              .put("root", root)
              .put("micros", TimeUnit.NANOSECONDS.toMicros(mined.nanos())));
      return;
    }
    final int count = mined.entries().size();
    print(
        bold("wave " + mined.wave())
            + dim(
                "  "
                    + count
                    + (count == 1 ? " transaction" : " transactions")
                    + ", fuel "
                    + grouped(Long.parseLong(fuel))
                    + ", "
                    + mined.outcome().stateDiff().size()
                    + " keys, root "
                    + root.substring(0, 10)
                    + "..  "
                    + TimeUnit.NANOSECONDS.toMicros(mined.nanos()) / 1_000.0
                    + " ms"));
  }

  /** A transaction of a wave. */
  void transaction(
      Mined.Entry entry, Receipt receipt, Story story, String from, TraceNotes.Note note) {
    if (style == Style.JSON) {
      final ObjectNode line =
          line("transaction")
              .put("transaction_hash", DevMethods.hex(entry.hash().toBytes()))
              .put("wave", receipt.getWave())
              .put("transaction_index", receipt.getTransactionIndex())
              .put("from", DevMethods.hex(entry.transaction().from().toBytes()))
              .put("succeeded", story.succeeded())
              .put("call", story.call())
              .put("result", story.result())
              .put("reason", story.reason())
              .put("fuel", story.fuel());
      final ArrayNode events = line.putArray("events");
      story.events().forEach(events::add);
      final ArrayNode logs = line.putArray("logs");
      note.logs().forEach(logs::add);
      final ArrayNode backtrace = line.putArray("backtrace");
      note.backtrace().forEach(backtrace::add);
      print(line);
      return;
    }
    final String end =
        story.succeeded()
            ? story.result().isEmpty() ? "" : " -> " + story.result()
            : "  " + red(story.reason());
    print(
        "  "
            + (story.succeeded() ? green("ok  ") : red("fail"))
            + " "
            + story.call()
            + end
            + dim(
                "  from "
                    + from
                    + ", fuel "
                    + grouped(story.fuel())
                    + "  "
                    + DevMethods.hex(entry.hash().toBytes()).substring(0, 10)
                    + ".."));
    for (String place : note.backtrace()) {
      print(dim("         at    ") + place);
    }
    for (String message : note.logs()) {
      print(dim("         log   ") + message);
    }
    for (String event : story.events()) {
      print(dim("         event ") + event);
    }
  }

  /** The call tree of the transaction before. */
  void trace(List<String> lines) {
    if (style == Style.JSON) {
      final ObjectNode line = line("trace");
      final ArrayNode list = line.putArray("lines");
      lines.forEach(list::add);
      print(line);
      return;
    }
    for (String line : lines) {
      final String text = "         " + line;
      print(line.stripLeading().startsWith("!!") ? red(text) : dim(text));
    }
  }

  /** Something that takes a while goes on before the chain is ready. */
  void says(String what) {
    if (style == Style.JSON) {
      print(line("progress").put("text", what));
    } else {
      print(dim(what));
    }
  }

  /** The chain went back. */
  void reverted(long wave) {
    if (style == Style.JSON) {
      print(line("reverted").put("wave", wave));
    } else {
      print(bold("back at wave " + wave));
    }
  }

  /** The chain stops. */
  void stopped() {
    if (style == Style.JSON) {
      print(line("stopped"));
    } else {
      print("stopped");
    }
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static ObjectNode line(String kind) {
    return JsonNodeFactory.instance.objectNode().put("kind", kind);
  }

  private void print(JsonNode line) {
    print(line.toString());
  }

  private synchronized void print(String line) {
    out.println(line);
    out.flush();
  }

  private String bold(String text) {
    return style == Style.COLOR ? "\u001b[1m" + text + RESET : text;
  }

  private String dim(String text) {
    return style == Style.COLOR ? "\u001b[2m" + text + RESET : text;
  }

  private String green(String text) {
    return style == Style.COLOR ? "\u001b[32m" + text + RESET : text;
  }

  private String red(String text) {
    return style == Style.COLOR ? "\u001b[31m" + text + RESET : text;
  }
}
