package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.author.AbiJson;
import io.tidemill.server.author.ContractInterface;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.ChainReader;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of who trusts nothing: raw state, its proofs, and what a contract says it is. */
final class ProofMethods {
  private final ChainReader reader;

  ProofMethods(ChainReader reader) {
    this.reader = reader;
  }

  List<Method> methods() {
    return List.of(
        new Method("pyde_getProof", List.of("account", "slots", "base"), this::proof),
        new Method("tidemill_getState", List.of("keys", "base", "proofs"), this::state),
        StorageFields.method(reader),
        new Method("tidemill_getAbi", List.of("contract", "base"), this::abi));
  }

  /** The account record, and slots of the contract. */
  private JsonNode proof(Params params) {
    final List<Hash32> slots = hashes(params, "slots");
    try (Snapshot state = reader.open(params.base("base"))) {
      final Address address = ChainMethods.target(state, params, "account");
      final ObjectNode view = base(state);
      view.set("account", proven(state, StateKeys.account(address), null));
      final ArrayNode list = view.putArray("slots");
      for (Hash32 slot : slots) {
        final StateKey key = StateKeys.slot(address, slot);
        if (key == null) {
          throw Refusal.field("slots", slot.toHex() + " is reserved for the account");
        }
        list.add(proven(state, key, slot));
      }
      return view;
    }
  }

  /** Values of raw keys. */
  private JsonNode state(Params params) {
    final List<Hash32> keys = hashes(params, "keys");
    final boolean proofs = params.flag("proofs");
    try (Snapshot state = reader.open(params.base("base"))) {
      final ObjectNode view = base(state);
      final ArrayNode list = view.putArray("entries");
      for (Hash32 raw : keys) {
        final StateKey key = new StateKey(raw);
        list.add(proofs ? proven(state, key, null) : entry(state, key));
      }
      return view;
    }
  }

  private static List<Hash32> hashes(Params params, String name) {
    final JsonNode given = params.get(name);
    if (given != null && !given.isArray()) {
      throw Refusal.field(name, "must be an array");
    }
    return ChainMethods.hashes(given, name, Limit.PROOF_KEYS, NodeFacts.MAX_PROOF_KEYS);
  }

  private static ObjectNode base(Snapshot state) {
    final ObjectNode view = JsonViews.NODES.objectNode();
    view.putObject("base")
        .put("wave", state.wave())
        .put("root", JsonViews.hex(state.root().blake3()));
    return view;
  }

  private static ObjectNode entry(Snapshot state, StateKey key) {
    final byte[] value = state.get(key);
    return JsonViews.NODES
        .objectNode()
        .put("key", JsonViews.hex(key.raw()))
        .put("value", value == null ? null : JsonViews.hex(value));
  }

  private static ObjectNode proven(Snapshot state, StateKey key, @Nullable Hash32 slot) {
    final ObjectNode entry = entry(state, key);
    if (slot != null) {
      entry.put("slot", JsonViews.hex(slot));
    }
    try {
      return entry.put("proof", JsonViews.hex(state.prove(key).encode()));
    } catch (UnsupportedOperationException e) {
      throw Refusal.field("base", "is not committed, so nothing in it can be proven");
    }
  }

  private JsonNode abi(Params params) {
    try (Snapshot state = reader.open(params.base("base"))) {
      final Address address = ChainMethods.target(state, params, "contract");
      final byte[] wasm = ChainMethods.wasm(state, address);
      final ContractInterface contract = wasm == null ? null : ContractInterface.of(wasm);
      if (wasm == null || contract == null) {
        throw Refusal.of(Reason.NOT_FOUND, "what", "contract with an ABI", "key", address);
      }
      return AbiJson.of(contract.abi())
          .put("address", JsonViews.hex(address))
          .put("wasm_bytes", wasm.length)
          .put("registered_name", ChainReader.nameOf(state, address));
    }
  }
}
