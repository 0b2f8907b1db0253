package io.tidemill.server.wire;

import com.google.protobuf.ByteString;
import io.tidemill.executor.Event;
import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.server.errors.ErrorCatalogue;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.simulate.CallTree;
import io.tidemill.server.simulate.Frame;
import io.tidemill.server.simulate.Simulated;
import io.tidemill.server.simulate.Simulation;
import io.tidemill.state.StateDelta;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.AccessList;
import io.tidemill.v1.AccessedKey;
import io.tidemill.v1.AccountOverride;
import io.tidemill.v1.CallFrame;
import io.tidemill.v1.CallResult;
import io.tidemill.v1.CallSpec;
import io.tidemill.v1.ContextOverride;
import io.tidemill.v1.DebugMessage;
import io.tidemill.v1.DecodedCall;
import io.tidemill.v1.ExecutionError;
import io.tidemill.v1.FunctionFuel;
import io.tidemill.v1.HostCallStep;
import io.tidemill.v1.SimulateOptions;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulateResponse;
import io.tidemill.v1.SimulatedCall;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.SimulatedWaveResult;
import io.tidemill.v1.SlotOverride;
import io.tidemill.v1.StorageStep;
import io.tidemill.v1.TraceStep;
import io.tidemill.v1.WasmFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Simulations on the wire. */
public final class SimulateCodec {
  private SimulateCodec() {}

  /** The request as values. */
  public static Simulation simulation(SimulateRequest message) {
    return new Simulation(
        StateCodec.base(message.getBase()),
        message.hasMinWave() ? message.getMinWave() : null,
        waves(message.getWavesList()),
        options(message.getOptions()));
  }

