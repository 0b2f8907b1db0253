package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.config.Setting;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.Socket;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.CombinedPlaintext;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.CommitWaveResponse;
import io.tidemill.v1.DeployRequest;
import io.tidemill.v1.EventFilter;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.GetStorageRequest;
import io.tidemill.v1.OpenSessionRequest;
import io.tidemill.v1.QueryEventsRequest;
import io.tidemill.v1.RollbackWaveRequest;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.StateKeys;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.ThresholdInput;
import io.tidemill.v1.TopicFilter;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Every limit that GetInfo lists is passed, wherever that can be done, and each error names the
 * limit and its value as GetInfo does.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitErrorsTest {
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

  private static final String NOWHERE = "00".repeat(32);

  private final DevNode dev =
      new DevNode(
          Map.of(
              Setting.LIMITS_WAVE_TRANSACTIONS, "10",
              Setting.LIMITS_WAVE_BYTES, "1MiB",
              Setting.DATA_RETAIN_WAVES, "2",
              Setting.SIMULATE_QUEUE, "1",
              Setting.SIMULATE_WORKERS, "1"));

  private final DevNode hasty = new DevNode(Map.of(Setting.SIMULATE_DEADLINE, "1ms"));

  /** Its writer can be held, and its events are what transactions are. */
  private final TestNode fake = new TestNode();

  @AfterAll
  void close() {
    dev.close();
    hasty.close();
    fake.close();
  }

  // ---- how errors are read ----------------------------------------------------------------------

  /** The metadata of the gRPC error that {@code call} ends in. */
  private static Map<String, String> grpc(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException failure) {
      try {
        return StatusProto.fromThrowable(failure)
            .getDetails(0)
            .unpack(ErrorInfo.class)
            .getMetadataMap();
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }
    throw new AssertionError("nothing was refused");
  }

  private Map<String, String> stream(
      Consumer<WaveHeader.Builder> header, ExecuteWaveRequest... more) {
    return grpc(
        () -> {
          try (WaveClient client = new WaveClient(dev.channel, true)) {
            final ExecuteWaveRequest first = DevNode.next(dev.channel, false, List.of()).getFirst();
            final WaveHeader.Builder changed = first.getHeader().toBuilder();
            header.accept(changed);
            client.send(ExecuteWaveRequest.newBuilder().setHeader(changed).build());
            for (ExecuteWaveRequest frame : more) {
              client.send(frame);
            }
            client.awaitResult();
          }
        });
  }

  private static Map<String, String> data(JsonNode answer) {
    final JsonNode data = answer.at("/error/data");
    if (data.isMissingNode()) {
      throw new AssertionError("nothing was refused: " + answer.toString().substring(0, 200));
    }
    final Map<String, String> metadata = new HashMap<>();
    data.properties().forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
    return metadata;
  }

  private Map<String, String> json(String method, String params) {
    return data(dev.answer(method, params));
  }

  // ---- what passes a limit ----------------------------------------------------------------------

  private static String list(int count, String item) {
    return String.join(",", Collections.nCopies(count, item));
  }

  private static ByteString hash() {
    return ByteString.copyFrom(new byte[32]);
  }

  private static ExecuteWaveRequest bytes(int count) {
    return ExecuteWaveRequest.newBuilder()
        .setTransactions(
            TransactionChunk.newBuilder()
                .addTransactions(
                    WaveTransaction.newBuilder()
                        .setTransaction(ByteString.copyFrom(new byte[count]))))
        .build();
  }

  private static SimulateRequest simulation(int waves, int calls, Consumer<CallSpec.Builder> spec) {
    final CallSpec.Builder call = CallSpec.newBuilder().setTo(hash());
    spec.accept(call);
    final SimulatedWave wave =
        SimulatedWave.newBuilder()
            .addAllCalls(
                Collections.nCopies(calls, SimulatedCall.newBuilder().setSpec(call).build()))
            .build();
    return SimulateRequest.newBuilder().addAllWaves(Collections.nCopies(waves, wave)).build();
  }

  private static String waves(int waves, int calls) {
    return "[["
        + list(waves, "{\"calls\":[" + list(calls, "{\"to\":\"0x" + NOWHERE + "\"}") + "]}")
        + "]]";
  }

  private Map<String, String> events(EventFilter.Builder filter) {
    return grpc(
        () ->
            StateServiceGrpc.newBlockingStub(dev.channel)
                .queryEvents(QueryEventsRequest.newBuilder().setFilter(filter).build()));
  }

  private Map<String, String> logs(String filter) {
    return json("pyde_getLogs", "[{" + filter + "}]");
  }

  /** Ten waves that a node of two cannot take back. */
  private Map<String, String> rollback() {
    for (int i = 0; i < 5; i++) {
      dev.execute();
    }
    return grpc(
        () -> dev.execution().rollbackWave(RollbackWaveRequest.newBuilder().setToWave(0).build()));
  }

  private Map<String, String> gas() {
    final List<Transaction> wave =
        IntStream.range(0, 5)
            .mapToObj(
                i ->
                    new Transaction(
                        DevNode.user(i),
                        Address.ZERO,
                        U128.ZERO,
                        new byte[0],
                        1_600_000_000L,
                        0,
                        new byte[0],
                        FeePayer.SENDER,
                        List.of(),
                        false,
                        0,
                        31_337,
                        TransactionType.STANDARD))
            .toList();
    final TransactionChunk.Builder chunk = TransactionChunk.newBuilder();
    wave.forEach(
        transaction ->
            chunk.addTransactions(
                WaveTransaction.newBuilder()
                    .setTransaction(ByteString.copyFrom(TransactionEncoder.encode(transaction)))));
    return stream(
        header -> {},
        ExecuteWaveRequest.newBuilder().setTransactions(chunk).build(),
        TestNode.end(wave.size(), false));
  }

  private Map<String, String> streams() {
    final List<WaveClient> open = new ArrayList<>();
    try {
      return grpc(
          () -> {
            while (true) {
              final WaveClient client = new WaveClient(dev.channel, true);
              open.add(client);
              client.send(DevNode.next(dev.channel, false, List.of()).getFirst());
              client.next();
            }
          });
    } finally {
      open.forEach(WaveClient::disconnect);
    }
  }

  /** Commits that wait for a writer that is held. */
  private Map<String, String> queue() {
    final CountDownLatch go = new CountDownLatch(1);
    final CountDownLatch held = new CountDownLatch(1);
    final ManagedChannel second = fake.channel();
    fake.executor.beforeEach =
        () -> {
          held.countDown();
          await(go);
        };
    try (WaveClient client = fake.stream()) {
      final ByteString parent = fake.parent();
      client.sendAll(TestNode.frames(fake.store.head().wave() + 1, parent, true, "held"));
      await(held);
      final CommitWaveRequest commit =
          CommitWaveRequest.newBuilder().setWave(9).setRoot(hash()).build();
      // More than wait, and on one connection not more than it may have.
      final List<ListenableFuture<CommitWaveResponse>> commits = new ArrayList<>();
      for (ManagedChannel channel : List.of(fake.channel, second)) {
        for (int i = 0; i < 40; i++) {
          commits.add(ExecutionServiceGrpc.newFutureStub(channel).commitWave(commit));
        }
      }
      Awaitility.await().until(() -> commits.stream().anyMatch(Future::isDone));
      final Future<?> refused = commits.stream().filter(Future::isDone).findFirst().orElseThrow();
      return grpc(
          () -> {
            throw (StatusRuntimeException) refused.exceptionNow();
          });
    } finally {
      go.countDown();
      second.shutdownNow();
      fake.executor.beforeEach = () -> {};
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Simulations from many sides at once; what the first one is refused with that finds no room. */
  private Map<String, String> crowd(Supplier<Map<String, String>> one) {
    while (true) {
      final List<Map<String, String>> refused =
          IntStream.range(0, 16)
              .mapToObj(
                  i -> {
                    final Map<String, String> error = Collections.synchronizedMap(new HashMap<>());
                    final Thread thread = Thread.startVirtualThread(() -> error.putAll(one.get()));
                    return Map.entry(thread, error);
                  })
              .toList()
              .stream()
              .map(
                  entry -> {
                    try {
                      entry.getKey().join();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    return entry.getValue();
                  })
              .filter(error -> !error.isEmpty())
              .toList();
      if (!refused.isEmpty()) {
        return refused.getFirst();
      }
    }
  }

  private Map<String, String> simulateOverGrpc() {
    try {
      dev.execution().simulate(simulation(60, 4, call -> {}));
      return Map.of();
    } catch (StatusRuntimeException refused) {
      return grpc(
          () -> {
            throw refused;
          });
    }
  }

  private Map<String, String> simulateOverJson() {
    final JsonNode answer = dev.answer("tidemill_simulate", waves(60, 4));
    return answer.has("error") ? data(answer) : Map.of();
  }

  private Map<String, String> sessions() {
    return grpc(
        () -> {
          while (true) {
            dev.execution().openSession(OpenSessionRequest.getDefaultInstance());
          }
        });
  }

  private Map<String, String> subscriptions() {
    final Socket socket = new Socket(dev.node.httpPort());
    try {
      while (true) {
        socket.request("pyde_subscribe", "[\"events\",{}]");
        JsonNode answer = socket.next();
        while (!answer.has("id")) {
          answer = socket.next();
        }
        if (answer.has("error")) {
          return data(answer);
        }
      }
    } finally {
      socket.close();
    }
  }

  /** A batch whose answers are all the events of a few waves, over and over. */
  private Map<String, String> answers() {
    fake.execute(fake.store.head().wave() + 1, "a".repeat(200_000), "b".repeat(200_000));
    try (WaveClient client = fake.stream()) {
      client.sendAll(
          TestNode.frames(fake.store.head().wave() + 2, fake.parent(), true, "then commit"));
      client.awaitResult();
    }
    final JsonNode answer =
        Http.rpc(
                fake.node.httpPort(),
                "["
                    + list(
                        100,
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pyde_getLogs\",\"params\":[{}]}")
                    + "]")
            .json();
    return data(answer.get(answer.size() - 1));
  }

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
