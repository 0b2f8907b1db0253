package io.tidemill.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** HTTP/1.1 by hand, so that anything can be sent. */
public final class Http {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** An answer. */
  public record Answer(int status, String head, String body) {
    public JsonNode json() {
      try {
        return MAPPER.readTree(body);
      } catch (IOException e) {
        throw new AssertionError("not JSON: " + body, e);
      }
    }
  }

  private Http() {}

  /** Posts a JSON-RPC body. */
  public static Answer rpc(int port, String body) {
    return post(port, body.getBytes(StandardCharsets.UTF_8), "Content-Type: application/json\r\n");
  }

  public static Answer post(int port, byte[] body, String headers) {
    return send(
        port,
        ("POST / HTTP/1.1\r\nHost: localhost:"
                + port
                + "\r\nConnection: close\r\n"
                + headers
                + "Content-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8),
        body);
  }

  public static Answer get(int port, String path) {
    return send(
        port,
        ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8),
        new byte[0]);
  }

  /** The value of a metric without labels. */
  public static long metric(int port, String name) {
    return get(port, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }

  /** Sends bytes as they are and reads until the server closes. */
  public static Answer send(int port, byte[] head, byte[] body) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(20_000);
      final OutputStream out = socket.getOutputStream();
      out.write(head);
      try {
        out.write(body);
        out.flush();
      } catch (IOException e) {
        // The server may answer and close before it has read everything.
      }
      final InputStream in = socket.getInputStream();
      final String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      final int split = text.indexOf("\r\n\r\n");
      final String answered = split < 0 ? text : text.substring(0, split);
      final int status = answered.length() < 12 ? 0 : Integer.parseInt(answered.substring(9, 12));
      return new Answer(
          status, answered, split < 0 ? "" : unchunked(answered, text.substring(split + 4)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String unchunked(String head, String body) {
    if (!head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")) {
      return body;
    }
    final StringBuilder out = new StringBuilder();
    int at = 0;
    while (true) {
      final int line = body.indexOf("\r\n", at);
      final int length = Integer.parseInt(body.substring(at, line), 16);
      if (length == 0) {
        return out.toString();
      }
      out.append(body, line + 2, line + 2 + length);
      at = line + 4 + length;
    }
  }
}