  /** Waves of a simulation or of a session. */
  public static List<Simulation.SimWave> waves(List<SimulatedWave> messages) {
    final List<Simulation.SimWave> waves = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      waves.add(wave(messages.get(i), "waves[" + i + "]"));
    }
    return waves;
  }

  private static Simulation.SimWave wave(SimulatedWave message, String path) {
    final List<Simulation.AccountPatch> patches = new ArrayList<>();
    for (int i = 0; i < message.getAccountsCount(); i++) {
      patches.add(patch(message.getAccounts(i), path + ".accounts[" + i + "]"));
    }
    final List<Simulation.SimCall> calls = new ArrayList<>();
    for (int i = 0; i < message.getCallsCount(); i++) {
      calls.add(call(message.getCalls(i), path + ".calls[" + i + "]"));
    }
    return new Simulation.SimWave(context(message.getContext(), path), patches, calls);
  }

  private static Simulation.Context context(ContextOverride message, String path) {
    return new Simulation.Context(
        message.hasWave() ? message.getWave() : null,
        message.hasTimestamp() ? message.getTimestamp() : null,
        message.hasBeacon() ? Fields.hash(message.getBeacon(), path + ".context.beacon") : null,
        message.hasBaseFee() ? Fields.u128(message.getBaseFee(), path + ".context.base_fee") : null,
        message.hasEpoch() ? message.getEpoch() : null,
        message.hasAnchorMemberId() ? message.getAnchorMemberId() : null);
  }

  private static Simulation.AccountPatch patch(AccountOverride message, String path) {
    final Map<Hash32, byte @Nullable []> slots = new TreeMap<>();
    for (SlotOverride slot : message.getSlotsList()) {
      slots.put(
          Fields.hash(slot.getSlot(), path + ".slots.slot"),
          slot.hasValue() ? slot.getValue().toByteArray() : null);
    }
    return new Simulation.AccountPatch(
        Fields.address(message.getAddress(), path + ".address"),
        message.hasBalance() ? Fields.u128(message.getBalance(), path + ".balance") : null,
        message.hasNonce() ? message.getNonce() : null,
        message.hasCode() ? message.getCode().toByteArray() : null,
        message.hasGasTank() ? Fields.u128(message.getGasTank(), path + ".gas_tank") : null,
        slots);
  }

  private static Simulation.SimCall call(SimulatedCall message, String path) {
    return switch (message.getCallCase()) {
      case TRANSACTION -> new Simulation.SimCall.Raw(message.getTransaction().toByteArray());
      case SPEC -> parts(message.getSpec(), path + ".spec");
      case CALL_NOT_SET -> throw Refusal.field(path, "is empty");
    };
  }

  private static Simulation.SimCall parts(CallSpec message, String path) {
    return new Simulation.SimCall.Parts(
        Fields.addressOrZero(message.getFrom(), path + ".from"),
        message.hasTo() ? Fields.address(message.getTo(), path + ".to") : null,
        message.hasToName() ? message.getToName() : null,
        Fields.u128(message.getValue(), path + ".value"),
        message.getFunction(),
        message.getCalldata().toByteArray(),
        message.hasGasLimit() ? message.getGasLimit() : null,
        message.getView());
  }

  /** Options of a simulation. */
  public static Simulation.Options options(SimulateOptions message) {
    return new Simulation.Options(
        true,
        message.getValidate(),
        message.getTrace(),
        message.getTraceText(),
        message.getAccessList(),
        message.getStateDiff(),
        message.getEstimateGas(),
        message.hasFuelCap() ? message.getFuelCap() : null);
  }

  /** The answer. */
  public static SimulateResponse response(Simulated result) {
    final SimulateResponse.Builder builder =
        SimulateResponse.newBuilder().setBase(AnswerCodec.ref(result.base()));
    result.waves().forEach(wave -> builder.addWaves(wave(wave)));
    return builder.build();
  }

  /** One wave of an answer. */
  public static SimulatedWaveResult wave(Simulated.SimulatedWave wave) {
    final SimulatedWaveResult.Builder builder =
        SimulatedWaveResult.newBuilder()
            .setWave(wave.context().waveId())
            .setContext(WaveCodec.context(wave.context()));
    wave.calls().forEach(call -> builder.addCalls(call(call)));
    return builder.build();
  }

  /** What one call did. */
  public static CallResult call(Simulated.Call call) {
    final CallResult.Builder builder =
        CallResult.newBuilder()
            .setReceipt(AnswerCodec.receipt(call.receipt()))
            .setFuelUsed(call.fuelUsed());
    final Simulated.Decoded decoded = call.decoded();
    if (decoded != null) {
      builder.setDecoded(
          DecodedCall.newBuilder()
              .setCall(decoded.call())
              .setResult(decoded.result())
              .addAllEvents(decoded.events()));
    }
    final Simulated.Failure failure = call.error();
    if (failure != null) {
      builder.setError(
          error(failure.code(), failure.message(), failure.backtrace())
              .setRevertReason(failure.revertReason()));
    }
    final Simulated.Accesses accesses = call.accesses();
    if (accesses != null) {
      final AccessList.Builder list = AccessList.newBuilder();
      accesses.reads().forEach(access -> list.addReads(access(access)));
      accesses.writes().forEach(access -> list.addWrites(access(access)));
      builder.setAccessList(list);
    }
    if (call.trace() != null) {
      builder.setTrace(frame(call.trace(), true)).setTraceTruncated(call.traceTruncated());
    }
    final StateDelta diff = call.diff();
    if (diff != null) {
      diff.forEach(entry -> builder.addStateDiff(AnswerCodec.change(entry)));
    }
    if (call.gasEstimate() != null) {
      builder.setGasEstimate(call.gasEstimate());
    }
    builder.addAllTraceText(call.traceText());
    for (CallTree.Message message : call.messages()) {
      builder.addDebugMessages(
          DebugMessage.newBuilder()
              .setContract(Fields.bytes(message.contract()))
              .setText(message.text()));
    }
    return builder.build();
  }

  private static AccessedKey access(Simulated.Access access) {
    final AccessedKey.Builder builder =
        AccessedKey.newBuilder().setKey(Fields.bytes(access.key().raw()));
    if (access.contract() != null) {
      builder.setAddress(Fields.bytes(access.contract()));
    }
    if (access.slot() != null) {
      builder.setSlot(Fields.bytes(access.slot()));
    }
    return builder.build();
  }

  private static CallFrame frame(Frame frame, boolean top) {
    final CallFrame.Builder builder =
        CallFrame.newBuilder()
            .setKind(kind(frame.kind(), top))
            .setCaller(Fields.bytes(frame.caller()))
            .setContract(Fields.bytes(frame.self()))
            .setFunction(frame.function())
            .setCalldata(ByteString.copyFrom(frame.calldata()))
            .setValue(Fields.bytes(frame.value()))
            .setGas(frame.fuel())
            .setFuelUsed(frame.fuelUsed())
            .setOwnFuel(frame.ownFuel())
            .setReturnData(ByteString.copyFrom(frame.returnData()))
            .setDecodedCall(frame.decodedCall())
            .setDecodedResult(frame.decodedResult());
    if (frame.end() != ContractRuntime.End.SUCCESS) {
      builder.setError(
          error(frame.code(), ErrorCatalogue.get().receiptCodeName(frame.code()), frame.backtrace())
              .setRevertReason(frame.revertReason()));
    }
    for (Frame.FunctionFuel function : frame.functions()) {
      builder.addFunctions(
          FunctionFuel.newBuilder()
              .setFunctionIndex(function.function())
              .setFunctionName(function.name())
              .setFuel(function.fuel())
              .setCalls(function.calls()));
    }
    for (Frame.Step step : frame.steps()) {
      builder.addSteps(step(step));
    }
    return builder.build();
  }

  private static TraceStep step(Frame.Step step) {
    final TraceStep.Builder builder = TraceStep.newBuilder();
    switch (step) {
      case Frame.HostCall call -> builder.setHostCall(hostCall(call));
      case Frame.Slot slot -> builder.setStorage(storage(slot));
      case Frame.Logged(String text) -> builder.setDebugLog(text);
      case Frame.Said(Event event, String text) -> {
        builder.setEvent(event(event));
        if (text != null) {
          builder.setDecodedEvent(text);
        }
      }
      case Frame.Inner(Frame inner) -> builder.setCall(frame(inner, false));
    }
    return builder.build();
  }

  private static HostCallStep hostCall(Frame.HostCall call) {
    final HostCallStep.Builder builder =
        HostCallStep.newBuilder()
            .setName(call.function())
            .setGas(call.gas())
            .setFuelLeft(call.fuelLeft());
    for (long argument : call.arguments()) {
      builder.addArguments(argument);
    }
    if (call.results().length > 0) {
      builder.setResult(call.results()[0]);
    }
    return builder.build();
  }

  private static StorageStep storage(Frame.Slot slot) {
    final StorageStep.Builder builder =
        StorageStep.newBuilder().setSlot(Fields.bytes(slot.slot())).setWrite(slot.write());
    if (slot.before() != null) {
      builder.setBefore(ByteString.copyFrom(slot.before()));
    }
    if (slot.after() != null) {
      builder.setAfter(ByteString.copyFrom(slot.after()));
    }
    return builder.build();
  }

  private static io.tidemill.v1.Event event(Event event) {
    final io.tidemill.v1.Event.Builder builder =
        io.tidemill.v1.Event.newBuilder()
            .setContract(Fields.bytes(event.contract()))
            .setData(ByteString.copyFrom(event.data()));
    event.topics().forEach(topic -> builder.addTopics(Fields.bytes(topic)));
    return builder.build();
  }

  private static ExecutionError.Builder error(
      int code, String message, List<Frame.Site> backtrace) {
    final ExecutionError.Builder builder =
        ExecutionError.newBuilder().setCodeValue(code).setMessage(message);
    for (Frame.Site site : backtrace) {
      builder.addBacktrace(
          WasmFrame.newBuilder()
              .setContract(Fields.bytes(site.contract()))
              .setFunctionIndex(site.function())
              .setFunctionName(site.name())
              .setCodeOffset(site.codeOffset()));
    }
    return builder;
  }

  private static CallFrame.Kind kind(CallTracer.Kind kind, boolean top) {
    return switch (kind) {
      case CALL -> top ? CallFrame.Kind.KIND_TRANSACTION : CallFrame.Kind.KIND_CALL;
      case STATIC_CALL -> CallFrame.Kind.KIND_STATIC;
      case DELEGATE_CALL -> CallFrame.Kind.KIND_DELEGATE;
      case CONSTRUCTOR -> CallFrame.Kind.KIND_CONSTRUCTOR;
    };
  }
}
