package io.tidemill.executor.wasm.spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one list of assertions that are not expected to hold, each with its reason: {@code
 * folder/script.wast:line reason}, or {@code folder/script.wast reason} for a whole script.
 */
final class SpecDeviations {
  private static final String RESOURCE = "deviations.txt";

  private final Map<String, String> reasons = new HashMap<>();

  SpecDeviations() {
    try (InputStream in = SpecDeviations.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("resource " + RESOURCE + " is missing");
      }
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
        final int space = line.indexOf(' ');
        if (space > 0 && !line.startsWith("#")) {
          reasons.put(line.substring(0, space), line.substring(space + 1).strip());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why {@code place} deviates, or null when it does not. */
  @Nullable String reason(String place) {
    return reasons.get(place);
  }
}
