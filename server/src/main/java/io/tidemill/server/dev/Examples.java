package io.tidemill.server.dev;

import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.errors.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The contracts that come along. */
public final class Examples {
  /** What they are called, for the help of commands. */
  public static final String LISTED =
      "counter, factory, malicious, multisig, nft, orderbook, proxy, token, vault";

  /** What they are called. */
  public static final List<String> NAMES = List.of(LISTED.split(", ", -1));

  private Examples() {}

  /**
   * The deployment of a file or of an example.
   *
   * @throws ConfigException if there is no such module
   */
  static Intake.Deployment deployment(DevOptions.Preload preload, Address deployer) {
    final byte[] wasm;
    try {
      final Path file = Path.of(preload.module());
      wasm =
          NAMES.contains(preload.module()) && !Files.exists(file)
              ? read(preload.module())
              : Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ConfigException(
          "--deploy "
              + preload.module()
              + ": there is no such file; the examples that come along are "
              + String.join(", ", NAMES));
    }
    return new Intake.Deployment(
        deployer, preload.name(), wasm, preload.arguments(), U128.ZERO, null);
  }

  /**
   * The module of {@code name}.
   *
   * @throws Refusal if there is none
   */
  static byte[] read(String name) {
    if (!NAMES.contains(name)) {
      throw Refusal.field("example", "is not one of " + NAMES);
    }
    final String path = "/tidemill/contracts/" + name + "/" + name + ".wasm";
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
