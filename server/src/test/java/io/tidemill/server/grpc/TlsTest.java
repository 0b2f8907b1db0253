package io.tidemill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.TestCertificate;
import io.tidemill.server.testing.TestNode;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with certificates that the JDK's keytool makes. */
class TlsTest {
  @TempDir private Path folder;

  private static long chainId(TestNode node, TestCertificate trusted, @Nullable TestCertificate own)
      throws IOException {
    final TlsChannelCredentials.Builder tls =
        TlsChannelCredentials.newBuilder().trustManager(trusted.certificate().toFile());
    if (own != null) {
      tls.keyManager(own.certificate().toFile(), own.key().toFile());
    }
    final ManagedChannel channel =
        NettyChannelBuilder.forAddress("localhost", node.node.grpcPort(), tls.build()).build();
    try {
      return ExecutionServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .getInfo(GetInfoRequest.getDefaultInstance())
          .getChainId();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void shouldServeOverTlsAndFollowItsFilesWithoutARestart() throws Exception {
    final TestCertificate first = TestCertificate.make(folder, "first");
    final TestCertificate second = TestCertificate.make(folder, "second");
    final Path certificate = Files.copy(first.certificate(), folder.resolve("node.crt"));
    final Path key = Files.copy(first.key(), folder.resolve("node.key"));
    try (TestNode node =
        new TestNode(
            Map.of(
                Setting.TLS_CERTIFICATE, certificate.toString(),
                Setting.TLS_KEY, key.toString()))) {
      assertThat(chainId(node, first, null)).isEqualTo(31_337);
      assertThatThrownBy(() -> chainId(node, second, null))
          .isInstanceOf(StatusRuntimeException.class);
      assertThatThrownBy(() -> node.execution().getInfo(GetInfoRequest.getDefaultInstance()))
          .as("clear text")
          .isInstanceOf(StatusRuntimeException.class);

      // A key that does not fit yet changes nothing; the pair does.
      Files.write(key, "nonsense".getBytes(StandardCharsets.UTF_8));
      Files.setLastModifiedTime(key, FileTime.fromMillis(1_000));
      assertThat(chainId(node, first, null)).isEqualTo(31_337);
      Files.write(certificate, Files.readAllBytes(second.certificate()));
      Files.write(key, Files.readAllBytes(second.key()));
      Awaitility.await()
          .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
          .untilAsserted(() -> assertThat(chainId(node, second, null)).isEqualTo(31_337));
    }
  }

  @Test
  void shouldAskClientsForACertificateOfTheirAuthority() throws Exception {
    final TestCertificate server = TestCertificate.make(folder, "server");
    final TestCertificate client = TestCertificate.make(folder, "client");
    final TestCertificate stranger = TestCertificate.make(folder, "stranger");
    try (TestNode node =
        new TestNode(
            Map.of(
                Setting.TLS_CERTIFICATE, server.certificate().toString(),
                Setting.TLS_KEY, server.key().toString(),
                Setting.TLS_CLIENT_CA, client.certificate().toString()))) {
      assertThat(chainId(node, server, client)).isEqualTo(31_337);
      for (TestCertificate other : new TestCertificate[] {null, stranger}) {
        assertThatThrownBy(() -> chainId(node, server, other))
            .isInstanceOf(StatusRuntimeException.class);
      }
    }
  }

  @Test
  void shouldRefuseToStartWithFilesThatDoNotFit() throws Exception {
    final TestCertificate one = TestCertificate.make(folder, "one");
    for (String key : List.of(folder.resolve("missing").toString(), one.certificate().toString())) {
      assertThatThrownBy(
              () ->
                  new TestNode(
                          Map.of(
                              Setting.TLS_CERTIFICATE,
                              one.certificate().toString(),
                              Setting.TLS_KEY,
                              key))
                      .close())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("tls:");
    }
  }
}
