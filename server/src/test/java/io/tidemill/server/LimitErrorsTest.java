package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.v1.CombinedPlaintext;
import io.tidemill.v1.DeployRequest;
import io.tidemill.v1.EventFilter;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.GetStorageRequest;
import io.tidemill.v1.StateKeys;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.ThresholdInput;
import io.tidemill.v1.TopicFilter;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every limit that GetInfo lists is passed, wherever that can be done, and each error names the
 * limit and its value as GetInfo does.
 */
class LimitErrorsTest extends PassedLimits {
  /** What makes a page shorter or a sender wait, and is never an error; tests of their own. */
  private static final Set<Limit> NO_ERROR =
      EnumSet.of(
          Limit.PAGE,
          Limit.EVENT_PAGE,
          Limit.EVENT_WAVE_SPAN, // EventPagesTest
          Limit.INFLIGHT_WAVES, // WaveStreamTest: no further frame is asked for
          Limit.SIMULATE_CONCURRENCY); // what cannot run waits: SIMULATE_QUEUE

  /** Passed in tests of their own, which need more than a call. */
  private static final Set<Limit> ELSEWHERE =
      EnumSet.of(
          Limit.EXPORTS, // a large state: SnapshotExports allows one
          Limit.WEBSOCKETS, // SocketTest: closed with the limit in the reason
          Limit.HTTP_MEMORY_BYTES); // RequestMemoryTest, SmallHeapTest

  private static Map<Limit, List<Supplier<Map<String, String>>>> table(LimitErrorsTest t) {
    final Map<Limit, List<Supplier<Map<String, String>>>> table = new EnumMap<>(Limit.class);
    t.ofWaves(table);
    t.ofSimulations(table);
    t.ofHttp(table);
    t.ofReads(table);
    return table;
  }

  private void ofWaves(Map<Limit, List<Supplier<Map<String, String>>>> table) {
    table.put(
        Limit.TRANSACTIONS_PER_WAVE,
        List.of(() -> stream(header -> header.setTransactionCount(11))));
    table.put(Limit.WAVE_BYTES, List.of(() -> stream(header -> {}, bytes((1 << 20) + 1))));
    table.put(Limit.WAVE_GAS, List.of(this::gas));
    table.put(Limit.MESSAGE_BYTES, List.of(() -> stream(header -> {}, bytes(4 << 20))));
    table.put(Limit.WAVE_STREAMS, List.of(this::streams));
    table.put(Limit.WAVE_QUEUE, List.of(this::queue));
    table.put(
        Limit.QUARANTINED_CODES,
        List.of(
            () ->
                stream(
                    header ->
                        header.addAllQuarantinedCodeHashes(Collections.nCopies(1_025, hash())))));
    table.put(
        Limit.SYSTEM_ENTRIES,
        List.of(
            () ->
                stream(
                    header ->
                        header.addAllSystemEntries(Collections.nCopies(1_025, ByteString.EMPTY)))));
    table.put(
        Limit.SYSTEM_ENTRY_BYTES,
        List.of(
            () ->
                stream(header -> header.addSystemEntries(ByteString.copyFrom(new byte[65_537])))));
    table.put(
        Limit.PLAINTEXTS,
        List.of(
            () ->
                stream(
                    header ->
                        header.setThreshold(
                            ThresholdInput.newBuilder()
                                .addAllPlaintexts(
                                    Collections.nCopies(
                                        10_001,
                                        CombinedPlaintext.newBuilder()
                                            .setCiphertextHash(hash())
                                            .build()))))));
    table.put(Limit.ROLLBACK_WAVES, List.of(this::rollback));
  }

  private void ofSimulations(Map<Limit, List<Supplier<Map<String, String>>>> table) {
    table.put(
        Limit.SIMULATE_FUEL_CAP,
        List.of(
            () ->
                grpc(
                    () ->
                        dev.execution()
                            .simulate(simulation(1, 1, call -> call.setGasLimit(100_000_001)))),
            () -> json("pyde_call", "[{\"to\":\"0x" + NOWHERE + "\",\"gas_limit\":100000001}]")));
    table.put(
        Limit.SIMULATE_DEADLINE_MILLIS,
        List.of(
            () -> grpc(() -> hasty.execution().simulate(simulation(64, 4, call -> {}))),
            () -> data(hasty.answer("tidemill_simulate", waves(64, 4)))));
    table.put(
        Limit.SIMULATE_QUEUE,
        List.of(() -> crowd(this::simulateOverGrpc), () -> crowd(this::simulateOverJson)));
    table.put(
        Limit.SIMULATE_WAVES,
        List.of(
            () -> grpc(() -> dev.execution().simulate(simulation(65, 1, call -> {}))),
            () -> json("tidemill_simulate", waves(65, 1))));
    table.put(
        Limit.SIMULATE_CALLS,
        List.of(
            () -> grpc(() -> dev.execution().simulate(simulation(1, 257, call -> {}))),
            () -> json("tidemill_simulate", waves(1, 257))));
    table.put(Limit.SESSIONS, List.of(this::sessions));
    table.put(
        Limit.WASM_BYTES,
        List.of(
            () ->
                grpc(
                    () ->
                        dev.execution()
                            .deploy(
                                DeployRequest.newBuilder()
                                    .setMode(DeployRequest.Mode.MODE_CHECK)
                                    .setName("large")
                                    .setWasm(ByteString.copyFrom(new byte[(1 << 20) + 1]))
                                    .build()))));
  }

