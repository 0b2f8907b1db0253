package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.jsonrpc.Method;
import io.tidemill.server.jsonrpc.Params;
import io.tidemill.server.jsonrpc.StorageFields;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateStore;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code dev_*} methods about the state as a whole: dump and load it, list what is in it. */
final class StateMethods {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Slots in one answer, and keys that are looked at for them. */
  private static final int MAX_SLOTS = 100;

  private static final int MAX_KEYS = 200_000;

  private final DevNode dev;

  /** What a load has brought so far. */
  private @Nullable StateItems arriving;

  StateMethods(DevNode dev) {
    this.dev = dev;
  }

  List<Method> methods() {
    return List.of(
        new Method("dev_dumpState", List.of("from", "wave"), this::dump),
        new Method("dev_loadState", List.of("state"), this::load),
        new Method("dev_getField", List.of("contract", "field", "keys"), this::field),
        new Method("dev_listStorage", List.of("contract", "from"), this::storage));
  }

  private Snapshot open(@Nullable Long wave) {
    final StateStore store = dev.store();
    final Snapshot state = wave == null ? store.snapshot() : store.snapshotAt(wave);
    if (state == null) {
      throw Refusal.field("wave", wave + " is not kept any more; begin again without it");
    }
    return state;
  }

  private static Hash32 from(Params params) {
    final Hash32 from = params.hash("from");
    return from == null ? Hash32.ZERO : from;
  }

  private JsonNode dump(Params params) {
    try (Snapshot state = open(params.u64("wave"))) {
      return StateItems.portion(state, from(params))
          .put("chain_id", dev.sequencer().chainId())
          .put("wave", state.wave())
          .put("timestamp", dev.sequencer().timestamp())
          .put("root", DevMethods.hex(state.root().blake3().toBytes()));
    }
  }

  private synchronized JsonNode load(Params params) {
    final Params given =
        Params.object(
            params.require("state"),
            List.of("items", "begin", "end", "root", "timestamp"),
            "state");
    StateItems items = arriving;
    if (given.flag("begin") || items == null) {
      items = new StateItems();
      arriving = items;
    }
    items.add(given.get("items"));
    if (!given.flag("end")) {
      return JSON.objectNode().put("status", "more");
    }
    arriving = null;
    final Hash32 root = given.hash("root");
    return ControlMethods.position(apply(dev, items, root, given.u64("timestamp")))
        .put("status", "success");
  }

  /**
   * Makes the state what {@code items} are.
   *
   * @param root what their root must be; null for any
   * @param timestamp no wave from now on is before it; null for none
   * @throws Refusal if they have another root; nothing is changed then
   */
  static Mined apply(
      DevNode dev, StateItems items, @Nullable Hash32 root, @Nullable Long timestamp) {
    final Hash32 actual = items.root();
    if (root != null && !root.equals(actual)) {
      throw Refusal.field(
          "state.root", "is 0x" + root + ", but what arrived has the root 0x" + actual);
    }
    return dev.sequencer()
        .changeAll(
            () -> {
              try (Snapshot now = dev.store().snapshot()) {
                return items.changes(now);
              }
            },
            timestamp == null ? 0 : timestamp);
  }

  private Address contract(Params params) {
    final String text = params.text("contract");
    if (text == null) {
      throw Refusal.field("contract", "is missing");
    }
    return dev.intake().address("contract", text);
  }

  /** As {@code tidemill_getField}, where keys may also name funded accounts. */
  private JsonNode field(Params params) {
    final Address contract = contract(params);
    try (Snapshot state = open(null)) {
      final ObjectNode field = StorageFields.read(state, contract, params, dev.intake()::named);
      final JsonNode text = field.path("text");
      return text.isTextual() ? field.put("text", dev.contracts().labelled(text.asText())) : field;
    }
  }

  private JsonNode storage(Params params) {
    final Address contract = contract(params);
    final ArrayNode slots = JSON.arrayNode();
    final Hash32[] next = {null};
    final int[] seen = {0};
    try (Snapshot state = open(null)) {
      state.list(
          from(params),
          (key, value) -> {
            if (slots.size() == MAX_SLOTS || seen[0]++ == MAX_KEYS) {
              next[0] = key.keyHash();
              return false;
            }
            if (key.raw().sharesPrefix16(contract.raw())
                && !StateKeys.hasReservedSuffix(key.raw())) {
              slots
                  .addObject()
                  .put("key", DevMethods.hex(key.raw().toBytes()))
                  .put("value", DevMethods.hex(value));
            }
            return true;
          });
    }
    final ObjectNode view = JSON.objectNode();
    view.set("slots", slots);
    return view.put("next", next[0] == null ? null : DevMethods.hex(next[0].toBytes()));
  }
}
