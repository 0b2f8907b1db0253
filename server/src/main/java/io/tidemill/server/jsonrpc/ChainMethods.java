package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.ReceiptCodec;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.query.EventRecords;
import io.tidemill.server.query.EventSearch;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.state.EventCursor;
import io.tidemill.state.EventQuery;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods that read the chain. */
final class ChainMethods {
  /** About the bytes of the receipts in one answer. */
  private static final int MAX_RECEIPT_BYTES = 1 << 20;

  private final ChainReader reader;
  private final WavePipeline pipeline;
  private final EventSearch events;

  ChainMethods(ChainReader reader, WavePipeline pipeline) {
    this.reader = reader;
    this.pipeline = pipeline;
    this.events = new EventSearch(reader.store());
  }

  List<Method> methods() {
    return List.of(
        new Method("pyde_getAccount", List.of("account", "base"), this::account),
        new Method("pyde_getBalance", List.of("account", "base"), this::balance),
        new Method("pyde_getNonce", List.of("account", "base"), this::nonce),
        new Method("pyde_getCode", List.of("account", "base"), this::code),
        new Method("pyde_getStorageSlot", List.of("contract", "slot", "base"), this::slot),
        new Method("pyde_resolveName", List.of("name", "base"), this::resolve),
        new Method("pyde_getTransactionReceipt", List.of("transaction_hash"), this::receipt),
        new Method(
            "pyde_getWave",
            List.of("wave", "receipts", "receipts_from", "receipts_limit"),
            this::wave),
        new Method("pyde_waveNumber", List.of(), this::waveNumber),
        new Method("pyde_getLogs", List.of("filter"), this::logs));
  }

  private JsonNode account(Params params) {
    try (Snapshot state = reader.open(params.base("base"))) {
      final Address address = target(state, params, "account");
      final Account account = ChainReader.account(state, address);
      return account == null
          ? JsonViews.NODES.nullNode()
          : JsonViews.account(
              account, ChainReader.contract(state, address), ChainReader.nameOf(state, address));
    }
  }

  private JsonNode balance(Params params) {
    try (Snapshot state = reader.open(params.base("base"))) {
      final Account account = ChainReader.account(state, target(state, params, "account"));
      return JsonViews.NODES.textNode(account == null ? "0" : account.balance().toString());
    }
  }

  private JsonNode nonce(Params params) {
    try (Snapshot state = reader.open(params.base("base"))) {
      final Account account = ChainReader.account(state, target(state, params, "account"));
      return JsonViews.NODES.numberNode(account == null ? 0 : account.nonce().base());
    }
  }

  private JsonNode code(Params params) {
    try (Snapshot state = reader.open(params.base("base"))) {
      final byte[] wasm = wasm(state, target(state, params, "account"));
      return wasm == null
          ? JsonViews.NODES.nullNode()
          : JsonViews.NODES
              .objectNode()
              .put("code_hash", JsonViews.hex(Blake3.hash(wasm)))
              .put("wasm", JsonViews.hex(wasm));
    }
  }

  /** The module that runs at {@code address} in the next wave, or null. */
  static byte @Nullable [] wasm(Snapshot state, Address address) {
    final Account account = ChainReader.account(state, address);
    if (account == null || !account.hasCode()) {
      return null;
    }
    final var contract = ChainReader.contract(state, address);
    final Hash32 hash =
        contract == null
            ? account.codeHash()
            : contract.activeCode(account.codeHash(), state.wave() + 1);
    return state.code(hash);
  }

  private JsonNode slot(Params params) {
    try (Snapshot state = reader.open(params.base("base"))) {
      final byte[] value =
          ChainReader.slot(state, target(state, params, "contract"), params.requireHash("slot"));
      return value == null
          ? JsonViews.NODES.nullNode()
          : JsonViews.NODES.textNode(JsonViews.hex(value));
    }
  }

  private JsonNode resolve(Params params) {
    final String name = params.text("name");
    if (name == null) {
      throw Refusal.field("name", "is missing");
    }
    try (Snapshot state = reader.open(params.base("base"))) {
      final Address address = ChainReader.addressOf(state, name);
      return address == null
          ? JsonViews.NODES.nullNode()
          : JsonViews.NODES.textNode(JsonViews.hex(address));
    }
  }

  private JsonNode receipt(Params params) {
    final byte[] stored = reader.store().receiptByHash(params.requireHash("transaction_hash"));
    return stored == null
        ? JsonViews.NODES.nullNode()
        : JsonViews.receipt(ReceiptCodec.decode(stored));
  }

  private JsonNode wave(Params params) {
    final Long asked = params.u64("wave");
    final WaveAnswer answer =
        pipeline.answerOf(asked == null ? pipeline.position().head().wave() : asked);
    if (answer == null) {
      return JsonViews.NODES.nullNode();
    }
    final Long from = params.u64("receipts_from");
    final Long limit = params.u64("receipts_limit");
    final ObjectNode view = JsonViews.wave(answer);
    if (from != null || limit != null) {
      view.remove("transactions");
    }
    final int count = answer.receipts().size();
    view.put("transaction_count", count);
    if (params.flag("receipts")) {
      final int first = from == null ? 0 : atMost(from, count);
      final int last = limit == null ? count : first + atMost(limit, count - first);
      final ArrayNode receipts = view.putArray("receipts");
      int at = first;
      // Large receipts make a part shorter, whatever was asked for.
      for (long bytes = 0; at < last && bytes < MAX_RECEIPT_BYTES; at++) {
        final Receipt receipt = answer.receipts().get(at);
        bytes += AnswerCodec.estimate(receipt);
        receipts.add(JsonViews.receipt(receipt));
      }
      view.put("receipts_next", at < last ? at : null);
    }
    return view;
  }

