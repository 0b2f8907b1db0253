package io.tidemill.server.cli;

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

/** {@code tidemill dev call}: what a function would return; nothing changes. */
@Command(name = "call", description = "Simulate a call and print what it returns.")
final class DevCallCommand implements Callable<Integer> {
  @Mixin private DevConnection chain;

  @Parameters(index = "0", paramLabel = "CONTRACT", description = "An address or a name.")
  private String contract = "";

  @Parameters(index = "1", paramLabel = "FUNCTION", description = "A function of its ABI.")
  private String function = "";

  @Parameters(
      index = "2..*",
      paramLabel = "ARGUMENT",
      description = "Arguments by the types of its ABI: 5, true, #3, 0x.., [1, 2], {a: 1}.")
  private List<String> arguments = List.of();

  @Option(
      names = "--from",
      paramLabel = "ACCOUNT",
      defaultValue = "#0",
      description = "Who calls: #0 to #9, or any address (default: #0).")
  private String from = "";

  @Override
  public Integer call() {
    Map<String, @Nullable Object> call = new LinkedHashMap<>();
    call.put("from", from);
    call.put("to", contract);
    call.put("function", function);
    call.put("arguments", arguments);
    return chain.ask("dev_call", Map.of("call", call), DevCallCommand::tell);
  }

  private static int tell(Object answer, PrintWriter out) {
    if (!(answer instanceof Map<?, ?> map)) {
      return 1;
    }
    if (DevConnection.failed(map)) {
      out.println("failed   " + map.get("reason"));
      out.println("fuel     " + map.get("fuel_used"));
      return 1;
    }
    out.println("".equals(map.get("result")) ? map.get("return_data") : map.get("result"));
    return 0;
  }
}
