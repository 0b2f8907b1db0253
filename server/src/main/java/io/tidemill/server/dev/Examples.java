package io.tidemill.server.dev;

import io.tidemill.server.errors.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The contracts that come along. */
public final class Examples {
  /** What they are called. */
  public static final List<String> NAMES = List.of("counter", "token");

  private Examples() {}

  /**
   * The module of {@code name}.
   *
   * @throws Refusal if there is none
   */
  static byte[] read(String name) {
    if (!NAMES.contains(name)) {
      throw Refusal.field("example", "is not one of " + NAMES);
    }
    final String path = "/tidemill/contracts/" + name + ".wasm";
    try (InputStream in = Examples.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    }
  }
}
