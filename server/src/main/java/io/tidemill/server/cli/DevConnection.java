package io.tidemill.server.cli;

import io.tidemill.client.json.Json;
import io.tidemill.client.json.JsonRpcClient;
import io.tidemill.client.json.JsonRpcException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command that talks to a development chain has: where it is, and how to answer. */
final class DevConnection {
  /** How the arguments of a function are written. */
  static final String ARGUMENTS =
      "Arguments by the types of its ABI: 5, true, #3, 0x.., [1, 2], {a: 1}.";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--rpc",
      paramLabel = "URL",
      defaultValue = "${TIDEMILL_RPC:-http://127.0.0.1:9933}",
      description = "The chain (default: TIDEMILL_RPC, or http://127.0.0.1:9933).")
  private String url = "";

  @Option(names = "--json", description = "Print the whole answer as one JSON object.")
  private boolean json;

  @Mixin private HelpOption help;

  /** How an answer is told to a person. */
  interface Words {
    /** The exit code. */
    int tell(Object answer, PrintWriter out);
  }

  /** Something that asks a chain more than once. */
  interface Work {
    @Nullable Object with(JsonRpcClient rpc);
  }

  /** Calls {@code method} and tells the answer. */
  int ask(String method, Map<String, @Nullable Object> params, Words words) {
    return run(rpc -> rpc.call(method, params), words);
  }

  /** Does {@code work} and tells what came of it. */
  int run(Work work, Words words) {
    try (JsonRpcClient rpc = new JsonRpcClient(URI.create(url))) {
      Object answer = work.with(rpc);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(Json.write(answer));
        out.flush();
        // The exit code is the same however it is told.
        return words.tell(answer == null ? "" : answer, new PrintWriter(Writer.nullWriter()));
      }
      int code = words.tell(answer == null ? "" : answer, out);
      out.flush();
      return code;
    } catch (JsonRpcException | IllegalStateException e) {
      // The number of a refusal is for programs; --json has it.
      return complain(String.valueOf(e.getMessage()).replaceFirst(" \\(-?\\d+\\)$", ""));
    } catch (UncheckedIOException e) {
      return complain(
          "no chain answers at " + url + "; start one with ./tidemill dev, or give --rpc URL");
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--rpc " + url + " is no URL: " + e.getMessage());
    }
  }

  /** Tells where the chain is. */
  static int position(Object answer, PrintWriter out) {
    if (answer instanceof Map<?, ?> map) {
      out.println("wave " + map.get("wave") + "   root " + map.get("root"));
    }
    return 0;
  }

  /** Tells one word or one line. */
  static int plain(Object answer, PrintWriter out) {
    out.println(answer);
    return 0;
  }

  /** Whether an answer tells of something that did not succeed. */
  static boolean failed(Map<?, ?> answer) {
    Object status = answer.get("status");
    return status != null && !status.equals("success") && !status.equals("queued");
  }

  int complain(String message) {
    spec.commandLine().getErr().println("tidemill: " + message);
    spec.commandLine().getErr().flush();
    return 1;
  }

  /** What a transaction came to. */
  static int transaction(Object answer, PrintWriter out) {
    if (!(answer instanceof Map<?, ?> map)) {
      out.println(answer);
      return 0;
    }
    if ("queued".equals(map.get("status"))) {
      out.println("queued   " + map.get("transaction_hash"));
      return 0;
    }
    boolean bad = failed(map);
    out.println((bad ? "failed   " : "ok       ") + map.get("call"));
    line(out, "result   ", map.get("result"));
    line(out, "reason   ", map.get("reason"));
    lines(out, "at       ", map.get("backtrace"));
    line(out, "contract ", map.get("contract"));
    lines(out, "log      ", map.get("logs"));
    lines(out, "event    ", map.get("events"));
    out.println("wave     " + map.get("wave") + "   fuel " + map.get("gas_used"));
    out.println("hash     " + map.get("transaction_hash"));
    trace(map, out);
    return bad ? 1 : 0;
  }

  /** Tells the call tree, when the answer has one. */
  static void trace(Object answer, PrintWriter out) {
    if (answer instanceof Map<?, ?> map) {
      lines(out, "", map.get("trace_text"));
    }
  }

  /** Tells every item of a list in a line of its own. */
  static void lines(PrintWriter out, String label, @Nullable Object items) {
    if (items instanceof Iterable<?> list) {
      list.forEach(item -> line(out, label, item));
    }
  }

  private static void line(PrintWriter out, String label, @Nullable Object value) {
    if (value != null && !value.equals("")) {
      out.println(label + value);
    }
  }
}