  private void ofHttp(Map<Limit, List<Supplier<Map<String, String>>>> table) {
    final int port = dev.node.httpPort();
    table.put(
        Limit.JSON_BODY_BYTES,
        List.of(() -> data(Http.rpc(port, " ".repeat((1 << 20) + 1)).json())));
    table.put(
        Limit.JSON_BATCH, List.of(() -> data(Http.rpc(port, "[" + list(101, "1") + "]").json())));
    table.put(
        Limit.JSON_DEPTH,
        List.of(() -> data(Http.rpc(port, "[".repeat(33) + "]".repeat(33)).json())));
    table.put(Limit.JSON_ANSWER_BYTES, List.of(this::answers));
    table.put(Limit.WEBSOCKET_SUBSCRIPTIONS, List.of(this::subscriptions));
  }

  private void ofReads(Map<Limit, List<Supplier<Map<String, String>>>> table) {
    final String hash = "\"0x" + NOWHERE + "\"";
    table.put(
        Limit.EVENT_CONTRACTS,
        List.of(
            () -> events(EventFilter.newBuilder().addAllContracts(Collections.nCopies(9, hash()))),
            () -> logs("\"contracts\":[" + list(9, hash) + "]")));
    table.put(
        Limit.EVENT_TOPICS,
        List.of(
            () ->
                events(
                    EventFilter.newBuilder()
                        .addAllTopics(Collections.nCopies(5, TopicFilter.getDefaultInstance()))),
            () -> logs("\"topics\":[" + list(5, "[]") + "]")));
    table.put(
        Limit.EVENT_TOPIC_VALUES,
        List.of(
            () ->
                events(
                    EventFilter.newBuilder()
                        .addTopics(
                            TopicFilter.newBuilder().addAllAnyOf(Collections.nCopies(9, hash())))),
            () -> logs("\"topics\":[[" + list(9, hash) + "]]")));
    table.put(
        Limit.SLOTS,
        List.of(
            () ->
                grpc(
                    () ->
                        StateServiceGrpc.newBlockingStub(dev.channel)
                            .getStorage(
                                GetStorageRequest.newBuilder()
                                    .setContract(hash())
                                    .addAllSlots(Collections.nCopies(1_001, hash()))
                                    .build()))));
    table.put(
        Limit.PROOF_KEYS,
        List.of(
            () ->
                grpc(
                    () ->
                        StateServiceGrpc.newBlockingStub(dev.channel)
                            .getProof(
                                GetProofRequest.newBuilder()
                                    .setKeys(
                                        StateKeys.newBuilder()
                                            .addAllKeys(Collections.nCopies(257, hash())))
                                    .build())),
            () -> json("tidemill_getState", "[[" + list(257, hash) + "]]")));
  }

  @TestFactory
  Stream<DynamicTest> shouldNameTheLimitThatIsPassedAndItsValue() {
    final Map<Limit, List<Supplier<Map<String, String>>>> table = table(this);
    return Stream.of(Limit.values())
        .filter(limit -> !NO_ERROR.contains(limit) && !ELSEWHERE.contains(limit))
        .map(
            limit ->
                DynamicTest.dynamicTest(
                    limit.key(),
                    () -> {
                      assertThat(table).as("a way to pass every limit").containsKey(limit);
                      final DevNode node = limit == Limit.SIMULATE_DEADLINE_MILLIS ? hasty : dev;
                      final String value =
                          node.rpc("tidemill_getInfo", "[]").at("/limits/" + limit.key()).asText();
                      for (Supplier<Map<String, String>> attempt : table.get(limit)) {
                        final Map<String, String> error = attempt.get();
                        if (limit == Limit.WAVE_GAS) {
                          assertThat(error.get("detail")).contains("limit of " + value);
                        } else {
                          assertThat(error)
                              .containsEntry("limit", limit.key())
                              .containsEntry("maximum", value);
                        }
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> shouldListTheSameOverGrpcAndJsonRpc() {
    final JsonNode json = dev.rpc("tidemill_getInfo", "[]").get("limits");
    final var grpc = dev.execution().getInfo(GetInfoRequest.getDefaultInstance()).getLimits();
    final Map<String, String> values =
        grpc.getAllFields().entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> entry.getKey().getName().replaceFirst("^max_", ""),
                    entry ->
                        entry.getValue() instanceof ByteString bytes
                            ? U128.at(bytes.toByteArray(), 0).toString()
                            : entry.getValue().toString()));
    return Stream.of(Limit.values())
        .map(
            limit ->
                DynamicTest.dynamicTest(
                    limit.key(),
                    () ->
                        assertThat(values)
                            .containsEntry(limit.key(), json.get(limit.key()).asText())));
  }
}
