package io.tidemill.server.dev;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a development chain is wanted.
 *
 * @param state where it is kept and what it begins with
 * @param seed what the accounts are made from, or null for the accounts that every chain has
 * @param waves when waves are made
 * @param baseFee quanta per gas
 * @param deployments contracts that are there when the chain is ready
 * @param trace whether the call tree of every transaction is printed
 * @param impersonateAll whether every account may send without a signature
 * @param httpPort of JSON-RPC; 0 takes a free one
 * @param grpcPort of the node; 0 takes a free one
 */
public record DevOptions(
    State state,
    @Nullable String seed,
    Waves waves,
    BigInteger baseFee,
    List<Preload> deployments,
    boolean trace,
    boolean impersonateAll,
    int httpPort,
    int grpcPort) {
  /** In memory, on free ports, a wave per transaction, no fees. */
  public static final DevOptions FOR_TESTS = forTests(State.IN_MEMORY);

  /** The same with another state. */
  public static DevOptions forTests(State state) {
    return new DevOptions(
        state, null, Waves.AT_ONCE, BigInteger.ZERO, List.of(), false, false, 0, 0);
  }

  /**
   * Where the chain is kept and what it begins with.
   *
   * @param folder of the state, or null to forget it at the end
   * @param reset whether what is in the folder is forgotten first
   * @param fork the node whose state it begins with, or null
   * @param load a file that {@code tidemill dev dump} wrote, or null
   */
  public record State(
      @Nullable Path folder, boolean reset, Fork.@Nullable Source fork, @Nullable Path load) {
    /** Nothing is kept, and nothing is there. */
    public static final State IN_MEMORY = in(null);

    /** Kept in {@code folder}, or nowhere. */
    public static State in(@Nullable Path folder) {
      return new State(folder, false, null, null);
    }
  }

  /**
   * When waves are made: every {@code intervalMillis}, or when {@code batch} transactions are
   * there, or by hand; zero and zero and false mean a wave per transaction.
   */
  public record Waves(long intervalMillis, int batch, boolean manual) {
    /** A wave per transaction. */
    public static final Waves AT_ONCE = new Waves(0, 0, false);
  }

  /**
   * A contract to deploy at the start.
   *
   * @param module a file, or the name of an example
   * @param name what it registers
   * @param arguments of its constructor, in words
   */
  public record Preload(String module, String name, List<String> arguments) {
    public Preload {
      arguments = List.copyOf(arguments);
    }

    /**
     * {@code FILE[@NAME] [ARGUMENT...]} with spaces between; the name is that of the file without
     * its end when none is given.
     */
    public static Preload parse(String text) {
      final List<String> words = List.of(text.strip().split("\\s+", -1));
      final String[] parts = words.getFirst().split("@", 2);
      return new Preload(
          parts[0],
          parts.length == 2 ? parts[1] : nameOf(parts[0]),
          words.subList(1, words.size()));
    }

    /** What a module is called when nobody says: its file without {@code .wasm}. */
    public static String nameOf(String module) {
      final String file = Path.of(module).getFileName().toString();
      return file.endsWith(".wasm") ? file.substring(0, file.length() - 5) : file;
    }
  }

  public DevOptions {
    deployments = List.copyOf(deployments);
  }
}
