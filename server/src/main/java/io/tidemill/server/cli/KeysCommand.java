package io.tidemill.server.cli;

import io.tidemill.client.keys.FalconKey;
import java.io.PrintWriter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemill keys}: FALCON-512 keys of accounts, from a seed. */
@Command(
    name = "keys",
    description = {
      "Make a FALCON-512 key and its address, or sign a message with it.",
      "Without --seed and --devnet the seed is fresh and random. The seed is the secret."
    })
public final class KeysCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--seed", paramLabel = "HEX", description = "The 32 bytes the key is made from.")
  private @Nullable String seed;

  @Option(
      names = "--devnet",
      paramLabel = "N",
      description = "The key of developer account N, which everybody has.")
  private @Nullable Long devnet;

  @Option(
      names = "--sign",
      paramLabel = "HEX",
      description = "Sign these bytes, for instance a transaction hash.")
  private @Nullable String message;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public KeysCommand() {}

  @Override
  public Integer call() {
    if (seed != null && devnet != null) {
      throw new ParameterException(spec.commandLine(), "--seed and --devnet exclude each other");
    }
    final byte[] secret = secret();
    final FalconKey key = FalconKey.fromSeed(secret);
    final HexFormat hex = HexFormat.of();
    final String signature =
        message == null ? null : hex.formatHex(key.sign(parse("--sign", message)));
    final Map<String, String> lines = new LinkedHashMap<>();
    lines.put("seed", hex.formatHex(secret));
    lines.put("address", hex.formatHex(key.address().toBytes()));
    lines.put("public_key", hex.formatHex(key.publicKey()));
    if (signature != null) {
      lines.put("signature", signature);
    }
    print(lines);
    return ExitCode.OK;
  }

  private void print(Map<String, String> lines) {
    final PrintWriter out = spec.commandLine().getOut();
    if (json) {
      final Json object = new Json();
      lines.forEach((name, value) -> object.text(name, "0x" + value));
      out.println(object);
    } else {
      lines.forEach((name, value) -> out.printf("%-11s0x%s%n", name, value));
    }
  }

  private byte[] secret() {
    if (devnet != null) {
      return FalconKey.devnetSeed(devnet);
    }
    if (seed == null) {
      return FalconKey.randomSeed();
    }
    final byte[] bytes = parse("--seed", seed);
    if (bytes.length != FalconKey.SEED_BYTES) {
      throw new ParameterException(
          spec.commandLine(), "--seed must have 32 bytes, has " + bytes.length);
    }
    return bytes;
  }

  private byte[] parse(String option, String text) {
    try {
      return HexFormat.of().parseHex(text.startsWith("0x") ? text.substring(2) : text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + " must be hexadecimal", e);
    }
  }
}
