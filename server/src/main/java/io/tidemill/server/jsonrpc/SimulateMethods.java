package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.Base;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.simulate.Simulated;
import io.tidemill.server.simulate.Simulation;
import io.tidemill.server.simulate.Simulator;
import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The methods that simulate: one implementation, several shapes. */
final class SimulateMethods {
  private static final List<String> CALL =
      List.of("from", "to", "value", "function", "calldata", "gas_limit", "view", "transaction");
  private static final List<String> CONTEXT =
      List.of("wave", "timestamp", "beacon", "base_fee", "epoch", "anchor_member_id");
  private static final List<String> PATCH =
      List.of("balance", "nonce", "code", "gas_tank", "slots");
  private static final List<String> OPTIONS =
      List.of(
          "validate",
          "trace",
          "trace_text",
          "access_list",
          "state_diff",
          "estimate_gas",
          "fuel_cap",
          "min_wave");

  /** Methods that do nothing but simulate: they are answered by the simulator's own threads. */
  static final Set<String> SIMULATIONS =
      Set.of(
          "pyde_call",
          "pyde_estimateGas",
          "pyde_createAccessList",
          "pyde_simulateTransaction",
          "pyde_simulateWave",
          "pyde_traceTransaction",
          "tidemill_simulate");

  /** Those of them that run one call, unobserved. */
  static final Set<String> ONE_CALL =
      Set.of("pyde_call", "pyde_estimateGas", "pyde_createAccessList");

  private final Simulator simulator;
  private final ChainReader reader;

  SimulateMethods(Simulator simulator, ChainReader reader) {
    this.simulator = simulator;
    this.reader = reader;
  }

  List<Method> methods() {
    final List<String> one = List.of("call", "base", "overrides", "context");
    return List.of(
        new Method("pyde_call", one, this::call),
        new Method("pyde_estimateGas", one, this::estimate),
        new Method("pyde_createAccessList", one, this::accessList),
        new Method(
            "pyde_simulateTransaction",
            List.of("transaction", "base", "overrides", "context", "options"),
            this::transaction),
        new Method("pyde_traceTransaction", List.of("transaction_hash", "trace_text"), this::trace),
        new Method("pyde_simulateWave", List.of("waves", "base", "options"), this::waves),
        new Method("tidemill_simulate", List.of("waves", "base", "options"), this::waves));
  }

  private JsonNode call(Params params) {
    final Simulated.Call result = single(params, Simulation.Options.CALL);
    if (result.error() != null) {
      throw failed(result);
    }
    return JsonViews.NODES.textNode(JsonViews.hex(result.receipt().returnData()));
  }

  private JsonNode estimate(Params params) {
    final Simulated.Call result = single(params, Simulation.Options.ESTIMATE);
    final Long estimate = result.gasEstimate();
    if (estimate == null) {
      throw failed(result);
    }
    return JsonViews.NODES
        .objectNode()
        .put("gas", estimate)
        .put("gas_used", result.receipt().gasUsed())
        .put("fuel_used", result.fuelUsed());
  }

  private JsonNode accessList(Params params) {
    return SimulateViews.call(single(params, Simulation.Options.ACCESS_LIST));
  }

  private JsonNode transaction(Params params) {
    final JsonNode given = params.require("transaction");
    final Simulation.SimCall call;
    if (given.isTextual()) {
      final byte[] bytes = params.bytes("transaction");
      call = new Simulation.SimCall.Raw(bytes == null ? new byte[0] : bytes);
    } else {
      call = parts(given, "transaction");
    }
    final Params options = options(params.get("options"));
    final Simulated result =
        simulator.simulate(
            new Simulation(
                params.base("base"),
                options.u64("min_wave"),
                List.of(
                    new Simulation.SimWave(
                        context(params.get("context"), "context"),
                        patches(params.get("overrides"), "overrides"),
                        List.of(call))),
                options(options)));
    final ObjectNode view = SimulateViews.call(result.waves().getFirst().calls().getFirst());
    view.set("base", SimulateViews.base(result));
    return view;
  }

  private JsonNode trace(Params params) {
    final ReceiptLocation at = reader.requireTransaction(params.requireHash("transaction_hash"));
    return SimulateViews.call(
        simulator.trace(
            at.wave(), at.index(), Simulation.Options.trace(params.flag("trace_text"))));
  }

