package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.jsonrpc.Params;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A state in a file: one JSON object per line, the first with {@code "format"}, chain id, wave,
 * timestamp and root, the others as {@link StateItems} has them.
 */
public final class StateFile {
  /** What the first line says. */
  public static final String FORMAT = "tidemill-dev-state/1";

  private StateFile() {}

  /**
   * Makes the state of {@code dev} that of {@code file}.
   *
   * @throws ConfigException if it is no such file, or is damaged
   */
  static void load(DevNode dev, Path file) {
    final ObjectMapper mapper = new ObjectMapper();
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      final String first = lines.readLine();
      final JsonNode head = mapper.readTree(first == null ? "" : first);
      if (!head.path("format").asText().equals(FORMAT)) {
        throw new ConfigException(file + " is no state that tidemill dev dump wrote");
      }
      final Params facts =
          Params.object(
              head, List.of("format", "chain_id", "wave", "timestamp", "root"), file + ":1");
      final StateItems items = new StateItems();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        items.add(JsonNodeFactory.instance.arrayNode().add(mapper.readTree(line)));
      }
      StateMethods.apply(dev, items, facts.hash("root"), facts.u64("timestamp"));
    } catch (NoSuchFileException e) {
      throw new ConfigException("no file " + file);
    } catch (Refusal | com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new ConfigException(file + " cannot be loaded: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
