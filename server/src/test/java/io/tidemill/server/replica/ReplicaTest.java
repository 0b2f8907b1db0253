package io.tidemill.server.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.Setting;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestCertificate;
import io.tidemill.server.testing.TestNode;
import io.tidemill.v1.RollbackWaveRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica has what its primary committed, says how far behind it is, and writes nothing. */
final class ReplicaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<Setting, String> PRIMARY = Map.of(Setting.GRPC_READER_PORT, "0");

  @TempDir Path folder;

  private Map<Setting, String> primarySettings() {
    return Map.of(
        Setting.GRPC_READER_PORT, "0",
        Setting.DATA_STORE, "rocks",
        Setting.DATA_DIR, folder.resolve("primary").toString(),
        Setting.DATA_RETAIN_WAVES, "3");
  }

  private TidemillNode replica(DevNode primary) {
    return TidemillNode.start(
        TestNode.config(
            Map.of(
                Setting.DATA_STORE,
                "rocks",
                Setting.DATA_DIR,
                folder.resolve("replica").toString(),
                Setting.REPLICA_PRIMARY,
                "127.0.0.1:" + primary.node.readerPort())));
  }

  private static Transaction transfer(long nonce) {
    return DevNode.transaction(
        0, nonce, DevNode.user(1), U128.of(7), new byte[0], TransactionType.STANDARD);
  }

  private static void awaitHead(DevNode primary, TidemillNode replica) {
    final String root = head(primary.node.httpPort());
    await().atMost(PATIENCE).until(() -> head(replica.httpPort()).equals(root));
  }

  private static String head(int port) {
    return Http.rpc(
            port, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tidemill_getInfo\",\"params\":[]}")
        .json()
        .at("/result/head")
        .toString();
  }

  private static String countOf(int port) {
    return Http.rpc(
            port,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_call\",\"params\":[{\"to\":\"counter\","
                + "\"function\":\"get\",\"view\":true}]}")
        .json()
        .at("/result")
        .toString();
  }

  @Test
  void shouldFollowFromTheGenesisWithCodeAndAnswerSimulations() {
    try (DevNode primary = new DevNode(PRIMARY);
        TidemillNode replica = replica(primary)) {
      primary.deploy(0, 0, "counter", new byte[8]);
      primary.execute(transfer(1));
      primary.execute(DevNode.call(1, 0, "counter", "increment", new byte[0]));
      awaitHead(primary, replica);
      await().atMost(PATIENCE).until(() -> replica.health().state() == NodeHealth.State.SERVING);
      assertThat(replica.health().detail()).contains("waves behind 127.0.0.1:");
      assertThat(countOf(replica.httpPort())).isEqualTo(countOf(primary.node.httpPort()));
      primary.execute(DevNode.call(1, 1, "counter", "increment", new byte[0]));
      awaitHead(primary, replica);
      assertThat(countOf(replica.httpPort())).isEqualTo(countOf(primary.node.httpPort()));
    }
  }

  @Test
  void shouldUnwindWithItsPrimaryAndGoOn() {
    try (DevNode primary = new DevNode(PRIMARY);
        TidemillNode replica = replica(primary)) {
      primary.execute(transfer(0));
      primary.execute(transfer(1));
      awaitHead(primary, replica);
      primary.execution().rollbackWave(RollbackWaveRequest.newBuilder().setToWave(1).build());
      awaitHead(primary, replica);
      primary.execute(transfer(2));
      awaitHead(primary, replica);
    }
  }

  @Test
  void shouldBeginWithASnapshotWhenTheFirstWavesAreGone() {
    try (DevNode primary = new DevNode(primarySettings())) {
      for (int i = 0; i < 8; i++) {
        primary.execute(transfer(i));
      }
      await().atMost(PATIENCE).until(() -> primary.info().getOldestStateWave() > 1);
      assertThatThrownBy(() -> replica(primary))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("snapshot download");
      try (TidemillClient client =
          TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", primary.node.grpcPort()))) {
        client.snapshots().await(client.snapshots().create(null).getSnapshotId(), PATIENCE);
      }
      primary.execute(transfer(8));
      try (TidemillNode replica = replica(primary)) {
        awaitHead(primary, replica);
      }
      primary.execute(transfer(9));
      try (TidemillNode again = replica(primary)) {
        awaitHead(primary, again);
      }
    }
  }

  @Test
  void shouldGiveNobodyTheRightToWrite() {
    try (DevNode primary = new DevNode(PRIMARY);
        TidemillNode replica = replica(primary);
        TidemillClient client =
            TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", replica.grpcPort()))) {
      await().atMost(PATIENCE).until(() -> replica.health().state() == NodeHealth.State.SERVING);
      assertThatThrownBy(() -> client.rollback(0))
          .hasStackTraceContaining("PERMISSION_DENIED")
          .hasRootCauseInstanceOf(StatusRuntimeException.class);
    }
  }

  @Test
  void shouldFollowAPrimaryUnderTlsAndOnlyTheOneThatItsAuthoritySigned() throws IOException {
    final TestCertificate trusted = TestCertificate.make(folder, "primary", "ip:127.0.0.1");
    final TestCertificate other = TestCertificate.make(folder, "other", "ip:127.0.0.1");
    try (TidemillNode primary =
        TidemillNode.start(
            TestNode.config(
                Map.of(
                    Setting.GRPC_READER_PORT, "0",
                    Setting.TLS_CERTIFICATE, trusted.certificate().toString(),
                    Setting.TLS_KEY, trusted.key().toString())))) {
      final String address = "https://127.0.0.1:" + primary.readerPort() + "?ca=";
      try (TidemillNode replica =
          TidemillNode.start(
              TestNode.config(
                  Map.of(
                      Setting.DATA_DIR,
                      folder.resolve("replica").toString(),
                      Setting.REPLICA_PRIMARY,
                      address + trusted.certificate())))) {
        await().atMost(PATIENCE).until(() -> replica.health().state() == NodeHealth.State.SERVING);
        assertThat(head(replica.httpPort())).isEqualTo(head(primary.httpPort()));
      }
      assertThatThrownBy(
              () ->
                  TidemillNode.start(
                      TestNode.config(
                          Map.of(
                              Setting.DATA_STORE,
                              "rocks",
                              Setting.DATA_DIR,
                              folder.resolve("untrusting").toString(),
                              Setting.REPLICA_PRIMARY,
                              address + other.certificate()))))
          .hasStackTraceContaining("unable to find valid certification path");
    }
  }
}
