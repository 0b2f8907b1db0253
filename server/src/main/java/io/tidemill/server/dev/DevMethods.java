package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.chain.DevChain.DevAccount;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.jsonrpc.Method;
import io.tidemill.server.jsonrpc.Params;
import io.tidemill.v1.Receipt;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** {@code pyde_sendTransaction} and the {@code dev_*} methods that send, ask and look. */
final class DevMethods {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> CALL =
      List.of("from", "to", "value", "function", "arguments", "calldata", "gas_limit", "nonce");
  private static final List<String> DEPLOYMENT =
      List.of("from", "name", "wasm", "example", "arguments", "value", "gas_limit");

  private final DevNode dev;

  DevMethods(DevNode dev) {
    this.dev = dev;
  }

  List<Method> methods() {
    return List.of(
        new Method("pyde_sendTransaction", List.of("transaction"), this::sendSigned),
        new Method("dev_sendTransaction", List.of("transaction"), this::send),
        new Method("dev_deploy", List.of("deployment"), this::deploy),
        new Method("dev_call", List.of("call", "trace_text"), this::call),
        new Method("dev_accounts", List.of(), params -> accounts()),
        new Method("dev_info", List.of(), params -> info()),
        new Method("dev_traceTransaction", List.of("transaction_hash", "trace_text"), this::trace));
  }

  private JsonNode sendSigned(Params params) {
    final byte[] bytes = params.bytes("transaction");
    if (bytes == null) {
      throw Refusal.field("transaction", "is missing");
    }
    final Mined.Entry entry = dev.intake().signed(bytes);
    final Mined mined = dev.sequencer().submit(entry);
    if (mined != null) {
      final Receipt receipt = receipt(mined, entry);
      if (!receipt.getNonceConsumed()) {
        throw Refusal.field("transaction", "was refused: " + Story.reason(receipt));
      }
    }
    return JSON.textNode(hex(entry.hash().toBytes()));
  }

  private JsonNode send(Params params) {
    return answer(dev.intake().made(call(params, "transaction")));
  }

  private JsonNode deploy(Params params) {
    final Params given = Params.object(params.require("deployment"), DEPLOYMENT, "deployment");
    final String name = given.text("name");
    final String example = given.text("example");
    final byte[] wasm = example == null ? given.bytes("wasm") : Examples.read(example);
    if (name == null || wasm == null) {
      throw Refusal.field(given.path(name == null ? "name" : "wasm"), "is missing");
    }
    final U128 value = given.u128("value");
    return answer(
        dev.intake()
            .made(
                new Intake.Deployment(
                    from(given),
                    name,
                    wasm,
                    arguments(given),
                    value == null ? U128.ZERO : value,
                    given.u64("gas_limit"))));
  }

  /** What became of a transaction, or that it waits. */
  private ObjectNode answer(Mined.Entry entry) {
    final Mined mined = dev.sequencer().submit(entry);
    final ObjectNode view = JSON.objectNode().put("transaction_hash", hex(entry.hash().toBytes()));
    if (mined == null) {
      return view.put("status", "queued");
    }
    final Receipt receipt = receipt(mined, entry);
    final Story story = Story.of(dev.contracts(), entry.transaction(), receipt);
    view.put("wave", mined.wave())
        .put("transaction_index", receipt.getTransactionIndex())
        .put("status", lower(receipt.getStatus().name().replace("RECEIPT_STATUS_", "")))
        .put("call", story.call())
        .put("result", story.result())
        .put("reason", story.reason())
        .put("gas_used", receipt.getGasUsed())
        .put("return_data", hex(receipt.getReturnData().toByteArray()));
    if (!receipt.getContract().isEmpty()) {
      view.put("contract", hex(receipt.getContract().toByteArray()));
    }
    final ArrayNode events = view.putArray("events");
    story.events().forEach(events::add);
    final TraceNotes.Note note = dev.notes().of(entry.hash());
    final ArrayNode logs = view.putArray("logs");
    note.logs().forEach(logs::add);
    final ArrayNode backtrace = view.putArray("backtrace");
    note.backtrace().forEach(backtrace::add);
    return view;
  }

  private static Receipt receipt(Mined mined, Mined.Entry entry) {
    return mined.outcome().receipts().get(mined.entries().indexOf(entry));
  }

  private JsonNode call(Params params) {
    return new View(dev).of(call(params, "call"), params.flag("trace_text"));
  }

  private Intake.Call call(Params params, String name) {
    final Params given = Params.object(params.require(name), CALL, name);
    final String to = given.text("to");
    if (to == null) {
      throw Refusal.field(given.path("to"), "is missing");
    }
    final U128 value = given.u128("value");
    final String function = given.text("function");
    return new Intake.Call(
        from(given),
        dev.intake().address(given.path("to"), to),
        value == null ? U128.ZERO : value,
        function == null ? "" : function,
        given.get("calldata") == null ? arguments(given) : null,
        given.bytes("calldata"),
        given.u64("gas_limit"),
        given.u64("nonce"));
  }

  private Address from(Params given) {
    final String from = given.text("from");
    return from == null
        ? dev.intake().accounts().getFirst().address()
        : dev.intake().address(given.path("from"), from);
  }

  private static List<String> arguments(Params given) {
    final JsonNode list = given.get("arguments");
    final List<String> arguments = new ArrayList<>();
    if (list == null) {
      return arguments;
    }
    if (!list.isArray()) {
      throw Refusal.field(given.path("arguments"), "must be an array");
    }
    // A list or an object is written as a person writes it on the command line.
    list.forEach(item -> arguments.add(item.isValueNode() ? item.asText() : item.toString()));
    return arguments;
  }

  private JsonNode accounts() {
    final ArrayNode list = JSON.arrayNode();
    for (DevAccount account : dev.intake().accounts()) {
      list.add(
          account(account)
              .put(
                  "balance",
                  io.tidemill
                      .client
                      .U128
                      .fromWire(dev.intake().account(account.address()).getBalance())
                      .toString()));
    }
    return list;
  }

  /** A funded account with what it can be used by. */
  static ObjectNode account(DevAccount account) {
    return JSON.objectNode()
        .put("index", account.index())
        .put("address", hex(account.address().toBytes()))
        .put("seed", hex(account.seed()))
        .put("public_key", hex(account.key().publicKey()));
  }

  private JsonNode info() {
    final Sequencer sequencer = dev.sequencer();
    final ObjectNode view =
        JSON.objectNode()
            .put("chain_id", sequencer.chainId())
            .put("mode", lower(sequencer.mode().name()))
            .put("interval_millis", sequencer.interval().toMillis())
            .put("queued", sequencer.queued())
            .put("clock_offset_seconds", sequencer.clockOffset())
            .put("grpc_port", dev.grpcPort())
            .put("http_port", dev.httpPort())
            .put("durable", dev.durable());
    final ArrayNode impersonated = view.putArray("impersonated");
    sequencer.impersonations().named().forEach(address -> impersonated.add(hex(address.toBytes())));
    return view;
  }

  private JsonNode trace(Params params) {
    return dev.tracer().trace(params.requireHash("transaction_hash"), params.flag("trace_text"));
  }

  static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  static String lower(String constant) {
    return constant.toLowerCase(Locale.ROOT);
  }
}
