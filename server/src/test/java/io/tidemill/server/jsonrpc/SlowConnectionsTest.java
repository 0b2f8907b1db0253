package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

class SlowConnectionsTest {
  @Test
  void shouldCloseAConnectionWhoseRequestNeverBeginsHoweverMuchTrickles() throws Exception {
    final Server server = new Server(0);
    final SlowConnections connections = new SlowConnections(Duration.ofMillis(400));
    server.addBean(connections);
    ((ServerConnector) server.getConnectors()[0]).addBean(connections);
    server.setHandler(
        new Handler.Abstract.NonBlocking() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            connections.request(request.getConnectionMetaData().getConnection());
            callback.succeeded();
            return true;
          }
        });
    server.start();
    try (Socket slow = new Socket("127.0.0.1", server.getURI().getPort());
        Socket busy = new Socket("127.0.0.1", server.getURI().getPort())) {
      assertThat(trickle(slow, busy)).as("bytes until the slow one was closed").isLessThan(200);
      busy.getOutputStream().write(get());
      assertThat(busy.getInputStream().read()).isEqualTo('H');
    } finally {
      server.stop();
    }
  }

  private static byte[] get() {
    return "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends a byte now and then on one connection, whole requests on the other. */
  private static int trickle(Socket slow, Socket busy) throws IOException, InterruptedException {
    final OutputStream out = slow.getOutputStream();
    out.write("GET / HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < 200; i++) {
      try {
        out.write('x');
      } catch (IOException closed) {
        return i;
      }
      if (i % 5 == 0) {
        busy.getOutputStream().write(get());
      }
      Thread.sleep(50);
    }
    return 200;
  }
}
