package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;

/** The documents of the HTTP edge, as the node serves them. */
final class Documents {
  private Documents() {}

  /** The OpenRPC document with the methods of {@code names}: those that this node has. */
  static ObjectNode openRpc(Set<String> names) {
    final ObjectNode document;
    try {
      document = (ObjectNode) new ObjectMapper().readTree(read("openrpc.json"));
    } catch (IOException e) {
      throw new UncheckedIOException("openrpc.json is not JSON", e);
    }
    final ArrayNode kept = document.arrayNode();
    for (JsonNode method : document.withArray("methods")) {
      if (names.contains(method.path("name").asText())) {
        kept.add(method);
      }
    }
    document.set("methods", kept);
    return document;
  }

  /** What the page of the documents may do: its script and its style are in it. */
  static final String PAGE_POLICY =
      "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline';"
          + " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** The bytes of a document of the {@code openapi} folder. */
  static byte[] read(String name) {
    try (InputStream in =
        Documents.class.getClassLoader().getResourceAsStream("tidemill/openapi/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the document " + name + " is not on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the document " + name, e);
    }
  }
}
