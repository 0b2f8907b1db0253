package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionDecoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.DeleteCommitRequest;
import io.tidemill.v1.DeployRequest;
import io.tidemill.v1.DeployResponse;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.ListCommitsRequest;
import io.tidemill.v1.OpenSessionRequest;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.SessionCommitRequest;
import io.tidemill.v1.SessionDropRequest;
import io.tidemill.v1.SessionExecuteRequest;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.StateCommit;
import io.tidemill.v1.StateRef;
import io.tidemill.v1.StateServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node: RocksDB, the compiling engine, real sockets, a real contract. */
class TidemillNodeTest {
  private static final Address TOKEN = Addresses.contract("token");

  @TempDir private Path folder;
  private DevNode node;

  @BeforeEach
  void start() {
    node =
        new DevNode(
            Map.of(
                Setting.DATA_STORE, "rocks", Setting.DATA_DIR, folder.resolve("data").toString()));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static Address user(int index) {
    return DevNode.user(index);
  }

  private void deploy() {
    node.deploy(0, 0, "token", U128.of(1_000_000).toBytes());
  }

  private static byte[] transferData(Address to, long amount) {
    final byte[] arguments = new byte[48];
    to.raw().writeTo(arguments, 0);
    U128.of(amount).writeTo(arguments, 32);
    return new CallPayload("transfer", arguments).encode();
  }

  private String balanceOf(int user) {
    return node.rpc(
            "pyde_call",
            "[{\"to\":\"token\",\"function\":\"balance_of\",\"calldata\":\"0x"
                + user(user)
                + "\",\"view\":true}]")
        .textValue();
  }

  @Test
  void shouldDeployTransferSimulateAndKeepItAllAcrossARestart() throws IOException {
    deploy();
    final WaveClient.Answer moved =
        node.execute(
            DevNode.transaction(
                0, 1, TOKEN, U128.ZERO, transferData(user(1), 300), TransactionType.STANDARD),
            DevNode.transaction(1, 0, user(2), U128.of(5), new byte[0], TransactionType.STANDARD));
    assertThat(moved.receipts())
        .allSatisfy(
            receipt ->
                assertThat(receipt.getStatus()).isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS));
    assertThat(moved.receipts().getFirst().getEventsList()).hasSize(1);
    assertThat(balanceOf(1)).isEqualTo("0x" + "2c01" + "00".repeat(14));
    final GetInfoResponse before = node.info();

    stop();
    start();
    assertThat(node.info().getHead()).isEqualTo(before.getHead());
    assertThat(balanceOf(1)).isEqualTo("0x" + "2c01" + "00".repeat(14));
    assertThat(node.rpc("pyde_getAccount", "[\"token\"]").get("name").textValue())
        .isEqualTo("token");
  }

  @Test
  void shouldSimulateWithOverridesTracesAccessListsAndEstimates() throws IOException {
    deploy();
    final String transfer =
        "{\"from\":\"0x"
            + user(0)
            + "\",\"to\":\"token\",\"function\":\"transfer\",\"calldata\":\"0x"
            + user(3)
            + "0a"
            + "00".repeat(15)
            + "\"}";
    final JsonNode result =
        node.rpc(
            "pyde_simulateTransaction",
            "{\"transaction\":"
                + transfer
                + ",\"options\":{\"trace\":true,\"access_list\":true,\"state_diff\":true,\"estimate_gas\":true}}");
    assertThat(result.get("status").textValue()).as(result.toString()).isEqualTo("success");
    assertThat(result.get("fuel_used").longValue()).isPositive();
    assertThat(result.get("trace").get("function").textValue()).isEqualTo("transfer");
    assertThat(result.get("trace").get("steps")).isNotEmpty();
    assertThat(result.get("access_list").get("writes")).isNotEmpty();
    assertThat(result.get("state_diff")).isNotEmpty();
    final long gas = result.get("gas_estimate").longValue();
    assertThat(gas).isGreaterThanOrEqualTo(result.get("gas_used").longValue());
    assertThat(node.rpc("pyde_estimateGas", "[" + transfer + "]").get("gas").longValue())
        .isEqualTo(gas);
    // Nothing of it stayed.
    assertThat(balanceOf(3)).isEqualTo("0x" + "00".repeat(16));

    final String poor = "11".repeat(32);
    final JsonNode waves =
        node.rpc(
            "pyde_simulateWave",
            "[[{\"overrides\":{\"0x"
                + poor
                + "\":{\"balance\":\"1000\"}},\"calls\":[{\"from\":\"0x"
                + poor
                + "\",\"to\":\"0x"
                + user(4)
                + "\",\"value\":\"400\"}]},{\"calls\":[{\"from\":\"0x"
                + poor
                + "\",\"to\":\"0x"
                + user(4)
                + "\",\"value\":\"601\"}]}]]");
    assertThat(waves.get("waves").get(0).get("calls").get(0).get("status").textValue())
        .isEqualTo("success");
    assertThat(waves.get("waves").get(1).get("calls").get(0).get("status").textValue())
        .isEqualTo("reverted");
  }

