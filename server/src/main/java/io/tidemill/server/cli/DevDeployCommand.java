package io.tidemill.server.cli;

import io.tidemill.server.dev.DevOptions;
import io.tidemill.server.dev.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemill dev deploy}: a module onto a development chain. */
@Command(name = "deploy", description = "Deploy a contract; arguments go to its constructor.")
final class DevDeployCommand implements Callable<Integer> {
  @Mixin private DevConnection chain;
  @Mixin private DevSender sender;

  @Parameters(
      index = "0",
      paramLabel = "FILE|NAME",
      description = "A packed module, or an example that comes along: " + Examples.LISTED + ".")
  private String module = "";

  @Parameters(
      index = "1..*",
      paramLabel = "ARGUMENT",
      description = "Arguments of the constructor, by the types of its ABI.")
  private List<String> arguments = List.of();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The name it registers (default: that of the file).")
  private @Nullable String name;

  @Override
  public Integer call() {
    Map<String, @Nullable Object> deployment = new LinkedHashMap<>();
    deployment.put("from", sender.account());
    deployment.put("name", name == null ? DevOptions.Preload.nameOf(module) : name);
    deployment.put("arguments", arguments);
    if (Examples.NAMES.contains(module) && !Files.exists(Path.of(module))) {
      deployment.put("example", module);
    } else {
      try {
        byte[] wasm = Files.readAllBytes(Path.of(module));
        deployment.put("wasm", "0x" + HexFormat.of().formatHex(wasm));
      } catch (NoSuchFileException e) {
        return chain.complain(
            "no file "
                + module
                + "; the examples that come along are "
                + String.join(", ", Examples.NAMES));
      } catch (IOException e) {
        return chain.complain("cannot read " + module + ": " + e.getMessage());
      }
    }
    return chain.ask("dev_deploy", Map.of("deployment", deployment), DevConnection::transaction);
  }
}
