package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.client.json.JsonRpcClient;
import io.tidemill.client.json.JsonRpcException;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.simulate.TraceText;
import io.tidemill.state.hash.Hash32;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Traces of executed transactions: {@code pyde_traceTransaction} of the node, over its own
 * JSON-RPC, with the names that accounts have on a development chain.
 */
final class Tracer implements AutoCloseable {
  private final JsonRpcClient rpc;
  private final Contracts contracts;
  private final ObjectMapper mapper = new ObjectMapper();

  Tracer(int httpPort, Contracts contracts) {
    this.rpc = new JsonRpcClient(URI.create("http://127.0.0.1:" + httpPort + "/"));
    this.contracts = contracts;
  }

  /**
   * The call result with trace, state diff and access list of one transaction.
   *
   * @param text whether the call tree comes as lines of text, too
   * @throws Refusal if the node does not know it, or cannot run it again
   */
  JsonNode trace(Hash32 transaction, boolean text) {
    final JsonNode answer;
    try {
      answer =
          mapper.valueToTree(
              rpc.call(
                  "pyde_traceTransaction",
                  Map.of("transaction_hash", "0x" + transaction, "trace_text", text)));
    } catch (JsonRpcException e) {
      throw Refusal.field("transaction_hash", "cannot be traced: " + e.getMessage());
    }
    if (answer instanceof ObjectNode view && view.path("trace_text") instanceof ArrayNode lines) {
      final ArrayNode labelled = view.putArray("trace_text");
      final List<String> texts = new ArrayList<>();
      lines.forEach(line -> texts.add(line.asText()));
      named(texts).forEach(labelled::add);
    }
    return answer;
  }

  /** The lines of a trace, with accounts by their names. */
  List<String> named(List<String> lines) {
    return lines.stream()
        .map(line -> TraceText.isAboutSlots(line) ? line : contracts.labelled(line))
        .toList();
  }

  @Override
  public void close() {
    rpc.close();
  }
}
