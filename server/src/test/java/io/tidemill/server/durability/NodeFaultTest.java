package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.client.Fate;
import io.tidemill.client.NodeException;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.server.chain.DevChain;
import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.testing.Http;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.WaveRef;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes no more: the wave is not acknowledged, the node says so and answers reads. */
class NodeFaultTest {
  private static final int SOUND_WAVES = 3;
  private static final int MOST_WAVES = 60;

  @TempDir private Path folder;

  @Test
  void shouldNotAcknowledgeWhenTheDiskIsFullAndRecoverWhenThereIsRoom() throws Exception {
    final Path disk = Files.createDirectories(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", disk.toString()),
        "a small disk can be mounted by root only");
    final Path ballast = disk.resolve("ballast");
    try {
      run(disk.resolve("data"), process -> fill(ballast), () -> Files.delete(ballast));
    } finally {
      assertThat(run("umount", "--lazy", disk.toString())).isTrue();
    }
  }

  @Test
  void shouldNotAcknowledgeWhenAFileMayNotGrowAndRecoverWhenItMay() throws Exception {
    assumeTrue(run("prlimit", "--version"), "there is no prlimit to stop files from growing");
    final Path data = folder.resolve("data");
    run(
        data,
        process -> {
          final long most = largest(data.resolve("db"), "") + (64 << 10);
          assertThat(run("prlimit", "--pid", "" + process.pid(), "--fsize=" + most + ":")).isTrue();
        },
        () -> {});
  }

  @Test
  void shouldTurnRedWhenWhatWasAcknowledgedCannotBeFlushedAndKeepIt() throws Exception {
    assumeTrue(run("prlimit", "--version"), "there is no prlimit to stop files from growing");
    final Path data = folder.resolve("data");
    try (CrashChain chain = new CrashChain(folder, 4, SOUND_WAVES + 5)) {
      final NodeProcess node = chain.start(data, folder.resolve("node.log"), List.of());
      try (TidemillClient client = CrashChain.connect(node)) {
        WaveRef head = client.reader().info().getHead();
        while (head.getWave() < SOUND_WAVES) {
          CrashChain.execute(client, chain.request(head).committed());
          head = chain.ref(head.getWave() + 1);
        }
        assertHealth(node, ServingStatus.SERVING, 200);
        final long most = largest(data.resolve("db"), ".log");
        assertThat(run("prlimit", "--pid", "" + node.pid(), "--fsize=" + most + ":")).isTrue();
        // No wave comes; the flush that follows the last one within seconds is what fails.
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> Http.get(node.httpPort(), "/healthz").status() == 503);
        assertHealth(node, ServingStatus.NOT_SERVING, 503);
        simulate(client, SOUND_WAVES);
      } finally {
        node.kill();
      }
      recover(chain, data, SOUND_WAVES);
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  private interface Fault {
    void on(NodeProcess process) throws Exception;
  }

  private void run(Path data, Fault fault, Step repair) throws Exception {
    try (CrashChain chain = new CrashChain(folder, 4, MOST_WAVES + 5)) {
      final NodeProcess node = chain.start(data, folder.resolve("node.log"), List.of());
      long acknowledged = 0;
      try (TidemillClient client = CrashChain.connect(node)) {
        WaveRef head = client.reader().info().getHead();
        NodeException failure = null;
        while (failure == null && head.getWave() < MOST_WAVES) {
          if (head.getWave() == SOUND_WAVES) {
            assertHealth(node, ServingStatus.SERVING, 200);
            fault.on(node);
          }
          try {
            CrashChain.execute(client, chain.request(head).committed());
            acknowledged = head.getWave() + 1;
            head = chain.ref(acknowledged);
          } catch (NodeException e) {
            failure = e;
          }
        }
        assertThat(failure).as("a wave that is not acknowledged").isNotNull();
        assertThat(failure.fate()).as(failure.toString()).isEqualTo(Fate.NODE);
        assertThat(acknowledged).isGreaterThanOrEqualTo(SOUND_WAVES);
        assertThat(node.isAlive()).isTrue();
        assertHealth(node, ServingStatus.NOT_SERVING, 503);
        final WaveRef stuck = head;
        assertThatThrownBy(() -> CrashChain.execute(client, chain.request(stuck)))
            .isInstanceOfSatisfying(
                NodeException.class, e -> assertThat(e.reason()).isEqualTo("NODE_FAULTED"));
        simulate(client, acknowledged);
      } finally {
        node.kill();
      }
      repair.run();
      recover(chain, data, acknowledged);
    }
  }

  private void recover(CrashChain chain, Path data, long acknowledged) {
    final NodeProcess node = chain.start(data, folder.resolve("node.log"), List.of());
    try (TidemillClient client = CrashChain.connect(node)) {
      WaveRef head = client.reader().info().getHead();
      assertThat(head.getWave()).isBetween(acknowledged, acknowledged + 1);
      assertThat(head).isEqualTo(chain.ref(head.getWave()));
      for (int i = 0; i < 3; i++) {
        final WaveOutcome outcome = CrashChain.execute(client, chain.request(head).committed());
        head = chain.ref(head.getWave() + 1);
        CrashChain.assertSame(outcome, chain.outcome(head.getWave()), "after the repair");
      }
      assertHealth(node, ServingStatus.SERVING, 200);
    } finally {
      node.close();
    }
  }

  /** Wallets are still answered, from the last acknowledged wave. */
  private static void simulate(TidemillClient client, long acknowledged) {
    final ByteString account =
        ByteString.copyFrom(DevChain.accounts().getFirst().address().toBytes());
    final var response =
        client
            .reader()
            .simulate(
                SimulateRequest.newBuilder()
                    .addWaves(
                        SimulatedWave.newBuilder()
                            .addCalls(
                                SimulatedCall.newBuilder()
                                    .setSpec(
                                        CallSpec.newBuilder().setFrom(account).setTo(account))))
                    .build());
    assertThat(response.getBase().getWave()).isEqualTo(acknowledged);
    assertThat(response.getWaves(0).getCalls(0).getReceipt().getStatus())
        .isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
  }

  private static void assertHealth(NodeProcess node, ServingStatus status, int http) {
    final ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", node.healthPort()).usePlaintext().build();
    try {
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(10, TimeUnit.SECONDS)
                  .check(HealthCheckRequest.newBuilder().setService("readiness").build())
                  .getStatus())
          .isEqualTo(status);
    } finally {
      channel.shutdownNow();
    }
    assertThat(Http.get(node.httpPort(), "/healthz").status()).isEqualTo(http);
  }

  private static void fill(Path ballast) throws IOException {
    try (OutputStream out = Files.newOutputStream(ballast)) {
      final byte[] block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private static long largest(Path directory, String ending) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .mapToLong(file -> file.toFile().length())
          .max()
          .orElseThrow();
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      final Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
