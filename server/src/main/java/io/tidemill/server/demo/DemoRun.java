package io.tidemill.server.demo;

import io.tidemill.client.keys.FalconKey;
import io.tidemill.client.tx.Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One run of the demonstration: the folder, the two lives of the node, the verdict. */
public final class DemoRun {
  private static final String TOKEN = "/tidemill/contracts/token/token.wasm";

  /** The accounts that the development chain funds. */
  private static final int ACCOUNTS = 10;

  private DemoRun() {}

  /**
   * Runs it.
   *
   * @param terminal where progress may be drawn, or null
   * @param transfers native transfers per wave, and as many token transfers
   * @return whether everything held
   */
  public static boolean run(
      PrintWriter out, @Nullable PrintWriter terminal, boolean json, int waves, int transfers) {
    Report report = new Report(out, terminal, json);
    long start = System.nanoTime();
    Path folder = temporaryFolder();
    try {
      List<Address> accounts = new ArrayList<>();
      for (int i = 0; i < ACCOUNTS; i++) {
        accounts.add(FalconKey.devnet(i).address());
      }
      Demo demo = new Demo(report, accounts, token(), waves, transfers);
      Demo.Before before;
      try (NodeProcess node = start(folder)) {
        before = demo.drive(node);
      }
      report.step("stop", "the node is stopped", Demo.facts("root", Report.hex(before.root())));
      Demo.After after;
      try (NodeProcess node = start(folder)) {
        after = demo.verify(node, before);
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
      report.step(
          "result",
          "ok: the same root before and after the restart, in " + seconds + " seconds",
          Demo.facts(
              "ok",
              true,
              "root_before",
              Report.hex(before.root()),
              "root_after",
              Report.hex(after.root()),
              "token_balance",
              after.balance().toString(),
              "sum_of_transfers",
              before.sent().toString(),
              "seconds",
              seconds));
      return true;
    } catch (RuntimeException failure) {
      report.step(
          "result",
          "failed: " + failure.getMessage(),
          Demo.facts("ok", false, "error", String.valueOf(failure.getMessage())));
      return false;
    } finally {
      delete(folder);
    }
  }

  private static NodeProcess start(Path folder) {
    return NodeProcess.start(
        List.of(
            "node",
            "--json",
            "--data-dir",
            folder.resolve("data").toString(),
            "--grpc-port",
            "0",
            "--http-port",
            "0",
            "--health-port",
            "0"),
        folder.resolve("node.log"));
  }

  private static byte[] token() {
    try (InputStream stream = DemoRun.class.getResourceAsStream(TOKEN)) {
      if (stream == null) {
        throw new IllegalStateException(TOKEN + " is not on the class path");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(TOKEN, e);
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("tidemill-demo-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary folder", e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }
}