  private JsonNode waves(Params params) {
    final JsonNode given = params.require("waves");
    if (!given.isArray()) {
      throw Refusal.field("waves", "must be an array");
    }
    final List<Simulation.SimWave> waves = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      waves.add(wave(given.get(i), "waves[" + i + "]"));
    }
    final Params options = options(params.get("options"));
    final Simulated result =
        simulator.simulate(
            new Simulation(params.base("base"), options.u64("min_wave"), waves, options(options)));
    return SimulateViews.all(result);
  }

  private static Simulation.SimWave wave(JsonNode node, String path) {
    final Params wave = Params.object(node, List.of("context", "overrides", "calls"), path);
    final JsonNode given = wave.require("calls");
    if (!given.isArray()) {
      throw Refusal.field(path + ".calls", "must be an array");
    }
    final List<Simulation.SimCall> calls = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      calls.add(parts(given.get(i), path + ".calls[" + i + "]"));
    }
    return new Simulation.SimWave(
        context(wave.get("context"), path + ".context"),
        patches(wave.get("overrides"), path + ".overrides"),
        calls);
  }

  private Simulated.Call single(Params params, Simulation.Options options) {
    final Base base = params.base("base");
    final Simulated result =
        simulator.simulate(
            new Simulation(
                base,
                null,
                List.of(
                    new Simulation.SimWave(
                        context(params.get("context"), "context"),
                        patches(params.get("overrides"), "overrides"),
                        List.of(parts(params.require("call"), "call")))),
                options));
    return result.waves().getFirst().calls().getFirst();
  }

  private static Simulation.SimCall parts(JsonNode node, String path) {
    final Params call = Params.object(node, CALL, path);
    final byte[] raw = call.bytes("transaction");
    if (raw != null) {
      return new Simulation.SimCall.Raw(raw);
    }
    final String to = call.text("to");
    final boolean named = to != null && !Params.isAddress(to);
    final Address from = call.address("from");
    final U128 value = call.u128("value");
    final String function = call.text("function");
    final byte[] calldata = call.bytes("calldata");
    return new Simulation.SimCall.Parts(
        from == null ? Address.ZERO : from,
        named ? null : call.address("to"),
        named ? to : null,
        value == null ? U128.ZERO : value,
        function == null ? "" : function,
        calldata == null ? new byte[0] : calldata,
        call.u64("gas_limit"),
        call.flag("view"));
  }

  private static Simulation.Context context(@Nullable JsonNode node, String path) {
    if (node == null) {
      return Simulation.Context.NONE;
    }
    final Params context = Params.object(node, CONTEXT, path);
    final Long member = context.u64("anchor_member_id");
    return new Simulation.Context(
        context.u64("wave"),
        context.u64("timestamp"),
        context.hash("beacon"),
        context.u128("base_fee"),
        context.u64("epoch"),
        member == null ? null : member.intValue());
  }

  private static List<Simulation.AccountPatch> patches(@Nullable JsonNode node, String path) {
    if (node == null) {
      return List.of();
    }
    if (!node.isObject()) {
      throw Refusal.field(path, "must be an object of addresses");
    }
    final List<Simulation.AccountPatch> patches = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      final String at = path + "." + field.getKey();
      final Params patch = Params.object(field.getValue(), PATCH, at);
      patches.add(
          new Simulation.AccountPatch(
              new Address(hash(field.getKey(), at)),
              patch.u128("balance"),
              patch.u64("nonce"),
              patch.bytes("code"),
              patch.u128("gas_tank"),
              slots(patch.get("slots"), at + ".slots")));
    }
    return patches;
  }

  private static Map<Hash32, byte @Nullable []> slots(@Nullable JsonNode node, String path) {
    final Map<Hash32, byte @Nullable []> slots = new TreeMap<>();
    if (node == null) {
      return slots;
    }
    if (!node.isObject()) {
      throw Refusal.field(path, "must be an object of slot keys");
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      final String at = path + "." + field.getKey();
      byte[] value = null;
      if (!field.getValue().isNull()) {
        final String text = field.getValue().textValue();
        if (text == null || !text.startsWith("0x")) {
          throw Refusal.field(at, "must be hex digits after 0x, or null");
        }
        try {
          value = HexFormat.of().parseHex(text.substring(2));
        } catch (IllegalArgumentException e) {
          throw Refusal.field(at, "must be an even number of hex digits after 0x");
        }
      }
      slots.put(hash(field.getKey(), at), value);
    }
    return slots;
  }

  private static Hash32 hash(String text, String path) {
    try {
      return Hash32.fromHex(text);
    } catch (IllegalArgumentException e) {
      throw Refusal.field(path, "must be 0x and 64 hex digits");
    }
  }

  private static Params options(@Nullable JsonNode node) {
    return Params.object(node == null ? JsonViews.NODES.objectNode() : node, OPTIONS, "options");
  }

  private static Simulation.Options options(Params options) {
    return new Simulation.Options(
        true,
        options.flag("validate"),
        options.flag("trace"),
        options.flag("trace_text"),
        options.flag("access_list"),
        options.flag("state_diff"),
        options.flag("estimate_gas"),
        options.u64("fuel_cap"));
  }

  private static CallFailure failed(Simulated.Call call) {
    final Simulated.Failure failure = call.error();
    final String detail = failure == null ? "" : failure.message();
    final Refusal refusal =
        Refusal.of(
            call.receipt().category() == Receipt.Category.CONTRACT
                ? Reason.EXECUTION_REVERTED
                : Reason.EXECUTION_FAILED,
            "detail",
            detail,
            "code",
            call.receipt().code(),
            "status",
            JsonViews.lower(call.receipt().status()),
            "return_data",
            JsonViews.hex(call.receipt().returnData()),
            "gas_used",
            call.receipt().gasUsed(),
            "fuel_used",
            call.fuelUsed());
    final ObjectNode details = JsonViews.NODES.objectNode();
    if (failure != null) {
      details.put("revert_reason", failure.revertReason());
      details.set("backtrace", SimulateViews.backtrace(failure.backtrace()));
    }
    return new CallFailure(refusal, details);
  }

  /** An array of what {@code items} look like. */
  static ArrayNode array(List<? extends JsonNode> items) {
    final ArrayNode array = JsonViews.NODES.arrayNode();
    items.forEach(array::add);
    return array;
  }
}
