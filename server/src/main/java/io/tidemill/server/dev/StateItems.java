package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.jsonrpc.Params;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A whole state as a list of small JSON objects: {@code {"key", "value"}} for what is stored, and
 * {@code {"code", "last"}} for the parts of a module. Each is far smaller than a request may be, so
 * that any number of them can be sent in portions.
 */
final class StateItems {
  /** Bytes of values and modules in one portion that is read. */
  private static final int PORTION = 400_000;

  /** Bytes of a module in one item. */
  private static final int PART = 100_000;

  /** What has arrived. */
  private final TreeMap<Hash32, byte[]> values = new TreeMap<>();

  private final List<byte[]> modules = new ArrayList<>();
  private final ByteArrayOutputStream module = new ByteArrayOutputStream();

  // ---- writing ----------------------------------------------------------------------------------

  /**
   * The portion of {@code state} that begins at the key hash {@code from}, with the key hash that
   * the next one begins at, or null at the end.
   */
  static ObjectNode portion(Snapshot state, Hash32 from) {
    final ArrayNode items = JsonNodeFactory.instance.arrayNode();
    final Set<Hash32> sent = new HashSet<>();
    final Hash32[] next = {null};
    final int[] bytes = {0};
    state.list(
        from,
        (key, value) -> {
          if (bytes[0] > PORTION) {
            next[0] = key.keyHash();
            return false;
          }
          final Hash32 code = code(key, value);
          final byte[] wasm = code == null || !sent.add(code) ? null : state.code(code);
          if (wasm != null) {
            parts(items, wasm);
            bytes[0] += wasm.length;
          }
          items
              .addObject()
              .put("key", DevMethods.hex(key.raw().toBytes()))
              .put("value", DevMethods.hex(value));
          bytes[0] += Hash32.LENGTH + value.length;
          return true;
        });
    final ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.set("items", items);
    return view.put("next", next[0] == null ? null : DevMethods.hex(next[0].toBytes()));
  }

  /** The hash of the code that an entry names, or null. */
  private static @Nullable Hash32 code(StateKey key, byte[] value) {
    if (StateKeys.isContractRecord(key)) {
      return ContractRecord.decode(value).pendingCode();
    }
    return StateKeys.isAccount(key) ? AccountCodec.decode(value).codeHash() : null;
  }

  private static void parts(ArrayNode items, byte[] wasm) {
    for (int at = 0; at < wasm.length; at += PART) {
      final int end = Math.min(wasm.length, at + PART);
      items
          .addObject()
          .put("code", DevMethods.hex(Arrays.copyOfRange(wasm, at, end)))
          .put("last", end == wasm.length);
    }
  }

  // ---- reading ----------------------------------------------------------------------------------

  /**
   * Takes some items.
   *
   * @throws Refusal if one is none
   */
  void add(@Nullable JsonNode items) {
    if (items == null || !items.isArray()) {
      throw Refusal.field("state.items", "must be an array");
    }
    for (int i = 0; i < items.size(); i++) {
      final Params item =
          Params.object(
              items.get(i), List.of("key", "value", "code", "last"), "state.items[" + i + "]");
      final byte[] part = item.bytes("code");
      if (part != null) {
        module.writeBytes(part);
        if (item.flag("last")) {
          modules.add(module.toByteArray());
          module.reset();
        }
      } else {
        final byte[] value = item.bytes("value");
        if (value == null) {
          throw Refusal.field(item.path("value"), "is missing");
        }
        values.put(item.requireHash("key"), value);
      }
    }
  }

  /** The root of a state that is what has arrived and nothing else. */
  Hash32 root() {
    final TreeMap<StateKey, byte @Nullable []> state = new TreeMap<>();
    values.forEach((key, value) -> state.put(new StateKey(key), value));
    try (MemoryStateStore store = MemoryStateStore.create()) {
      return store.propose(StateDelta.of(state)).root().blake3();
    }
  }

  /** The changes that make {@code state} into what has arrived, in waves that a node accepts. */
  List<List<DevChange>> changes(Snapshot state) {
    final List<DevChange.Value> changed = new ArrayList<>();
    final Set<Hash32> there = new HashSet<>();
    state.list(
        Hash32.ZERO,
        (key, value) -> {
          final byte[] wanted = values.get(key.raw());
          there.add(key.raw());
          if (!Arrays.equals(wanted, value)) {
            changed.add(new DevChange.Value(key.raw(), wanted));
          }
          return true;
        });
    values.forEach(
        (key, value) -> {
          if (!there.contains(key)) {
            changed.add(new DevChange.Value(key, value));
          }
        });
    final List<DevChange> changes = new ArrayList<>();
    modules.forEach(wasm -> changes.addAll(DevChange.module(wasm)));
    changes.addAll(joined(changed));
    return waves(changes);
  }

  private static List<DevChange> joined(List<DevChange.Value> values) {
    final List<DevChange> changes = new ArrayList<>();
    List<DevChange.Value> entry = new ArrayList<>();
    int size = 0;
    for (DevChange.Value value : values) {
      if (!entry.isEmpty() && size + value.size() > DevChange.MAX_BYTES) {
        changes.add(new DevChange.Values(entry));
        entry = new ArrayList<>();
        size = 0;
      }
      entry.add(value);
      size += value.size();
    }
    if (!entry.isEmpty()) {
      changes.add(new DevChange.Values(entry));
    }
    return changes;
  }

  /** A module's parts may be cut apart by a wave only where the module ends. */
  private static List<List<DevChange>> waves(List<DevChange> changes) {
    final List<List<DevChange>> waves = new ArrayList<>();
    List<DevChange> wave = new ArrayList<>();
    for (DevChange change : changes) {
      wave.add(change);
      final boolean inside = change instanceof DevChange.CodePart part && !part.last();
      if (wave.size() >= Sequencer.MAX_CHANGES && !inside) {
        waves.add(wave);
        wave = new ArrayList<>();
      }
    }
    if (!wave.isEmpty()) {
      waves.add(wave);
    }
    return waves;
  }
}
