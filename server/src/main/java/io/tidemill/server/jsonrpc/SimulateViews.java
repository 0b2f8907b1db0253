package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.Event;
import io.tidemill.server.simulate.CallTree;
import io.tidemill.server.simulate.Frame;
import io.tidemill.server.simulate.Simulated;
import io.tidemill.state.StateDelta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a simulation found, as JSON. */
final class SimulateViews {
  private SimulateViews() {}

  static ObjectNode all(Simulated result) {
    final ObjectNode view = JsonViews.NODES.objectNode();
    view.set("base", base(result));
    final ArrayNode waves = view.putArray("waves");
    for (Simulated.SimulatedWave wave : result.waves()) {
      final ObjectNode item =
          waves
              .addObject()
              .put("wave", wave.context().waveId())
              .put("timestamp", wave.context().timestamp())
              .put("base_fee", wave.context().baseFee().toString());
      final ArrayNode calls = item.putArray("calls");
      wave.calls().forEach(call -> calls.add(call(call)));
    }
    return view;
  }

  static ObjectNode base(Simulated result) {
    return JsonViews.NODES
        .objectNode()
        .put("wave", result.base().wave())
        .put("root", JsonViews.hex(result.base().root().blake3()));
  }

  static ObjectNode call(Simulated.Call call) {
    final ObjectNode view = JsonViews.NODES.objectNode();
    view.put("status", JsonViews.lower(call.receipt().status()))
        .put("return_data", JsonViews.hex(call.receipt().returnData()))
        .put("gas_used", call.receipt().gasUsed())
        .put("fuel_used", call.fuelUsed());
    view.set("receipt", JsonViews.receipt(call.receipt()));
    final Simulated.Decoded decoded = call.decoded();
    if (decoded != null) {
      final ArrayNode events =
          view.putObject("decoded")
              .put("call", decoded.call())
              .put("result", decoded.result())
              .putArray("events");
      decoded.events().forEach(events::add);
    }
    final Simulated.Failure failure = call.error();
    if (failure != null) {
      view.putObject("error")
          .put("code", failure.code())
          .put("message", failure.message())
          .put("revert_reason", failure.revertReason())
          .set("backtrace", backtrace(failure.backtrace()));
    }
    final Simulated.Accesses accesses = call.accesses();
    if (accesses != null) {
      final ObjectNode list = view.putObject("access_list");
      list.set("reads", accesses(accesses.reads()));
      list.set("writes", accesses(accesses.writes()));
    }
    final Frame trace = call.trace();
    if (trace != null) {
      view.set("trace", frame(trace));
      view.put("trace_truncated", call.traceTruncated());
    }
    final StateDelta diff = call.diff();
    if (diff != null) {
      final ArrayNode changes = view.putArray("state_diff");
      for (StateDelta.Entry entry : diff) {
        final byte @Nullable [] value = entry.value();
        changes
            .addObject()
            .put("key", JsonViews.hex(entry.key().raw()))
            .put("value", hexOrNull(value));
      }
    }
    if (call.gasEstimate() != null) {
      view.put("gas_estimate", call.gasEstimate());
    }
    if (!call.traceText().isEmpty()) {
      final ArrayNode lines = view.putArray("trace_text");
      call.traceText().forEach(lines::add);
    }
    if (!call.messages().isEmpty()) {
      final ArrayNode messages = view.putArray("debug_messages");
      for (CallTree.Message message : call.messages()) {
        messages
            .addObject()
            .put("contract", JsonViews.hex(message.contract()))
            .put("text", message.text());
      }
    }
    return view;
  }

  private static ArrayNode accesses(List<Simulated.Access> accesses) {
    final ArrayNode array = JsonViews.NODES.arrayNode();
    for (Simulated.Access access : accesses) {
      final ObjectNode item = array.addObject().put("key", JsonViews.hex(access.key().raw()));
      if (access.contract() != null) {
        item.put("address", JsonViews.hex(access.contract()));
      }
      if (access.slot() != null) {
        item.put("slot", JsonViews.hex(access.slot()));
      }
    }
    return array;
  }

