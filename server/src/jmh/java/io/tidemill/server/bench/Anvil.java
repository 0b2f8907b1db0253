package io.tidemill.server.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The native anvil of Foundry with an ERC-20 contract, installed from npm into the cache folder.
 */
final class Anvil implements AutoCloseable {
  private static final String VERSION = "1.7.1";
  static final String TOKEN = "0x00000000000000000000000000000000000c0de5";
  private static final String HOLDER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

  private final Process process;
  private final int port;

  private Anvil(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** A running anvil in the folder of the user's caches, or null after a line that says why not. */
  static @Nullable Anvil start(String... options) throws IOException, InterruptedException {
    return start(Path.of(System.getProperty("user.home"), ".cache", "tidemill", "anvil"), options);
  }

  private static @Nullable Anvil start(Path cache, String... options)
      throws IOException, InterruptedException {
    final Path program =
        cache.resolve("node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil").toAbsolutePath();
    if (!Files.isExecutable(program)) {
      Files.createDirectories(cache);
      final int installed =
          run(
              List.of(
                  "npm",
                  "install",
                  "--prefix",
                  cache.toString(),
                  "--no-audit",
                  "--no-fund",
                  "--ignore-scripts",
                  "@foundry-rs/anvil-linux-amd64@" + VERSION));
      if (installed != 0 || !Files.isExecutable(program)) {
        System.err.println("anvil cannot be installed from npm here; its figures are left out");
        return null;
      }
    }
    final int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    final List<String> command =
        new ArrayList<>(List.of(program.toString(), "--silent", "--port", "" + port));
    command.addAll(List.of(options));
    final Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    final Anvil anvil = new Anvil(process, port);
    try {
      anvil.deploy();
    } catch (IOException | InterruptedException | RuntimeException e) {
      anvil.close();
      throw e;
    }
    return anvil;
  }

  private static int run(List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1;
    }
  }

  /** Puts the token there by transactionless state changes; the holder owns 2^64 of it. */
  private void deploy() throws IOException, InterruptedException {
    final String code =
        Files.readString(Path.of("server/src/jmh/resources/erc20/Token.bin-runtime")).strip();
    final HttpClient client = HttpClient.newHttpClient();
    for (int tries = 0; ; tries++) {
      try {
        rpc(client, "anvil_setCode", "[\"" + TOKEN + "\",\"0x" + code + "\"]");
        break;
      } catch (IOException e) {
        if (tries == 100) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
    // keccak256(holder, slot 0): where solc keeps balanceOf[holder].
    final String slot = "0x723077b8a1b173adc35e5f0e7e3662fd1208212cb629f9c128551ea7168da722";
    rpc(
        client,
        "anvil_setStorageAt",
        "[\"" + TOKEN + "\",\"" + slot + "\",\"0x" + "0".repeat(47) + "1" + "0".repeat(16) + "\"]");
    final String balance = rpc(client, "eth_call", "[" + balanceOf() + ",\"latest\"]");
    if (!balance.contains("10000000000000000\"")) {
      throw new IllegalStateException("the token of anvil answers " + balance);
    }
  }

  private String rpc(HttpClient client, String method, String params)
      throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                .timeout(Duration.ofSeconds(5))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body(method, params)))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static String body(String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
  }

  /** {@code hex} as a word of call data, padded on the left. */
  static String word(String hex) {
    return "0".repeat(64 - hex.length()) + hex;
  }

  private static String balanceOf() {
    return "{\"to\":\"" + TOKEN + "\",\"data\":\"0x70a08231" + word(HOLDER.substring(2)) + "\"}";
  }

  /** Bodies of the two calls: a balance and a transfer. */
  List<String> calls() {
    final String transfer =
        "{\"from\":\""
            + HOLDER
            + "\",\"to\":\""
            + TOKEN
            + "\",\"data\":\"0xa9059cbb"
            + word("11".repeat(20))
            + word("0a")
            + "\"}";
    return List.of(
        body("eth_call", "[" + balanceOf() + ",\"latest\"]"),
        body("eth_call", "[" + transfer + ",\"latest\"]"));
  }

  int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
