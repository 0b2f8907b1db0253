package io.tidemill.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
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
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.Socket;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.CommitWaveResponse;
import io.tidemill.v1.EventFilter;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.OpenSessionRequest;
import io.tidemill.v1.QueryEventsRequest;
import io.tidemill.v1.RollbackWaveRequest;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/**
 * Nodes, and ways to ask more of them than their limits allow; each gives the metadata of the
 * error.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PassedLimits {
  static final String NOWHERE = "00".repeat(32);

  final DevNode dev =
      new DevNode(
          Map.of(
              Setting.LIMITS_WAVE_TRANSACTIONS, "10",
              Setting.LIMITS_WAVE_BYTES, "1MiB",
              Setting.DATA_RETAIN_WAVES, "2",
              Setting.SIMULATE_QUEUE, "1",
              Setting.SIMULATE_WORKERS, "1"));

  final DevNode hasty = new DevNode(Map.of(Setting.SIMULATE_DEADLINE, "1ms"));

  /** Its writer can be held, and its events are what transactions are. */
  final TestNode fake = new TestNode();

  @AfterAll
  void close() {
    dev.close();
    hasty.close();
    fake.close();
  }

  // ---- how errors are read ----------------------------------------------------------------------

  /** The metadata of the gRPC error that {@code call} ends in. */
  static Map<String, String> grpc(Runnable call) {
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

  Map<String, String> stream(Consumer<WaveHeader.Builder> header, ExecuteWaveRequest... more) {
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

  static Map<String, String> data(JsonNode answer) {
    final JsonNode data = answer.at("/error/data");
    if (data.isMissingNode()) {
      throw new AssertionError("nothing was refused: " + answer.toString().substring(0, 200));
    }
    final Map<String, String> metadata = new HashMap<>();
    data.properties().forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
    return metadata;
  }

  Map<String, String> json(String method, String params) {
    return data(dev.answer(method, params));
  }

  // ---- what passes a limit ----------------------------------------------------------------------

  static String list(int count, String item) {
    return String.join(",", Collections.nCopies(count, item));
  }

  static ByteString hash() {
    return ByteString.copyFrom(new byte[32]);
  }

  static ExecuteWaveRequest bytes(int count) {
    return ExecuteWaveRequest.newBuilder()
        .setTransactions(
            TransactionChunk.newBuilder()
                .addTransactions(
                    WaveTransaction.newBuilder()
                        .setTransaction(ByteString.copyFrom(new byte[count]))))
        .build();
  }

  static SimulateRequest simulation(int waves, int calls, Consumer<CallSpec.Builder> spec) {
    final CallSpec.Builder call = CallSpec.newBuilder().setTo(hash());
    spec.accept(call);
    final SimulatedWave wave =
        SimulatedWave.newBuilder()
            .addAllCalls(
                Collections.nCopies(calls, SimulatedCall.newBuilder().setSpec(call).build()))
            .build();
    return SimulateRequest.newBuilder().addAllWaves(Collections.nCopies(waves, wave)).build();
  }

  static String waves(int waves, int calls) {
    return "[["
        + list(waves, "{\"calls\":[" + list(calls, "{\"to\":\"0x" + NOWHERE + "\"}") + "]}")
        + "]]";
  }

  Map<String, String> events(EventFilter.Builder filter) {
    return grpc(
        () ->
            StateServiceGrpc.newBlockingStub(dev.channel)
                .queryEvents(QueryEventsRequest.newBuilder().setFilter(filter).build()));
  }

  Map<String, String> logs(String filter) {
    return json("pyde_getLogs", "[{" + filter + "}]");
  }

  /** Ten waves that a node of two cannot take back. */
  Map<String, String> rollback() {
    for (int i = 0; i < 5; i++) {
      dev.execute();
    }
    return grpc(
        () -> dev.execution().rollbackWave(RollbackWaveRequest.newBuilder().setToWave(0).build()));
  }

  Map<String, String> gas() {
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

  Map<String, String> streams() {
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
  Map<String, String> queue() {
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

  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Simulations from many sides at once; what the first one is refused with that finds no room. */
  Map<String, String> crowd(Supplier<Map<String, String>> one) {
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

  Map<String, String> simulateOverGrpc() {
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

  Map<String, String> simulateOverJson() {
    final JsonNode answer = dev.answer("tidemill_simulate", waves(60, 4));
    return answer.has("error") ? data(answer) : Map.of();
  }

  Map<String, String> sessions() {
    return grpc(
        () -> {
          while (true) {
            dev.execution().openSession(OpenSessionRequest.getDefaultInstance());
          }
        });
  }

  Map<String, String> subscriptions() {
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
  Map<String, String> answers() {
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
}
