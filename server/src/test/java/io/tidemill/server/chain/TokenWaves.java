package io.tidemill.server.chain;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveEnd;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Waves of the example token on the built-in development chain: a deploy, then transfers. */
final class TokenWaves {
  /** Where the token is after {@link #deploy}. */
  static final Address TOKEN = Addresses.contract("token");

  private TokenWaves() {}

  /** Account {@code index} of the development chain. */
  static Address user(int index) {
    return DevChain.accounts().get(index).address();
  }

  /** The module of the token. */
  static byte[] wasm() {
    try {
      return Files.readAllBytes(Path.of("..", "executor", "contracts", "token", "token.wasm"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deploys the token with a supply of a million; account 0 sends it, with nonce 0. */
  static Transaction deploy() {
    return transaction(
        0,
        Address.ZERO,
        new DeployData("token", wasm(), 0, U128.of(1_000_000).toBytes()).encode(),
        TransactionType.DEPLOY);
  }

  /** Account 0 sends one token to account 1. */
  static Transaction transfer(long nonce) {
    final byte[] arguments = new byte[48];
    user(1).raw().writeTo(arguments, 0);
    U128.of(1).writeTo(arguments, 32);
    return transaction(
        nonce, TOKEN, new CallPayload("transfer", arguments).encode(), TransactionType.STANDARD);
  }

  private static Transaction transaction(
      long nonce, Address to, byte[] data, TransactionType type) {
    return new Transaction(
        user(0),
        to,
        U128.ZERO,
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

  /** {@code count} transfers from nonce {@code first}. */
  static List<Transaction> transfers(long first, int count) {
    final List<Transaction> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(transfer(first + i));
    }
    return all;
  }

  /** The frames of the next wave after what {@code channel}'s node has. */
  static List<ExecuteWaveRequest> next(
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

  /** Sends the next wave, commits it and waits for its result. */
  static WaveClient.Answer execute(ManagedChannel channel, List<Transaction> transactions) {
    try (WaveClient client = new WaveClient(channel, true)) {
      client.sendAll(next(channel, true, transactions));
      return client.awaitResult();
    }
  }
}
