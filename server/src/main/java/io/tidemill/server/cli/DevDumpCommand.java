package io.tidemill.server.cli;

import io.tidemill.client.json.Json;
import io.tidemill.client.json.JsonRpcClient;
import io.tidemill.server.dev.StateFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tidemill dev dump}: the whole state of a development chain into a file. */
@Command(
    name = "dump",
    description = {
      "Write the whole state into a file, which 'tidemill dev load' and 'tidemill dev --load' read."
    })
final class DevDumpCommand implements Callable<Integer> {
  @Mixin private DevConnection chain;

  @Parameters(paramLabel = "FILE", description = "The file to write; replaced when it is there.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    return chain.run(
        rpc -> {
          Path part = file.resolveSibling(file.getFileName() + ".part");
          try {
            Map<String, @Nullable Object> told = write(rpc, part);
            Files.move(part, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return told;
          } catch (IOException e) {
            throw new IllegalStateException("cannot write " + file + ": " + e, e);
          }
        },
        (answer, out) -> {
          if (answer instanceof Map<?, ?> map) {
            out.println(map.get("keys") + " keys of wave " + map.get("wave") + " into " + file);
            out.println("root " + map.get("root"));
          }
          return 0;
        });
  }

  private static Map<String, @Nullable Object> write(JsonRpcClient rpc, Path part)
      throws IOException {
    Map<String, @Nullable Object> head = new LinkedHashMap<>();
    long keys = 0;
    try (BufferedWriter out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
      Map<String, @Nullable Object> params = new LinkedHashMap<>();
      Object next = "";
      while (next != null) {
        if (!(rpc.call("dev_dumpState", params) instanceof Map<?, ?> portion)
            || !(portion.get("items") instanceof List<?> items)) {
          throw new IOException("the answer is no state");
        }
        if (head.isEmpty()) {
          head.put("format", StateFile.FORMAT);
          for (String fact : List.of("chain_id", "wave", "timestamp", "root")) {
            head.put(fact, portion.get(fact));
          }
          out.write(Json.write(head) + "\n");
        }
        for (Object item : items) {
          out.write(Json.write(item) + "\n");
          keys += item instanceof Map<?, ?> map && map.containsKey("key") ? 1 : 0;
        }
        next = portion.get("next");
        params.put("from", next);
        params.put("wave", head.get("wave"));
      }
    }
    head.put("keys", keys);
    return head;
  }
}
