package io.tidemill.client.testing;

import io.tidemill.client.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A development chain in a process of its own, on free ports. */
final class ChainProcess implements AutoCloseable {
  /** The launcher may have to build first. */
  private static final long READY_SECONDS = 300;

  private static final long STOP_SECONDS = 30;

  private final Process process;
  private final URI endpoint;

  private ChainProcess(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * Starts {@code command} with the options of a chain for tests, and waits until it is ready.
   *
   * @throws UncheckedIOException if it cannot be started, or does not get ready
   */
  static ChainProcess start(List<String> command) {
    final List<String> words = new ArrayList<>(command);
    words.addAll(List.of("dev", "--json", "--http-port", "0", "--grpc-port", "0"));
    try {
      final Process process =
          new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
      try {
        return new ChainProcess(process, ready(process, words));
      } catch (IOException failure) {
        process.destroyForcibly();
        throw failure;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no development chain: " + e.getMessage(), e);
    }
  }

  /** Reads until the chain says where it is; goes on reading, so that it never waits for us. */
  private static URI ready(Process process, List<String> command) throws IOException {
    final CompletableFuture<URI> ready = new CompletableFuture<>();
    final Thread reader =
        new Thread(
            () -> {
              try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                lines.lines().forEach(line -> take(line, ready));
              } catch (IOException | UncheckedIOException e) {
                ready.completeExceptionally(e); // nobody waits any more when it was closed
              } finally {
                ready.completeExceptionally(
                    new IOException(String.join(" ", command) + " ended before it was ready"));
              }
            },
            "development-chain");
    reader.setDaemon(true);
    reader.start();
    try {
      return ready.get(READY_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      final Throwable cause = e.getCause();
      throw new IOException(cause == null ? "no reason" : cause.getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException("it was not ready after " + READY_SECONDS + " seconds", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void take(String line, CompletableFuture<URI> ready) {
    if (!ready.isDone()
        && line.startsWith("{")
        && Json.parse(line) instanceof Map<?, ?> said
        && "ready".equals(said.get("kind"))) {
      ready.complete(URI.create("http://127.0.0.1:" + said.get("http_port") + "/"));
    }
  }

  URI endpoint() {
    return endpoint;
  }

  /** Asks it to stop and waits for it. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
