package io.tidemill.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The subcommands of {@code tidemill dev} about waves and time: each is one request. */
final class DevWaveCommands {
  private DevWaveCommands() {}

  /** {@code dev mine}. */
  @Command(name = "mine", description = "Make waves of what waits, or empty ones.")
  static final class Mine implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(
        arity = "0..1",
        paramLabel = "N",
        defaultValue = "1",
        description = "How many, 1 to 1000 (default: 1).")
    private int waves;

    @Override
    public Integer call() {
      return chain.ask("dev_mine", Map.of("waves", waves), DevConnection::position);
    }
  }

  /** {@code dev mode}. */
  @Command(
      name = "mode",
      description = {
        "Say when waves are made: auto makes one per transaction, batch one per so many, interval"
            + " one at regular times, manual one per 'tidemill dev mine'."
      })
  static final class Mode implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(paramLabel = "auto|batch|interval|manual", description = "When waves are made.")
    private String mode = "";

    @Option(
        names = "--millis",
        paramLabel = "N",
        description = "How often, with interval: milliseconds, at least 10.")
    private @Nullable Long millis;

    @Option(
        names = "--size",
        paramLabel = "N",
        description = "With batch: how many transactions make a wave.")
    private @Nullable Integer size;

    @Override
    public Integer call() {
      Map<String, @Nullable Object> params = new LinkedHashMap<>();
      params.put("mode", mode);
      params.put("interval_millis", millis);
      params.put("size", size);
      return chain.ask("dev_setMode", params, DevConnection::plain);
    }
  }

  /** {@code dev drop}. */
  @Command(name = "drop", description = "Forget the transactions that wait for a wave.")
  static final class Drop implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Override
    public Integer call() {
      return chain.ask(
          "dev_dropTransactions",
          Map.of(),
          (answer, out) -> DevConnection.plain(answer + " dropped", out));
    }
  }

  /** {@code dev snapshot}. */
  @Command(name = "snapshot", description = "Remember where the chain stands; prints a number.")
  static final class Snapshot implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Override
    public Integer call() {
      return chain.ask("dev_snapshot", Map.of(), DevConnection::plain);
    }
  }

  /** {@code dev revert}. */
  @Command(
      name = "revert",
      description = "Go back to a snapshot; it and those after it are used up.")
  static final class Revert implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @Parameters(paramLabel = "N", description = "The number of the snapshot.")
    private long snapshot;

    @Override
    public Integer call() {
      return chain.ask(
          "dev_revert",
          Map.of("snapshot", snapshot),
          (answer, out) -> DevConnection.plain("back at wave " + answer, out));
    }
  }

  /** {@code dev time}. */
  @Command(name = "time", description = "Move the clock of the chain.")
  static final class Time implements Callable<Integer> {
    @Mixin private DevConnection chain;

    @ArgGroup(multiplicity = "1")
    private When when = new When();

    /** One of two. */
    static final class When {
      @Option(
          names = "--set",
          required = true,
          paramLabel = "SECONDS",
          description = "The time of the next wave, in seconds since 1970.")
      private @Nullable Long set;

      @Option(
          names = "--advance",
          required = true,
          paramLabel = "SECONDS",
          description = "Seconds to go forward.")
      private @Nullable Long advance;
    }

    @Override
    public Integer call() {
      return when.set != null
          ? chain.ask(
              "dev_setTimestamp",
              Map.of("timestamp", when.set),
              (answer, out) -> DevConnection.plain("the next wave is at " + answer, out))
          : chain.ask(
              "dev_increaseTime",
              Map.of("seconds", when.advance),
              (answer, out) ->
                  DevConnection.plain("the clock is " + answer + " seconds ahead", out));
    }
  }
}
