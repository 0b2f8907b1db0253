package io.tidemill.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionHash;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.testing.DevNode;
import io.tidemill.v1.TraceTransactionRequest;
import io.tidemill.v1.TraceTransactionResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Traces of real contracts, kept as files: the lines for people and the whole answer for programs,
 * with call tree, host calls, state access, fuel by frame and function, reasons and backtraces. Run
 * with {@code -Dtidemill.update=true} to write them anew.
 */
class TraceFilesTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "traces");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** What is traced, in the order of execution. */
  private static final Map<String, Transaction> TRANSACTIONS = transactions();

  private static DevNode node;

  @BeforeAll
  static void execute() {
    node = new DevNode();
    node.deploy(0, 0, "token", amount(1_000_000));
    node.deploy(0, 1, "vault", Addresses.contract("token").toBytes());
    node.deploy(0, 2, "orderbook", Addresses.contract("token").toBytes());
    node.deploy(0, 3, "malicious", new byte[0]);
    node.execute(TRANSACTIONS.values().toArray(Transaction[]::new));
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static Map<String, Transaction> transactions() {
    final byte[] token = Addresses.contract("token").toBytes();
    final Map<String, Transaction> all = new LinkedHashMap<>();
    for (String spender : new String[] {"vault", "orderbook"}) {
      all.put(
          "token-approve-" + spender,
          DevNode.call(
              0,
              4 + all.size(),
              "token",
              "approve",
              bytes(Addresses.contract(spender).toBytes(), amount(500))));
    }
    all.put("vault-deposit", DevNode.call(0, 6, "vault", "deposit", amount(120)));
    all.put("vault-deposit-refused", DevNode.call(0, 7, "vault", "deposit", amount(501)));
    all.put("vault-initialized-twice", DevNode.call(1, 0, "vault", "init", token));
    all.put("orderbook-sell", DevNode.call(0, 8, "orderbook", "sell", bytes(u64(10), u64(3))));
    all.put(
        "orderbook-buy",
        DevNode.transaction(
            2,
            0,
            Addresses.contract("orderbook"),
            U128.of(20),
            new CallPayload("buy", u64(6)).encode(),
            TransactionType.STANDARD));
    all.put("malicious-recursion", DevNode.call(3, 0, "malicious", "recurse", new byte[0]));
    all.put("malicious-peek", DevNode.call(3, 1, "malicious", "peek", new byte[0]));
    all.put("malicious-reentry", DevNode.call(3, 2, "malicious", "reenter", new byte[0]));
    all.put("malicious-write-in-a-view", DevNode.call(3, 3, "malicious", "forge", new byte[0]));
    return all;
  }

  private static byte[] amount(long value) {
    return U128.of(value).toBytes();
  }

  private static byte[] u64(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static byte[] bytes(byte[]... parts) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @TestFactory
  Iterable<DynamicTest> shouldTellWhatTheFileSays() {
    return TRANSACTIONS.entrySet().stream()
            .map(
                entry ->
                    DynamicTest.dynamicTest(
                        entry.getKey(), () -> check(entry.getKey(), entry.getValue())))
        ::iterator;
  }

  private static void check(String name, Transaction transaction) throws IOException {
    final byte[] hash = TransactionHash.of(transaction).toBytes();
    final JsonNode trace =
        node.rpc("pyde_traceTransaction", "[\"0x" + HexFormat.of().formatHex(hash) + "\",true]");
    final StringBuilder text = new StringBuilder();
    ((ObjectNode) trace)
        .remove("trace_text")
        .forEach(line -> text.append(line.asText()).append('\n'));
    same(name + ".txt", text.toString());
    same(name + ".json", pretty(trace));
    final TraceTransactionResponse over =
        node.execution()
            .traceTransaction(
                TraceTransactionRequest.newBuilder()
                    .setTransactionHash(ByteString.copyFrom(hash))
                    .setTraceText(true)
                    .build());
    assertThat(String.join("\n", over.getResult().getTraceTextList()) + "\n")
        .isEqualTo(text.toString());
  }

  private static void same(String name, String actual) throws IOException {
    final Path file = FOLDER.resolve(name);
    if (Boolean.getBoolean("tidemill.update")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, actual);
    }
    assertThat(actual)
        .as(file + ": if the new trace is right, run this test with -Dtidemill.update=true")
        .isEqualTo(Files.readString(file));
  }

  /** One step in a line, so that a change is a line of a diff. */
  private static String pretty(JsonNode trace) throws JsonProcessingException {
    final StringBuilder out = new StringBuilder();
    write(out, trace, "");
    return out.append('\n').toString();
  }

  private static void write(StringBuilder out, JsonNode node, String indent)
      throws JsonProcessingException {
    final boolean flat = node.toString().length() < 200;
    if (flat || !node.isContainerNode()) {
      out.append(MAPPER.writeValueAsString(node));
    } else if (node instanceof ArrayNode array) {
      String before = "[\n";
      for (JsonNode item : array) {
        out.append(before).append(indent).append(' ');
        write(out, item, indent + " ");
        before = ",\n";
      }
      out.append('\n').append(indent).append(']');
    } else {
      String before = "{\n";
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        out.append(before).append(indent).append(" \"").append(field.getKey()).append("\": ");
        write(out, field.getValue(), indent + " ");
        before = ",\n";
      }
      out.append('\n').append(indent).append('}');
    }
  }

  /** A transaction that was executed and the simulation of the same one tell the same. */
  @TestFactory
  Iterable<DynamicTest> shouldTellOfASimulationWhatItTellsOfTheExecution() {
    final StringBuilder calls = new StringBuilder();
    for (Transaction transaction : TRANSACTIONS.values()) {
      calls
          .append(calls.isEmpty() ? "" : ",")
          .append("{\"transaction\":\"0x")
          .append(HexFormat.of().formatHex(TransactionEncoder.encode(transaction)))
          .append("\"}");
    }
    final JsonNode simulated =
        node.rpc(
            "pyde_simulateWave",
            "{\"base\":4,\"options\":{\"validate\":true,\"trace\":true,\"trace_text\":true,"
                + "\"access_list\":true,\"state_diff\":true},\"waves\":[{\"context\":{"
                + "\"timestamp\":1700000005,\"base_fee\":\"1\",\"beacon\":\"0x"
                + "00".repeat(32)
                + "\",\"epoch\":0},\"calls\":["
                + calls
                + "]}]}");
    int index = 0;
    final List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, Transaction> entry : TRANSACTIONS.entrySet()) {
      final JsonNode call = simulated.at("/waves/0/calls/" + index++);
      final String hash = "0x" + TransactionHash.of(entry.getValue());
      tests.add(
          DynamicTest.dynamicTest(
              entry.getKey(),
              () ->
                  assertThat(call)
                      .isEqualTo(node.rpc("pyde_traceTransaction", "[\"" + hash + "\",true]"))));
    }
    return tests;
  }
}
