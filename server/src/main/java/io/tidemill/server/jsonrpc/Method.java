package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * One JSON-RPC method.
 *
 * @param params the names of its parameters, in the order of a call by position
 */
public record Method(String name, List<String> params, Body body) {
  /** What a method does. */
  public interface Body {
    /**
     * The result.
     *
     * @throws io.tidemill.server.errors.Refusal if there is none
     */
    JsonNode call(Params params);
  }

  public Method {
    params = List.copyOf(params);
  }
}
