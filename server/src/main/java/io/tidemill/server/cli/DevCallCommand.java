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
  @Mixin private DevSender sender;

  @Parameters(index = "0", paramLabel = "CONTRACT", description = "An address or a name.")
  private String contract = "";

  @Parameters(index = "1", paramLabel = "FUNCTION", description = "A function of its ABI.")
  private String function = "";

  @Parameters(index = "2..*", paramLabel = "ARGUMENT", description = DevConnection.ARGUMENTS)
  private List<String> arguments = List.of();

  @Option(names = "--trace", description = "Print the call tree as well.")
  private boolean trace;

  @Override
  public Integer call() {
    Map<String, @Nullable Object> call = new LinkedHashMap<>();
    call.put("from", sender.account());
    call.put("to", contract);
    call.put("function", function);
    call.put("arguments", arguments);
    return chain.ask("dev_call", Map.of("call", call, "trace_text", trace), DevCallCommand::tell);
  }

  private static int tell(Object answer, PrintWriter out) {
    if (!(answer instanceof Map<?, ?> map)) {
      return 1;
    }
    DevConnection.trace(map, out);
    DevConnection.lines(out, "log      ", map.get("logs"));
    if (DevConnection.failed(map)) {
      out.println("failed   " + map.get("reason"));
      DevConnection.lines(out, "at       ", map.get("backtrace"));
      out.println("fuel     " + map.get("fuel_used"));
      return 1;
    }
    out.println("".equals(map.get("result")) ? map.get("return_data") : map.get("result"));
    return 0;
  }
}
