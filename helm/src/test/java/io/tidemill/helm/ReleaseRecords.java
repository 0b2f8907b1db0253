package io.tidemill.helm;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The secrets in which Helm keeps its releases, in the protobuf encoding of the Kubernetes API:
 * four bytes {@code k8s\0}, then a message of the kind (field 1) and the object (field 2). Objects
 * are kept as they came; only names and labels are looked at.
 */
final class ReleaseRecords {
  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
  private static final ByteString MAGIC = ByteString.copyFrom(new byte[] {'k', '8', 's', 0});

  private final Map<String, UnknownFieldSet> secrets = new TreeMap<>();

  /** Whether the path is one of secrets. */
  boolean holds(String path) {
    return path.matches(".*/secrets(/.*)?");
  }

  /** Creates, reads, lists, replaces and deletes. */
  void answer(HttpExchange exchange, byte[] sent) throws IOException {
    final String path = exchange.getRequestURI().getPath();
    final UnknownFieldSet said =
        switch (exchange.getRequestMethod()) {
          case "POST" -> {
            final UnknownFieldSet secret = read(sent);
            secrets.put(path + "/" + text(metadata(secret), 1), secret);
            yield secret;
          }
          case "PUT" -> {
            secrets.put(path, read(sent));
            yield secrets.get(path);
          }
          case "DELETE" -> secrets.remove(path);
          case "GET" ->
              path.endsWith("/secrets")
                  ? list(path, String.valueOf(exchange.getRequestURI().getQuery()))
                  : secrets.get(path);
          default -> throw new IOException(exchange.getRequestMethod() + " of a secret");
        };
    final String kind =
        said == null
            ? "Status"
            : path.endsWith("/secrets") && exchange.getRequestMethod().equals("GET")
                ? "SecretList"
                : "Secret";
    final byte[] body = written(kind, said == null ? notFound() : said);
    exchange.getResponseHeaders().add("content-type", PROTOBUF);
    exchange.sendResponseHeaders(said == null ? 404 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static UnknownFieldSet read(byte[] sent) throws IOException {
    final ByteString bytes = ByteString.copyFrom(sent);
    if (!bytes.startsWith(MAGIC)) {
      throw new IOException("a secret that is not in the protobuf encoding");
    }
    return message(UnknownFieldSet.parseFrom(bytes.substring(MAGIC.size())), 2);
  }

  private static byte[] written(String kind, UnknownFieldSet object) {
    final UnknownFieldSet type = fields(Map.of(1, bytes("v1"), 2, bytes(kind)));
    return MAGIC
        .concat(
            fields(Map.of(1, bytes(type.toByteString()), 2, bytes(object.toByteString())))
                .toByteString())
        .toByteArray();
  }

  /** metav1.Status: status, reason and code are fields 2, 4 and 6. */
  private static UnknownFieldSet notFound() {
    return fields(
        Map.of(
            2, bytes("Failure"),
            4, bytes("NotFound"),
            6, Field.newBuilder().addVarint(404).build()));
  }

  private UnknownFieldSet list(String path, String query) throws IOException {
    final Field.Builder items = Field.newBuilder();
    for (Map.Entry<String, UnknownFieldSet> each : secrets.entrySet()) {
      if (each.getKey().startsWith(path + "/") && labeled(each.getValue(), query)) {
        items.addLengthDelimited(each.getValue().toByteString());
      }
    }
    return fields(Map.of(1, bytes(""), 2, items.build()));
  }

  /** Whether a secret has every label that the query asks for. */
  private static boolean labeled(UnknownFieldSet secret, String query) throws IOException {
    final Map<String, String> labels = new TreeMap<>();
    for (ByteString each : metadata(secret).getField(11).getLengthDelimitedList()) {
      final UnknownFieldSet label = UnknownFieldSet.parseFrom(each);
      labels.put(text(label, 1), text(label, 2));
    }
    final String wanted =
        query.contains("labelSelector=") ? query.replaceAll(".*labelSelector=([^&]*).*", "$1") : "";
    for (String each : wanted.split(",")) {
      final String[] pair = each.split("=", 2);
      if (pair.length == 2 && !pair[1].equals(labels.get(pair[0]))) {
        return false;
      }
    }
    return true;
  }

  private static UnknownFieldSet metadata(UnknownFieldSet object) throws IOException {
    return message(object, 1);
  }

  private static UnknownFieldSet message(UnknownFieldSet of, int field) throws IOException {
    return UnknownFieldSet.parseFrom(of.getField(field).getLengthDelimitedList().getFirst());
  }

  private static String text(UnknownFieldSet of, int field) {
    return of.getField(field).getLengthDelimitedList().getFirst().toStringUtf8();
  }

  private static Field bytes(String text) {
    return bytes(ByteString.copyFromUtf8(text));
  }

  private static Field bytes(ByteString content) {
    return Field.newBuilder().addLengthDelimited(content).build();
  }

  private static UnknownFieldSet fields(Map<Integer, Field> fields) {
    final UnknownFieldSet.Builder message = UnknownFieldSet.newBuilder();
    fields.forEach(message::addField);
    return message.build();
  }
}
