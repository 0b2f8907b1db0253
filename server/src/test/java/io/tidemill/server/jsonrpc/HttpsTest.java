package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestCertificate;
import io.tidemill.server.testing.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP port under TLS, with the certificates and the rotation of the gRPC ports. */
class HttpsTest {
  private static final String CHAIN_ID =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_chainId\"}";

  @TempDir private Path folder;

  private static HttpClient client(TestCertificate server, @Nullable TestCertificate own)
      throws Exception {
    return HttpClient.newBuilder()
        .sslContext(TestCertificate.client(server, own))
        .connectTimeout(Duration.ofSeconds(10))
        .build();
  }

  private static String chainId(
      TestNode node, TestCertificate server, @Nullable TestCertificate own) throws Exception {
    try (HttpClient client = client(server, own)) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("https://localhost:" + node.node.httpPort() + "/"))
                  .timeout(Duration.ofSeconds(10))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(CHAIN_ID))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private static Map<Setting, String> settings(TestCertificate server, String security) {
    return Map.of(
        Setting.TLS_CERTIFICATE, server.certificate().toString(),
        Setting.TLS_KEY, server.key().toString(),
        Setting.HTTP_TLS, security);
  }

  @Test
  void shouldServeOverTlsAndFollowItsFilesWithoutARestart() throws Exception {
    final TestCertificate first = TestCertificate.make(folder, "first");
    final TestCertificate second = TestCertificate.make(folder, "second");
    final TestCertificate used =
        new TestCertificate(
            Files.copy(first.certificate(), folder.resolve("node.crt")),
            Files.copy(first.key(), folder.resolve("node.key")),
            first.keys());
    try (TestNode node = new TestNode(settings(used, "server"), store -> store)) {
      assertThat(chainId(node, first, null)).contains("\"result\":31337");
      assertThatThrownBy(() -> chainId(node, second, null)).isInstanceOf(IOException.class);
      assertThat(Http.rpc(node.node.httpPort(), CHAIN_ID).body()).as("clear text").isEmpty();

      Files.write(used.certificate(), Files.readAllBytes(second.certificate()));
      Files.write(used.key(), Files.readAllBytes(second.key()));
      Awaitility.await()
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(
              () -> assertThat(chainId(node, second, null)).contains("\"result\":31337"));
    }
  }

  @Test
  void shouldAnswerOnASocketUnderTls() throws Exception {
    final TestCertificate server = TestCertificate.make(folder, "server");
    final CompletableFuture<String> answer = new CompletableFuture<>();
    try (TestNode node = new TestNode(settings(server, "server"), store -> store);
        HttpClient client = client(server, null)) {
      final WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create("wss://localhost:" + node.node.httpPort() + "/"),
                  new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(
                        WebSocket from, CharSequence text, boolean last) {
                      answer.complete(text.toString());
                      return null;
                    }
                  })
              .get(10, TimeUnit.SECONDS);
      socket.sendText(CHAIN_ID, true);
      assertThat(answer.get(10, TimeUnit.SECONDS)).contains("\"result\":31337");
      socket.abort();
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
                Setting.TLS_CLIENT_CA, client.certificate().toString(),
                Setting.HTTP_TLS, "mutual"))) {
      assertThat(chainId(node, server, client)).contains("\"result\":31337");
      for (TestCertificate other : new TestCertificate[] {null, stranger}) {
        assertThatThrownBy(() -> chainId(node, server, other)).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void shouldRefuseToStartWithoutWhatItNeeds() throws Exception {
    assertThatThrownBy(() -> TestNode.config(Map.of(Setting.HTTP_TLS, "server")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.tls");
    final TestCertificate server = TestCertificate.make(folder, "server");
    assertThatThrownBy(() -> TestNode.config(settings(server, "mutual")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("tls.client-ca");
  }
}
