package io.tidemill.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.chain.DevChain;
import io.tidemill.server.config.Setting;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveEnd;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A node with the built-in development chain, a store on the heap and the compiling engine. */
public final class DevNode implements AutoCloseable {
  public final TidemillNode node;
  public final ManagedChannel channel;

  public DevNode() {
    this(Map.of());
  }

  public DevNode(Map<Setting, String> settings) {
    final Map<Setting, String> values = new EnumMap<>(Setting.class);
    values.put(Setting.DATA_STORE, "memory");
    values.putAll(settings);
    node = TidemillNode.start(TestNode.config(values));
    channel = NettyChannelBuilder.forAddress("127.0.0.1", node.grpcPort()).usePlaintext().build();
  }

  /** The address of a funded account. */
  public static Address user(int index) {
    return DevChain.accounts().get(index).address();
  }

  /** An unsigned transaction of account {@code from}; the chain trusts its client. */
  public static Transaction transaction(
      int from, long nonce, Address to, U128 value, byte[] data, TransactionType type) {
    return new Transaction(
        user(from),
        to,
        value,
        data,
        type == TransactionType.DEPLOY ? 20_000_000 : 2_000_000,
        nonce,
        new byte[0],
        FeePayer.SENDER,
        List.of(),
        false,
        0,
        DevChain.CHAIN_ID,
        type);
  }

  /** A call of a contract. */
  public static Transaction call(
      int from, long nonce, String contract, String function, byte[] calldata) {
    return transaction(
        from,
        nonce,
        Addresses.contract(contract),
        U128.ZERO,
        new CallPayload(function, calldata).encode(),
        TransactionType.STANDARD);
  }

  /** Deploys one of the example contracts under its own name. */
  public void deploy(int from, long nonce, String example, byte[] init) {
    final Path module = Path.of("..", "executor", "contracts", example, example + ".wasm");
    final byte[] wasm;
    try {
      wasm = Files.readAllBytes(module);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    final WaveClient.Answer answer =
        execute(
            transaction(
                from,
                nonce,
                Address.ZERO,
                U128.ZERO,
                new DeployData(example, wasm, 0, init).encode(),
                TransactionType.DEPLOY));
    if (answer.receipts().getFirst().getStatus() != ReceiptStatus.RECEIPT_STATUS_SUCCESS) {
      throw new AssertionError(answer.receipts().toString());
    }
  }

  public GetInfoResponse info() {
    return execution().getInfo(GetInfoRequest.getDefaultInstance());
  }

  public ExecutionServiceGrpc.ExecutionServiceBlockingStub execution() {
    return ExecutionServiceGrpc.newBlockingStub(channel);
  }

  /** The frames of the next wave after what the node of {@code channel} has. */
  public static List<ExecuteWaveRequest> next(
      ManagedChannel channel, boolean commit, List<Transaction> transactions) {
    final GetInfoResponse info =
        ExecutionServiceGrpc.newBlockingStub(channel).getInfo(GetInfoRequest.getDefaultInstance());
    final TransactionChunk.Builder chunk = TransactionChunk.newBuilder();
    for (Transaction transaction : transactions) {
      chunk.addTransactions(
          WaveTransaction.newBuilder()
              .setTransaction(ByteString.copyFrom(TransactionEncoder.encode(transaction))));
    }
    return List.of(
        ExecuteWaveRequest.newBuilder()
            .setHeader(
                WaveHeader.newBuilder()
                    .setWave(info.getExpectedWave())
                    .setParentRoot(info.getExpectedParentRoot())
                    .setWantStateDiff(true)
                    .setContext(
                        WaveContext.newBuilder()
                            .setChainId(info.getChainId())
                            .setTimestamp(1_700_000_000 + info.getExpectedWave())
                            .setBaseFee(ByteString.copyFrom(U128.of(1).toBytes()))))
            .build(),
        ExecuteWaveRequest.newBuilder().setTransactions(chunk).build(),
        ExecuteWaveRequest.newBuilder()
            .setEnd(WaveEnd.newBuilder().setTransactionCount(transactions.size()).setCommit(commit))
            .build());
  }

  /** Sends the next wave to the node of {@code channel}, commits it and waits for its result. */
  public static WaveClient.Answer execute(ManagedChannel channel, List<Transaction> transactions) {
    try (WaveClient client = new WaveClient(channel, true)) {
      client.sendAll(next(channel, true, transactions));
      return client.awaitResult();
    }
  }

  /** Executes and commits one wave. */
  public WaveClient.Answer execute(Transaction... transactions) {
    return execute(channel, List.of(transactions));
  }

  /** The whole answer of a JSON-RPC call. */
  public JsonNode answer(String method, String params) {
    return Http.rpc(
            node.httpPort(),
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                + method
                + "\",\"params\":"
                + params
                + "}")
        .json();
  }

  /** The result of a JSON-RPC call that must succeed. */
  public JsonNode rpc(String method, String params) {
    final JsonNode answer = answer(method, params);
    if (answer.has("error")) {
      throw new AssertionError(answer.toString());
    }
    return answer.get("result");
  }

  @Override
  public void close() {
    channel.shutdownNow();
    node.close();
  }
}
