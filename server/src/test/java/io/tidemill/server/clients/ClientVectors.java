package io.tidemill.server.clients;

import io.tidemill.client.json.Json;
import io.tidemill.server.testing.ProjectFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@code clients} that the node's own code makes: vectors, which every client must
 * agree with and shares no code with, and the error catalogue as source code. One row per line, so
 * that a change shows what it changed.
 */
final class ClientVectors {
  /** The folder of the clients. */
  static final Path FOLDER = ProjectFolder.path().resolve("clients");

  private ClientVectors() {}

  /** Every generated file by its path under {@link #FOLDER}. */
  static Map<String, String> files() {
    final Map<String, String> files = new LinkedHashMap<>();
    files.put("vectors/state-keys.json", text(StateKeyRows.DESCRIPTION, StateKeyRows.make()));
    files.put("vectors/proofs.json", text(ProofRows.DESCRIPTION, new ProofRows().make()));
    files.put("vectors/records.json", text(RecordRows.DESCRIPTION, RecordRows.make()));
    files.put("vectors/abi.json", text(AbiRows.DESCRIPTION, new AbiRows().make()));
    files.putAll(CatalogSources.files());
    return files;
  }

  /** Writes the files. */
  static void write() throws IOException {
    for (Map.Entry<String, String> file : files().entrySet()) {
      Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
    }
  }

  /** A row of names and values, in order. */
  static Map<String, @Nullable Object> row(@Nullable Object... namesAndValues) {
    final Map<String, @Nullable Object> row = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      row.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return row;
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  static @Nullable String hexOrNull(byte @Nullable [] bytes) {
    return bytes == null ? null : hex(bytes);
  }

  private static String text(
      String description, Map<String, List<Map<String, @Nullable Object>>> sections) {
    final StringBuilder text = new StringBuilder("{\n \"description\": ");
    text.append(Json.write(description));
    sections.forEach(
        (name, rows) -> {
          text.append(",\n ").append(Json.write(name)).append(": [");
          for (int i = 0; i < rows.size(); i++) {
            text.append(i == 0 ? "\n  " : ",\n  ").append(Json.write(rows.get(i)));
          }
          text.append("\n ]");
        });
    return text.append("\n}\n").toString();
  }
}
