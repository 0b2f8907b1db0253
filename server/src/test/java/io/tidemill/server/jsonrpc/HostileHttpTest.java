package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that mean harm, over real sockets: each gets its error, and the node serves on. */
class HostileHttpTest {
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String CALL = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_chainId\"}";

  private DevNode node;
  private int port;

  @BeforeEach
  void open() {
    node = new DevNode(Map.of(Setting.SIMULATE_QUEUE, "2", Setting.SIMULATE_WORKERS, "1"));
    port = node.node.httpPort();
  }

  @AfterEach
  void shouldServeOn() {
    assertThat(Http.rpc(port, CALL).json().get("result").intValue()).isEqualTo(31_337);
    node.close();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private Http.Answer send(String head, String body) {
    return Http.send(port, ascii(head), ascii(body));
  }

  private static String head(String more) {
    return "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + JSON + more + "\r\n";
  }

  @Test
  void shouldReadChunkedBodiesAndRefuseThemWhenTheyAreTooLarge() {
    final String chunk = Integer.toHexString(CALL.length()) + "\r\n" + CALL + "\r\n0\r\n\r\n";
    assertThat(send(head("Transfer-Encoding: chunked\r\n"), chunk).status()).isEqualTo(200);
    final String piece = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
    final Http.Answer large =
        send(head("Transfer-Encoding: chunked\r\n"), piece.repeat(17) + "0\r\n\r\n");
    assertThat(large.status()).isEqualTo(413);
    assertThat(large.json().at("/error/data/maximum").textValue()).isEqualTo("1048576");
  }

  @Test
  void shouldRefuseADeclaredLengthWithoutReadingTheBody() {
    final Http.Answer large = send(head("Content-Length: 1073741824\r\n"), "{");
    assertThat(large.status()).isEqualTo(413);
  }

  @Test
  void shouldRefuseRequestsThatTwoReadersWouldReadDifferently() {
    assertThat(
            send(head("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"), "0\r\n\r\n").status())
        .isEqualTo(400);
    assertThat(send(head("Content-Length: 4\r\nContent-Length: 5\r\n"), "12345").status())
        .isEqualTo(400);
    assertThat(send("POST / HTTP/1.1\r\n\r\n", "").status()).isEqualTo(400);
    assertThat(send("NONSENSE\r\n\r\n", "").status()).isEqualTo(400);
    assertThat(send(head("X-Much: " + "x".repeat(16 * 1024) + "\r\n"), "").status()).isEqualTo(431);
    assertThat(send("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", "").status())
        .isEqualTo(400);
    assertThat(send("PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "").status())
        .isIn(404, 405);
  }

  @Test
  void shouldBearConnectionsThatNeverFinishAndSomeThatNeverRead() throws IOException {
    final List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      final Socket socket = new Socket();
      socket.setReceiveBufferSize(4_096);
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      sockets.add(socket);
      final OutputStream out = socket.getOutputStream();
      switch (i % 4) {
        case 0 -> {}
        case 1 -> out.write(ascii("POST / HTTP/1.1\r\nHost: loc"));
        case 2 -> out.write(ascii(head("Content-Length: 1000\r\n") + "{"));
        default -> {
          final byte[] request =
              ascii(
                  "POST / HTTP/1.1\r\nHost: localhost\r\n"
                      + JSON
                      + "Content-Length: 60\r\n\r\n"
                      + "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\",\"params\":[]}");
          for (int sent = 0; sent < 20; sent++) {
            out.write(request);
          }
        }
      }
    }
    assertThat(Http.rpc(port, CALL).status()).isEqualTo(200);
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void shouldServeOnWhileConnectionsAreResetByTheThousand() throws IOException {
    for (int i = 0; i < 2_000; i++) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.setSoLinger(true, 0);
        socket
            .getOutputStream()
            .write(
                ascii(
                    head("Content-Length: " + CALL.length() + "\r\n") + (i % 2 == 0 ? CALL : "{")));
      }
      if (i % 500 == 0) {
        assertThat(Http.rpc(port, CALL).json().has("result")).isTrue();
      }
    }
    assertThat(Http.rpc(port, CALL).json().has("result")).isTrue();
    assertThat(Http.metric(port, "tidemill_simulations_waiting")).isZero();
  }

  @Test
  void shouldRefuseSimulationsThatWouldWaitTooLongAndAnswerTheOthers() throws Exception {
    final String call =
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"pyde_simulateWave\",\"params\":[["
            + IntStream.range(0, 60)
                .mapToObj(i -> "{\"calls\":[{\"to\":\"0x" + DevNode.user(1) + "\"}]}")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow()
            + "]]}";
    final List<Callable<Http.Answer>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(() -> Http.rpc(port, call));
    }
    int answered = 0;
    try (ExecutorService clients = Executors.newFixedThreadPool(32)) {
      for (Future<Http.Answer> future : clients.invokeAll(calls)) {
        final Http.Answer answer = future.get();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("id").intValue()).isEqualTo(7);
        if (answer.json().has("result")) {
          answered++;
        } else {
          assertThat(answer.json().at("/error/data/reason").textValue()).isEqualTo("QUEUE_FULL");
          assertThat(answer.json().at("/error/data/retry_after_millis").textValue()).isNotEmpty();
        }
      }
    }
    assertThat(answered).isPositive();
  }

  @Test
  void shouldAnswerEveryRequestOfAConnectionInOrder() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      final StringBuilder requests = new StringBuilder();
      for (int i = 100; i < 150; i++) {
        final String body = CALL.replace("\"id\":1,", "\"id\":" + i + ",");
        requests
            .append("POST / HTTP/1.1\r\nHost: localhost\r\n")
            .append(JSON)
            .append(i == 149 ? "Connection: close\r\n" : "")
            .append("Content-Length: ")
            .append(body.length())
            .append("\r\n\r\n")
            .append(body);
      }
      socket.getOutputStream().write(ascii(requests.toString()));
      final InputStream in = socket.getInputStream();
      final String all = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      int at = 0;
      for (int i = 100; i < 150; i++) {
        at = all.indexOf("\"id\":" + i + "}", at);
        assertThat(at).as("answer " + i).isPositive();
      }
    }
  }
}
