package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.author.ContractInterface;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.ChainReader;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Storage by the names of the contract's state schema. */
public final class StorageFields {
  private StorageFields() {}

  /** {@code tidemill_getField}. */
  static Method method(ChainReader reader) {
    return new Method(
        "tidemill_getField",
        List.of("contract", "field", "keys", "base"),
        params -> {
          try (Snapshot state = reader.open(params.base("base"))) {
            return read(
                state,
                ChainMethods.target(state, params, "contract"),
                params,
                name -> ChainReader.addressOf(state, name));
          }
        });
  }

  /**
   * The field that {@code params} name, with its slot, its raw key, its bytes and, by its type, its
   * text.
   *
   * @param names addresses that keys may name
   * @throws Refusal if the contract declares no such field, or the keys do not fit
   */
  public static ObjectNode read(
      Snapshot state, Address contract, Params params, Function<String, @Nullable Address> names) {
    final byte[] wasm = ChainMethods.wasm(state, contract);
    final ContractInterface known = wasm == null ? null : ContractInterface.of(wasm);
    if (known == null) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "contract with an ABI", "key", contract);
    }
    final String name = params.text("field");
    if (name == null) {
      throw Refusal.field(params.path("field"), "is missing");
    }
    final ContractInterface.Field field;
    try {
      field = known.field(contract, name, words(params), names);
    } catch (IllegalArgumentException e) {
      throw Refusal.field(params.path("field"), String.valueOf(e.getMessage()));
    }
    final StateKey key = StateKeys.slot(contract, field.slot());
    final byte[] value = key == null ? null : state.get(key);
    return JsonViews.NODES
        .objectNode()
        .put("slot", JsonViews.hex(field.slot()))
        .put("key", key == null ? null : JsonViews.hex(key.raw()))
        .put("value", value == null ? null : JsonViews.hex(value))
        .put("text", value == null ? null : known.value(field, value));
  }

  private static List<String> words(Params params) {
    final JsonNode given = params.get("keys");
    final List<String> words = new ArrayList<>();
    if (given == null) {
      return words;
    }
    if (!given.isArray() || given.size() > 3) {
      throw Refusal.field(params.path("keys"), "must be an array of at most 3");
    }
    given.forEach(word -> words.add(word.asText()));
    return words;
  }
}
