package io.tidemill.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.CallFrame;
import io.tidemill.v1.CallResult;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.FunctionFuel;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.SimulateOptions;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.StorageStep;
import io.tidemill.v1.TraceStep;
import io.tidemill.v1.TraceTransactionRequest;
import io.tidemill.v1.WasmFrame;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a simulation tells, on a node with two contracts that call each other. */
class SimulationTest {
  private static DevNode node;

  @BeforeAll
  static void open() {
    node = new DevNode();
    node.deploy(0, 0, "token", U128.of(1_000_000).toBytes());
    node.deploy(0, 1, "vault", Addresses.contract("token").toBytes());
    node.execute(
        DevNode.call(
            0, 2, "token", "approve", bytes(Addresses.contract("vault").toBytes(), amount(500))));
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static byte[] amount(long value) {
    return U128.of(value).toBytes();
  }

  private static byte[] bytes(byte[]... parts) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static CallResult simulate(
      String contract, String function, byte[] calldata, SimulateOptions options) {
    return node.execution()
        .simulate(
            SimulateRequest.newBuilder()
                .addWaves(
                    SimulatedWave.newBuilder()
                        .addCalls(
                            SimulatedCall.newBuilder()
                                .setSpec(
                                    CallSpec.newBuilder()
                                        .setFrom(ByteString.copyFrom(DevNode.user(0).toBytes()))
                                        .setToName(contract)
                                        .setFunction(function)
                                        .setCalldata(ByteString.copyFrom(calldata)))))
                .setOptions(options)
                .build())
        .getWaves(0)
        .getCalls(0);
  }

  private static final SimulateOptions TRACE =
      SimulateOptions.newBuilder()
          .setTrace(true)
          .setAccessList(true)
          .setStateDiff(true)
          .setEstimateGas(true)
          .build();

  private static List<CallFrame> frames(CallFrame frame) {
    final List<CallFrame> all = new ArrayList<>();
    all.add(frame);
    for (TraceStep step : frame.getStepsList()) {
      if (step.hasCall()) {
        all.addAll(frames(step.getCall()));
      }
    }
    return all;
  }

  private static long hostGas(CallFrame frame) {
    long gas = 0;
    for (TraceStep step : frame.getStepsList()) {
      if (step.hasHostCall()) {
        gas += step.getHostCall().getGas();
      }
    }
    return gas;
  }

  @Test
  void shouldAccountForEveryUnitOfFuelByFunctionAndHostCall() {
    final CallResult result = simulate("vault", "deposit", amount(120), TRACE);
    assertThat(result.getReceipt().getStatus())
        .as(result.toString())
        .isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
    final List<CallFrame> frames = frames(result.getTrace());
    assertThat(frames)
        .extracting(CallFrame::getFunction)
        .containsExactly("deposit", "transfer_from");
    assertThat(result.getFuelUsed()).isEqualTo(result.getTrace().getFuelUsed());
    for (CallFrame frame : frames) {
      final long functions =
          frame.getFunctionsList().stream().mapToLong(FunctionFuel::getFuel).sum();
      assertThat(functions + hostGas(frame)).as(frame.getFunction()).isEqualTo(frame.getOwnFuel());
      assertThat(functions).isPositive();
    }
    assertThat(frames.getFirst().getFuelUsed())
        .isEqualTo(frames.getFirst().getOwnFuel() + frames.getLast().getFuelUsed());
    assertThat(frames.getLast().getFunctionsList())
        .extracting(FunctionFuel::getFunctionName)
        .contains("transfer_from", "pyde.sload", "tidemill_start");
  }

  @Test
  void shouldTellHostCallsStorageAndEventsWithTheirValues() {
    final CallResult result = simulate("vault", "deposit", amount(120), TRACE);
    final CallFrame inner = frames(result.getTrace()).getLast();
    final List<StorageStep> writes =
        inner.getStepsList().stream()
            .filter(step -> step.hasStorage() && step.getStorage().getWrite())
            .map(TraceStep::getStorage)
            .toList();
    assertThat(writes).hasSize(3);
    assertThat(writes.get(0).getBefore().toByteArray()).isEqualTo(amount(500));
    assertThat(writes.get(0).getAfter().toByteArray()).isEqualTo(amount(380));
    assertThat(writes.get(2).hasBefore()).isFalse();
    assertThat(writes.get(2).getAfter().toByteArray()).isEqualTo(amount(120));
    assertThat(inner.getStepsList())
        .filteredOn(TraceStep::hasEvent)
        .singleElement()
        .satisfies(
            step ->
                assertThat(step.getEvent().getTopicsList())
                    .isEqualTo(result.getReceipt().getEvents(0).getTopicsList()));
    assertThat(inner.getStepsList())
        .filteredOn(step -> step.hasHostCall() && step.getHostCall().getName().equals("sload"))
        .allSatisfy(
            step -> {
              assertThat(step.getHostCall().getArgumentsCount()).isEqualTo(3);
              assertThat(step.getHostCall().hasResult()).isTrue();
              assertThat(step.getHostCall().getGas()).isGreaterThanOrEqualTo(100);
            });
    assertThat(result.getTraceTruncated()).isFalse();
  }

  @Test
  void shouldTellCallsResultsAndEventsByTheAbisOfTheContracts() {
    final CallResult result = simulate("vault", "deposit", amount(120), TRACE);
    final String vault = "0x" + Addresses.contract("vault");
    final String holder = "0x" + DevNode.user(0);
    final String transfer = "Transfer(from: " + holder + ", to: " + vault + ", amount: 120)";
    assertThat(result.getDecoded().getCall()).isEqualTo("deposit(120)");
    assertThat(result.getDecoded().getEventsList()).containsExactly(transfer);
    final CallFrame inner = frames(result.getTrace()).getLast();
    assertThat(inner.getDecodedCall())
        .isEqualTo("transfer_from(" + holder + ", " + vault + ", 120)");
    assertThat(inner.getStepsList())
        .filteredOn(TraceStep::hasEvent)
        .extracting(TraceStep::getDecodedEvent)
        .containsExactly(transfer);
    final CallResult balance = simulate("token", "balance_of", DevNode.user(0).toBytes(), TRACE);
    assertThat(balance.getDecoded().getResult()).isEqualTo("1000000");
    assertThat(balance.getTrace().getDecodedResult()).isEqualTo("1000000");

    final CallFrame failed =
        frames(simulate("vault", "deposit", amount(501), TRACE).getTrace()).getLast();
    assertThat(failed.getError().getRevertReason()).isEqualTo("insufficient allowance");
    assertThat(failed.getDecodedResult()).isEmpty();
  }

  @Test
  void shouldGiveTheSameResultWithAndWithoutATrace() {
    final CallResult traced = simulate("vault", "deposit", amount(120), TRACE);
    final CallResult plain =
        simulate("vault", "deposit", amount(120), TRACE.toBuilder().setTrace(false).build());
    assertThat(traced.toBuilder().clearTrace().build()).isEqualTo(plain);
  }

  @Test
  void shouldSayWhereAndWhyACallFailed() {
    for (boolean trace : new boolean[] {false, true}) {
      final CallResult result =
          simulate(
              "vault",
              "deposit",
              amount(501),
              SimulateOptions.newBuilder().setTrace(trace).build());
      assertThat(result.getError().getMessage()).contains("insufficient allowance");
      assertThat(result.getError().getRevertReason()).isEqualTo("insufficient allowance");
      assertThat(result.getError().getBacktraceList())
          .extracting(WasmFrame::getFunctionName)
          .startsWith("pyde.revert")
          .endsWith("deposit");
      assertThat(result.getError().getBacktraceList())
          .allSatisfy(
              frame ->
                  assertThat(frame.getContract().toByteArray())
                      .isEqualTo(Addresses.contract("vault").toBytes()));
      if (trace) {
        final CallFrame inner = frames(result.getTrace()).getLast();
        assertThat(inner.getError().getBacktraceList())
            .extracting(WasmFrame::getFunctionName)
            .endsWith("transfer_from");
        assertThat(inner.getError().getBacktraceList().getLast().getCodeOffset()).isPositive();
      }
    }
  }

  @Test
  void shouldTraceATransactionOfACommittedWaveWithItsOwnReceipt() {
    final WaveClient.Answer wave =
        node.execute(
            DevNode.call(1, 0, "token", "transfer", bytes(DevNode.user(2).toBytes(), amount(1))),
            DevNode.call(0, 3, "token", "transfer", bytes(DevNode.user(1).toBytes(), amount(9))),
            DevNode.call(1, 1, "token", "transfer", bytes(DevNode.user(2).toBytes(), amount(5))));
    node.execute();
    for (Receipt receipt : wave.receipts()) {
      final CallResult traced =
          node.execution()
              .traceTransaction(
                  TraceTransactionRequest.newBuilder()
                      .setTransactionHash(receipt.getTransactionHash())
                      .build())
              .getResult();
      assertThat(traced.getReceipt()).isEqualTo(receipt);
      assertThat(traced.getTrace().getStepsList()).isNotEmpty();
      assertThat(traced.getAccessList().getWritesList()).isNotEmpty();
      final JsonNode over =
          node.rpc(
              "pyde_traceTransaction",
              "[\"0x"
                  + HexFormat.of().formatHex(receipt.getTransactionHash().toByteArray())
                  + "\"]");
      assertThat(over.at("/trace/steps")).hasSize(traced.getTrace().getStepsCount());
    }
    assertThat(wave.receipts().get(0).getStatus()).isEqualTo(ReceiptStatus.RECEIPT_STATUS_REVERTED);
    assertThat(wave.receipts().get(2).getStatus()).isEqualTo(ReceiptStatus.RECEIPT_STATUS_SUCCESS);
    assertThat(
            node.answer("pyde_traceTransaction", "[\"0x" + "77".repeat(32) + "\"]")
                .at("/error/code")
                .intValue())
        .isEqualTo(-32002);
  }

  @Test
  void shouldTellTheSameOverJsonRpc() {
    final String call =
        "{\"from\":\"0x"
            + DevNode.user(0)
            + "\",\"to\":\"vault\",\"function\":\"deposit\",\"calldata\":\"0x"
            + HexFormat.of().formatHex(amount(501))
            + "\"}";
    final JsonNode result =
        node.rpc(
            "pyde_simulateTransaction",
            "{\"transaction\":" + call + ",\"options\":{\"trace\":true}}");
    final CallResult over =
        simulate(
            "vault", "deposit", amount(501), SimulateOptions.newBuilder().setTrace(true).build());
    assertThat(result.at("/trace/fuel_used").longValue()).isEqualTo(over.getTrace().getFuelUsed());
    assertThat(result.at("/trace/functions/0/function_name").textValue())
        .isEqualTo(over.getTrace().getFunctions(0).getFunctionName());
    assertThat(result.at("/trace/steps")).hasSize(over.getTrace().getStepsCount());
    assertThat(result.at("/error/backtrace/0/function_name").textValue()).isEqualTo("pyde.revert");
    assertThat(result.at("/decoded/call").textValue()).isEqualTo("deposit(501)");
    assertThat(result.at("/trace/decoded_call").textValue()).isEqualTo("deposit(501)");
    assertThat(result.at("/trace/revert_reason").textValue()).isEqualTo("insufficient allowance");
    final JsonNode refused = node.answer("pyde_call", "[" + call + "]").get("error");
    assertThat(refused.get("code").intValue()).isEqualTo(3);
    assertThat(refused.at("/data/backtrace/0/function_name").textValue()).isEqualTo("pyde.revert");
    assertThat(refused.at("/data/revert_reason").textValue()).isEqualTo("insufficient allowance");
  }
}