  private static DeployRequest.Builder counter() throws IOException {
    final Path module = Path.of("..", "executor", "contracts", "counter", "counter.wasm");
    return DeployRequest.newBuilder()
        .setName("counter")
        .setWasm(ByteString.copyFrom(Files.readAllBytes(module)))
        .setInitCalldata(ByteString.fromHex("fc00000000000000"))
        .setFrom(ByteString.copyFrom(user(0).toBytes()));
  }

  private static SessionExecuteRequest call(String session, String function, boolean view) {
    return SessionExecuteRequest.newBuilder()
        .setSessionId(session)
        .addWaves(
            SimulatedWave.newBuilder()
                .addCalls(
                    SimulatedCall.newBuilder()
                        .setSpec(
                            CallSpec.newBuilder()
                                .setFrom(ByteString.copyFrom(user(0).toBytes()))
                                .setToName("counter")
                                .setFunction(function)
                                .setView(view))))
        .build();
  }

  private String count(String session) {
    final var result = node.execution().sessionExecute(call(session, "get", true));
    final Receipt receipt = result.getWaves(0).getCalls(0).getReceipt();
    assertThat(receipt.getStatus())
        .as(receipt.toString())
        .isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
    return HexFormat.of().formatHex(receipt.getReturnData().substring(0, 1).toByteArray());
  }

  @Test
  void shouldWorkInSessionsAndKeepTheirCommitsBesideTheChain() throws IOException {
    final String session =
        node.execution().openSession(OpenSessionRequest.getDefaultInstance()).getSessionId();
    final DeployRequest deploy =
        counter().setMode(DeployRequest.Mode.MODE_EXECUTE).setSessionId(session).build();
    final DeployResponse deployed = node.execution().deploy(deploy);
    assertThat(deployed.getReceipt().getStatus())
        .as(deployed.toString())
        .isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
    assertThat(count(session)).isEqualTo("fc");
    node.execution().sessionExecute(call(session, "increment", false));
    assertThat(count(session)).isEqualTo("fd");
    final StateCommit commit =
        node.execution()
            .sessionCommit(SessionCommitRequest.newBuilder().setSessionId(session).build())
            .getCommit();

    final String child =
        node.execution()
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setBase(StateRef.newBuilder().setRoot(commit.getRoot().getBlake3()))
                    .build())
            .getSessionId();
    assertThat(count(child)).isEqualTo("fd");
    node.execution().sessionExecute(call(child, "increment", false));
    assertThat(count(child)).isEqualTo("fe");
    node.execution().sessionDrop(SessionDropRequest.newBuilder().setSessionId(child).build());
    assertThatThrownBy(() -> count(child))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            status -> assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));

    final var states = StateServiceGrpc.newBlockingStub(node.channel);
    assertThat(states.listCommits(ListCommitsRequest.getDefaultInstance()).getCommitsList())
        .containsExactly(commit);
    final DeleteCommitRequest delete =
        DeleteCommitRequest.newBuilder().setRoot(commit.getRoot().getBlake3()).build();
    assertThat(states.deleteCommit(delete).getDeleted()).isTrue();
    assertThat(states.deleteCommit(delete).getDeleted()).isFalse();
    assertThat(node.info().getHead().getWave()).isZero();
  }

  @Test
  void shouldCheckAModuleAndPrepareItsTransaction() throws IOException {
    final DeployResponse refused =
        node.execution()
            .deploy(
                counter()
                    .setMode(DeployRequest.Mode.MODE_CHECK)
                    .setName("Not A Name")
                    .setWasm(ByteString.fromHex("0061736d02000000"))
                    .build());
    assertThat(refused.getAcceptable()).isFalse();
    assertThat(refused.getViolationsList()).hasSizeGreaterThanOrEqualTo(2);
    final DeployResponse prepared =
        node.execution().deploy(counter().setMode(DeployRequest.Mode.MODE_PREPARE).build());
    assertThat(prepared.getAcceptable()).as(prepared.toString()).isTrue();
    assertThat(prepared.getTransactionHash().size()).isEqualTo(32);
    final Transaction transaction =
        (Transaction) TransactionDecoder.decode(prepared.getTransaction().toByteArray());
    final WaveClient.Answer answer = node.execute(transaction);
    assertThat(answer.receipts().getFirst().getStatus())
        .isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
    assertThat(answer.receipts().getFirst().getContract()).isEqualTo(prepared.getAddress());
    assertThat(answer.receipts().getFirst().getGasUsed())
        .isLessThanOrEqualTo(prepared.getGasLimit());
  }
}
