package io.tidemill.server.demo;

import io.tidemill.client.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node in a process of its own. It says on its standard output, in one line of JSON, that it is
 * ready and where; its log goes to a file. Closing it asks it to stop and waits.
 */
public final class NodeProcess implements AutoCloseable {
  private static final long READY_SECONDS = 300;
  private static final long STOP_SECONDS = 30;

  private final Process process;
  private final Path log;
  private final int grpcPort;
  private final int httpPort;
  private final int healthPort;

  private NodeProcess(Process process, Path log, int grpcPort, int httpPort, int healthPort) {
    this.process = process;
    this.log = log;
    this.grpcPort = grpcPort;
    this.httpPort = httpPort;
    this.healthPort = healthPort;
  }

  /**
   * Starts a node and waits until it is ready.
   *
   * @param arguments of {@code tidemill}, for instance {@code node --data-dir d}
   * @param log its log, appended to
   */
  public static NodeProcess start(List<String> arguments, Path log) {
    return start("io.tidemill.server.Tidemill", arguments, log);
  }

  /** The same with another program that says that it is ready in the same way. */
  public static NodeProcess start(String program, List<String> arguments, Path log) {
    return start(List.of(), program, arguments, log);
  }

  /** The same with more flags for the JVM. */
  public static NodeProcess start(
      List<String> more, String program, List<String> arguments, Path log) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags());
    command.addAll(more);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program);
    command.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      try {
        Map<?, ?> ready = awaitReady(process, log);
        return new NodeProcess(
            process,
            log,
            port(ready, "grpc_port"),
            port(ready, "http_port"),
            port(ready, "health_port"));
      } catch (RuntimeException failure) {
        process.destroyForcibly();
        throw failure;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the node's process does not start", e);
    }
  }

  /** The port of the gRPC services on the loopback interface. */
  public int grpcPort() {
    return grpcPort;
  }

  /** The port of JSON-RPC on the loopback interface. */
  public int httpPort() {
    return httpPort;
  }

  /** The port of the gRPC health service on the loopback interface, or -1. */
  public int healthPort() {
    return healthPort;
  }

  /** Whether the process has not ended. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** The id of the process. */
  public long pid() {
    return process.pid();
  }

  /** Kills it without a word, as a power failure would. */
  public void kill() {
    process.destroyForcibly();
    await();
  }

  /** Asks it to stop and waits for it. */
  @Override
  public void close() {
    process.destroy();
    await();
  }

  private void await() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(
            "the node did not stop within " + STOP_SECONDS + " seconds; its log is " + log);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static Map<?, ?> awaitReady(Process process, Path log) {
    CompletableFuture<Map<?, ?>> ready = new CompletableFuture<>();
    Thread.ofVirtual().name("node-output").start(() -> readOutput(process, ready));
    try {
      return ready.get(READY_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the node does not become ready: " + lastLines(log), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Reads to the end, so that the node never waits for us. */
  private static void readOutput(Process process, CompletableFuture<Map<?, ?>> ready) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null) {
        if (line.startsWith("{") && Json.parse(line) instanceof Map<?, ?> map) {
          ready.complete(map);
        }
        line = lines.readLine();
      }
    } catch (IOException | IllegalArgumentException e) {
      ready.completeExceptionally(e);
    }
    ready.completeExceptionally(new IOException("its output ended"));
  }

  private static int port(Map<?, ?> ready, String name) {
    if (ready.get(name) instanceof Number number) {
      return number.intValue();
    }
    throw new IllegalStateException("the node's ready line has no " + name + ": " + ready);
  }

  /** The flags that this JVM was started with, but for its memory and its debugger. */
  private static List<String> flags() {
    List<String> flags = new ArrayList<>();
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--enable-native-access")
          || flag.startsWith("--sun-misc-unsafe")
          || flag.startsWith("-XX:CompilerThreadStackSize")
          || flag.startsWith("-Djava.library.path")
          || flag.startsWith("-XX:+UseSerialGC")
          || flag.startsWith("-XX:-DontCompileHugeMethods")) {
        flags.add(flag);
      }
    }
    return flags;
  }

  private static String lastLines(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    } catch (IOException e) {
      return "no log (" + e.getMessage() + ")";
    }
  }
}
