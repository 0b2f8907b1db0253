package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.tidemill.client.NodeException;
import io.tidemill.client.U128;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.author.ContractInterface;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.simulate.TraceText;
import io.tidemill.v1.CallResult;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.DebugMessage;
import io.tidemill.v1.ReceiptStatus;
import io.tidemill.v1.SimulateOptions;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.WasmFrame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call that is simulated: as a view where the function is one. */
final class View {
  private final DevNode dev;

  View(DevNode dev) {
    this.dev = dev;
  }

  /**
   * What the call returns, in words and bytes.
   *
   * @param text whether the call tree comes with it
   * @throws Refusal if it cannot be simulated
   */
  JsonNode of(Intake.Call call, boolean text) {
    final ContractInterface contract = dev.contracts().at(call.to());
    final ContractAbi.Function function =
        contract == null ? null : contract.abi().function(call.function());
    final CallSpec.Builder spec =
        CallSpec.newBuilder()
            .setFrom(ByteString.copyFrom(call.from().toBytes()))
            .setTo(ByteString.copyFrom(call.to().toBytes()))
            .setValue(U128.toWire(call.value().toBigInteger()))
            .setFunction(call.function())
            .setCalldata(ByteString.copyFrom(dev.intake().calldata(call)))
            .setView(function != null && function.is(Attribute.VIEW));
    if (call.gas() != null) {
      spec.setGasLimit(call.gas());
    }
    final SimulateRequest request =
        SimulateRequest.newBuilder()
            .setOptions(SimulateOptions.newBuilder().setTraceText(text))
            .addWaves(SimulatedWave.newBuilder().addCalls(SimulatedCall.newBuilder().setSpec(spec)))
            .build();
    final CallResult result;
    try {
      result = dev.sequencer().client().reader().simulate(request).getWaves(0).getCalls(0);
    } catch (NodeException e) {
      throw Refusal.field("call", "cannot be simulated: " + e.getMessage());
    }
    return view(call, contract, result);
  }

  private ObjectNode view(
      Intake.Call call, @Nullable ContractInterface contract, CallResult result) {
    final byte[] returned = result.getReceipt().getReturnData().toByteArray();
    final boolean good = result.getReceipt().getStatus() == ReceiptStatus.RECEIPT_STATUS_SUCCESS;
    final String text = good && contract != null ? contract.result(call.function(), returned) : "";
    final ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put(
                "status",
                DevMethods.lower(
                    result.getReceipt().getStatus().name().replace("RECEIPT_STATUS_", "")))
            .put("result", text)
            .put("reason", good ? "" : Story.reason(result.getReceipt()))
            .put("return_data", DevMethods.hex(returned))
            .put("fuel_used", result.getFuelUsed());
    final ArrayNode logs = view.putArray("logs");
    for (DebugMessage message : result.getDebugMessagesList()) {
      final Address self = Story.address(message.getContract());
      logs.add(dev.contracts().label(self) + ": " + message.getText());
    }
    final List<String> places = new ArrayList<>();
    for (WasmFrame site : result.getError().getBacktraceList()) {
      places.add(
          TraceNotes.place(
              dev.contracts().label(Story.address(site.getContract())),
              site.getFunctionName(),
              site.getFunctionIndex(),
              site.getCodeOffset()));
    }
    final ArrayNode backtrace = view.putArray("backtrace");
    TraceText.folded(places).forEach(backtrace::add);
    if (result.getTraceTextCount() > 0) {
      final ArrayNode lines = view.putArray("trace_text");
      dev.tracer().named(result.getTraceTextList()).forEach(lines::add);
    }
    return view;
  }
}
