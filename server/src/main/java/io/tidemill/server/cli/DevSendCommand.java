package io.tidemill.server.cli;

import io.tidemill.client.json.JsonRpcClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemill dev send}: a transaction, signed by one of the funded accounts. */
@Command(
    name = "send",
    description = "Send a transaction: a call of a function, or a transfer without one.")
final class DevSendCommand implements Callable<Integer> {
  @Mixin private DevConnection chain;
  @Mixin private DevSender sender;

  @Parameters(index = "0", paramLabel = "TO", description = "An address, a name, or #0 to #9.")
  private String to = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FUNCTION",
      description = "A function of the contract's ABI.")
  private @Nullable String function;

  @Parameters(index = "2..*", paramLabel = "ARGUMENT", description = DevConnection.ARGUMENTS)
  private List<String> arguments = List.of();

  @Option(
      names = "--value",
      paramLabel = "QUANTA",
      defaultValue = "0",
      description = "What goes with it, in quanta (default: 0).")
  private String value = "";

  @Option(names = "--gas", paramLabel = "N", description = "The gas limit.")
  private @Nullable Long gas;

  @Option(names = "--trace", description = "Print the call tree and the state diff as well.")
  private boolean trace;

  @Override
  public Integer call() {
    Map<String, @Nullable Object> transaction = new LinkedHashMap<>();
    transaction.put("from", sender.account());
    transaction.put("to", to);
    transaction.put("value", value);
    if (function != null) {
      transaction.put("function", function);
      transaction.put("arguments", arguments);
    }
    if (gas != null) {
      transaction.put("gas_limit", gas);
    }
    return chain.run(rpc -> send(rpc, transaction), DevConnection::transaction);
  }

  private @Nullable Object send(JsonRpcClient rpc, Map<String, @Nullable Object> transaction) {
    Object sent = rpc.call("dev_sendTransaction", Map.of("transaction", transaction));
    if (!trace || !(sent instanceof Map<?, ?> answer) || "queued".equals(answer.get("status"))) {
      return sent;
    }
    Object traced =
        rpc.call(
            "dev_traceTransaction",
            Map.of(
                "transaction_hash",
                String.valueOf(answer.get("transaction_hash")),
                "trace_text",
                true));
    Map<Object, @Nullable Object> whole = new LinkedHashMap<>(answer);
    if (traced instanceof Map<?, ?> told) {
      whole.put("trace_text", told.get("trace_text"));
    }
    return whole;
  }
}
