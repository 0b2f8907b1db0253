package io.tidemill.server.cli;

import io.tidemill.client.json.Json;
import io.tidemill.client.json.JsonRpcClient;
import io.tidemill.server.dev.StateFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tidemill dev load}: makes the state of a running chain that of a file. */
@Command(
    name = "load",
    description = {
      "Make the state what it was when 'tidemill dev dump' wrote the file. Waves and time go on;"
          + " what is not in the file is gone. The root of the file is checked before anything"
          + " changes."
    })
final class DevLoadCommand implements Callable<Integer> {
  /** Characters of one request. */
  private static final int PORTION = 800_000;

  @Mixin private DevConnection chain;

  @Parameters(paramLabel = "FILE", description = "A file that 'tidemill dev dump' wrote.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    return chain.run(
        rpc -> {
          try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return load(rpc, lines);
          } catch (NoSuchFileException e) {
            throw new IllegalStateException("no file " + file);
          } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file + ": " + e, e);
          }
        },
        DevConnection::position);
  }

  private @Nullable Object load(JsonRpcClient rpc, BufferedReader lines) throws IOException {
    String first = lines.readLine();
    if (!(first != null
        && Json.parse(first) instanceof Map<?, ?> head
        && StateFile.FORMAT.equals(head.get("format")))) {
      throw new IllegalStateException(file + " is no state that 'tidemill dev dump' wrote");
    }
    boolean begin = true;
    List<@Nullable Object> items = new ArrayList<>();
    int size = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (size + line.length() > PORTION) {
        rpc.call("dev_loadState", Map.of("state", Map.of("items", items, "begin", begin)));
        begin = false;
        items = new ArrayList<>();
        size = 0;
      }
      items.add(Json.parse(line));
      size += line.length();
    }
    Map<String, @Nullable Object> last = new LinkedHashMap<>();
    last.put("items", items);
    last.put("begin", begin);
    last.put("end", true);
    last.put("root", head.get("root"));
    last.put("timestamp", head.get("timestamp"));
    return rpc.call("dev_loadState", Map.of("state", last));
  }
}