  private static ObjectNode frame(Frame frame) {
    final ObjectNode view =
        JsonViews.NODES
            .objectNode()
            .put("kind", JsonViews.lower(frame.kind()))
            .put("caller", JsonViews.hex(frame.caller()))
            .put("contract", JsonViews.hex(frame.self()))
            .put("code_hash", JsonViews.hex(frame.codeHash()))
            .put("function", frame.function())
            .put("calldata", JsonViews.hex(frame.calldata()))
            .put("value", frame.value().toString())
            .put("gas", frame.fuel())
            .put("fuel_used", frame.fuelUsed())
            .put("own_fuel", frame.ownFuel())
            .put("code", frame.code())
            .put("return_data", JsonViews.hex(frame.returnData()));
    final var end = frame.end();
    view.put("end", end == null ? "unfinished" : JsonViews.lower(end));
    putUnlessEmpty(view, "decoded_call", frame.decodedCall());
    putUnlessEmpty(view, "decoded_result", frame.decodedResult());
    putUnlessEmpty(view, "revert_reason", frame.revertReason());
    if (!frame.backtrace().isEmpty()) {
      view.set("backtrace", backtrace(frame.backtrace()));
    }
    final ArrayNode functions = view.putArray("functions");
    for (Frame.FunctionFuel function : frame.functions()) {
      functions
          .addObject()
          .put("function_index", function.function())
          .put("function_name", function.name())
          .put("fuel", function.fuel())
          .put("calls", function.calls());
    }
    final ArrayNode steps = view.putArray("steps");
    frame.steps().forEach(step -> steps.add(step(step)));
    return view;
  }

  private static ObjectNode step(Frame.Step step) {
    final ObjectNode view = JsonViews.NODES.objectNode();
    switch (step) {
      case Frame.HostCall call -> {
        view.put("host_call", call.function());
        final ArrayNode arguments = view.putArray("arguments");
        for (long argument : call.arguments()) {
          arguments.add(argument);
        }
        if (call.results().length > 0) {
          view.put("result", call.results()[0]);
        }
        view.put("gas", call.gas()).put("fuel_left", call.fuelLeft());
      }
      case Frame.Slot slot ->
          view.put(slot.write() ? "write" : "read", JsonViews.hex(slot.slot()))
              .put("key", JsonViews.hex(slot.key().raw()))
              .put("before", hexOrNull(slot.before()))
              .put("after", hexOrNull(slot.after()));
      case Frame.Said(Event event, String text) -> {
        final ObjectNode said = view.putObject("event");
        putUnlessEmpty(said, "decoded", text == null ? "" : text);
        said.put("contract", JsonViews.hex(event.contract()));
        final ArrayNode topics = said.putArray("topics");
        event.topics().forEach(topic -> topics.add(JsonViews.hex(topic)));
        said.put("data", JsonViews.hex(event.data()));
      }
      case Frame.Logged(String text) -> view.put("debug_log", text);
      case Frame.Inner(Frame inner) -> view.set("call", frame(inner));
    }
    return view;
  }

  /** The places of a backtrace, innermost first. */
  static ArrayNode backtrace(List<Frame.Site> sites) {
    final ArrayNode array = JsonViews.NODES.arrayNode();
    for (Frame.Site site : sites) {
      array
          .addObject()
          .put("contract", JsonViews.hex(site.contract()))
          .put("function_index", site.function())
          .put("function_name", site.name())
          .put("code_offset", site.codeOffset());
    }
    return array;
  }

  private static void putUnlessEmpty(ObjectNode view, String name, String text) {
    if (!text.isEmpty()) {
      view.put(name, text);
    }
  }

  private static @Nullable String hexOrNull(byte @Nullable [] bytes) {
    return bytes == null ? null : JsonViews.hex(bytes);
  }
}
