package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The documents of the HTTP edge, as the node serves them. */
final class Documents {
  private Documents() {}

  /** {@code rpc.discover}: the OpenRPC document. */
  static List<Method> methods() {
    final JsonNode document;
    try {
      document = new ObjectMapper().readTree(read("openrpc.json"));
    } catch (IOException e) {
      throw new UncheckedIOException("openrpc.json is not JSON", e);
    }
    return List.of(new Method("rpc.discover", List.of(), params -> document));
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
