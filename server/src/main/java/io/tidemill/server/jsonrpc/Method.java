package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * One JSON-RPC method.
 *
 * @param params the names of its parameters, in the order of a call by position
 */
record Method(String name, List<String> params, Body body) {
  /** What a method does. */
  interface Body {
    JsonNode call(Params params);
  }
}
