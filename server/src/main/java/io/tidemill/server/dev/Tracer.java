package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemill.client.U128;
import io.tidemill.client.json.JsonRpcClient;
import io.tidemill.client.json.JsonRpcException;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Refusal;
import java.net.URI;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Traces of transactions that were executed: the node simulates their wave once more on the state
 * before it, over its own JSON-RPC.
 */
final class Tracer implements AutoCloseable {
  private final JsonRpcClient rpc;
  private final ObjectMapper mapper = new ObjectMapper();

  Tracer(int httpPort) {
    rpc = new JsonRpcClient(URI.create("http://127.0.0.1:" + httpPort + "/"));
  }

  /**
   * The call result with trace, state diff and access list of one transaction.
   *
   * @throws Refusal if the node cannot simulate it
   */
  JsonNode trace(Mined.Place place) {
    final List<Object> calls = new ArrayList<>();
    long digits = 0;
    for (int i = 0; i <= place.index(); i++) {
      final byte[] bytes = place.mined().entries().get(i).bytes();
      digits += 2L * bytes.length;
      calls.add(Map.of("transaction", "0x" + HexFormat.of().formatHex(bytes)));
    }
    if (digits > NodeFacts.MAX_JSON_BODY - 4_096L) {
      throw Refusal.limit(
          "bytes of the transactions of a trace", digits / 2, NodeFacts.MAX_JSON_BODY / 2);
    }
    final Map<String, Object> context = new LinkedHashMap<>();
    context.put("wave", place.mined().wave());
    context.put("timestamp", place.mined().context().getTimestamp());
    context.put(
        "beacon",
        "0x" + HexFormat.of().formatHex(place.mined().context().getBeacon().toByteArray()));
    context.put("base_fee", U128.fromWire(place.mined().context().getBaseFee()).toString());
    final Map<String, Object> params = new LinkedHashMap<>();
    params.put("waves", List.of(Map.of("context", context, "calls", calls)));
    params.put("base", place.mined().wave() - 1);
    params.put("options", Map.of("trace", true, "state_diff", true, "access_list", true));
    try {
      final JsonNode answer = mapper.valueToTree(rpc.call("pyde_simulateWave", params));
      return answer.path("waves").path(0).path("calls").path(place.index());
    } catch (JsonRpcException e) {
      throw Refusal.field("transaction_hash", "cannot be traced: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    rpc.close();
  }
}