  /** An unsigned number, or {@code most} when it is above that. */
  private static int atMost(long value, int most) {
    return Long.compareUnsigned(value, most) > 0 ? most : (int) value;
  }

  private JsonNode waveNumber(Params params) {
    return JsonViews.NODES.numberNode(pipeline.position().head().wave());
  }

  private JsonNode logs(Params params) {
    final Params filter =
        Params.object(
            params.require("filter"),
            List.of("from_wave", "to_wave", "contracts", "topics", "limit", "after"),
            "filter");
    final long head = pipeline.position().head().wave();
    final Long from = filter.u64("from_wave");
    final Long to = filter.u64("to_wave");
    final Long limit = filter.u64("limit");
    if (limit != null && limit == 0) {
      throw Refusal.field("filter.limit", "is 0: at least one event makes a page");
    }
    final long first = from == null ? 0 : from;
    final long last = to == null || Long.compareUnsigned(to, head) > 0 ? head : to;
    if (Long.compareUnsigned(first, to == null ? Long.MAX_VALUE : to) > 0) {
      throw Refusal.field("filter.from_wave", "is above to_wave");
    }
    final EventSearch.Page page =
        Long.compareUnsigned(first, last) > 0
            ? new EventSearch.Page(List.of(), null)
            : events.page(
                first,
                last,
                contracts(filter.get("contracts")),
                topics(filter.get("topics")),
                after(filter),
                limit == null ? EventQuery.DEFAULT_LIMIT : atMost(limit, EventQuery.MAX_LIMIT));
    final ObjectNode view = JsonViews.NODES.objectNode();
    final ArrayNode found = view.putArray("events");
    for (EventRecords.Placed placed : page.events()) {
      found.add(
          JsonViews.event(
              placed.event(),
              placed.at().wave(),
              placed.at().transactionIndex(),
              placed.at().eventIndex()));
    }
    view.set("next", cursor(page.next()));
    return view.put("head_wave", head);
  }

  static JsonNode cursor(@Nullable EventCursor at) {
    return at == null
        ? JsonViews.NODES.nullNode()
        : JsonViews.NODES.textNode(
            Long.toUnsignedString(at.wave())
                + "."
                + Integer.toUnsignedString(at.transactionIndex())
                + "."
                + Integer.toUnsignedString(at.eventIndex()));
  }

  static @Nullable EventCursor after(Params filter) {
    final String text = filter.text("after");
    if (text == null) {
      return null;
    }
    final String[] parts = text.split("\\.", -1);
    try {
      final long wave = Long.parseLong(parts[0]);
      if (parts.length == 3 && wave >= 0) {
        return new EventCursor(
            wave, Integer.parseUnsignedInt(parts[1]), Integer.parseUnsignedInt(parts[2]));
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Refusal.field(filter.path("after"), "is not a cursor that this node gave");
  }

  static List<List<Hash32>> topics(@Nullable JsonNode node) {
    if (node == null) {
      return List.of();
    }
    if (!node.isArray()) {
      throw Refusal.field("filter.topics", "must be an array");
    }
    if (node.size() > EventQuery.MAX_POSITIONS) {
      throw Refusal.limit(Limit.EVENT_TOPICS, node.size(), EventQuery.MAX_POSITIONS);
    }
    final List<List<Hash32>> topics = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      topics.add(
          hashes(
              node.get(i),
              "filter.topics[" + i + "]",
              Limit.EVENT_TOPIC_VALUES,
              EventQuery.MAX_VALUES));
    }
    return topics;
  }

  /** The contracts of a filter; none means all. */
  static List<Hash32> contracts(@Nullable JsonNode node) {
    return hashes(node, "filter.contracts", Limit.EVENT_CONTRACTS, NodeFacts.MAX_EVENT_CONTRACTS);
  }

  /** One hash, or as many as {@code limit} allows, or none. */
  static List<Hash32> hashes(@Nullable JsonNode node, String path, Limit limit, int maximum) {
    if (node == null || node.isNull()) {
      return List.of();
    }
    final List<JsonNode> items = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(items::add);
    } else {
      items.add(node);
    }
    if (items.size() > maximum) {
      throw Refusal.limit(limit, items.size(), maximum);
    }
    final List<Hash32> hashes = new ArrayList<>();
    for (JsonNode item : items) {
      final String text = item.textValue();
      if (text == null || !text.matches("0x[0-9a-fA-F]{64}")) {
        throw Refusal.field(path, "must be 0x and 64 hex digits");
      }
      hashes.add(Hash32.fromHex(text));
    }
    return hashes;
  }

  /** An address, or a registered name. */
  static Address target(Snapshot state, Params params, String name) {
    final String text = params.text(name);
    if (text == null) {
      throw Refusal.field(params.path(name), "is missing");
    }
    if (!Params.isAddress(text)) {
      final Address address = ChainReader.addressOf(state, text);
      if (address == null) {
        throw Refusal.of(Reason.NOT_FOUND, "what", "name", "key", text);
      }
      return address;
    }
    return new Address(params.requireHash(name));
  }
}
