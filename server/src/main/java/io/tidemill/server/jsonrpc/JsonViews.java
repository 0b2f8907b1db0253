package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.Event;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.errors.ErrorCatalogue;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.state.hash.Hash32;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Values as JSON: bytes are lower-case hex with {@code 0x}, amounts of 128 bits are decimal
 * strings, everything else that is a number is one. Names are snake_case.
 */
final class JsonViews {
  static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonViews() {}

  static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  static String hex(Hash32 hash) {
    return "0x" + hash.toHex();
  }

  static String hex(Address address) {
    return hex(address.raw());
  }

  static ObjectNode receipt(Receipt receipt) {
    final ObjectNode view =
        NODES
            .objectNode()
            .put("transaction_hash", hex(receipt.transactionHash()))
            .put("wave", receipt.waveId())
            .put("transaction_index", receipt.transactionIndex())
            .put("status", lower(receipt.status()))
            .put("category", lower(receipt.category()))
            .put("code", receipt.code())
            .put("gas_used", receipt.gasUsed())
            .put("fee_paid", receipt.feePaid().toString())
            .put("nonce_consumed", receipt.nonceConsumed())
            .put("return_data", hex(receipt.returnData()));
    view.put(
        "code_name",
        receipt.code() == 0 ? null : ErrorCatalogue.get().receiptCodeName(receipt.code()));
    view.put("fee_payer", hexOrNull(receipt.feePayer()));
    view.put("contract", hexOrNull(receipt.contract()));
    final ArrayNode events = view.putArray("events");
    for (int i = 0; i < receipt.events().size(); i++) {
      events.add(event(receipt.events().get(i), receipt.waveId(), receipt.transactionIndex(), i));
    }
    return view;
  }

  static ObjectNode event(Event event, long wave, int transactionIndex, int eventIndex) {
    final ObjectNode view =
        NODES
            .objectNode()
            .put("wave", wave)
            .put("transaction_index", transactionIndex)
            .put("event_index", eventIndex)
            .put("contract", hex(event.contract()));
    final ArrayNode topics = view.putArray("topics");
    event.topics().forEach(topic -> topics.add(hex(topic)));
    return view.put("data", hex(event.data()));
  }

  static ObjectNode account(
      Account account, @Nullable ContractRecord contract, @Nullable String name) {
    final ObjectNode view =
        NODES
            .objectNode()
            .put("address", hex(account.address()))
            .put("type", lower(account.type()))
            .put("balance", account.balance().toString())
            .put("nonce", account.nonce().base())
            .put("nonce_used", account.nonce().used())
            .put("code_hash", hex(account.codeHash()))
            .put("gas_tank", account.gasTank().toString())
            .put("key_nonce", Integer.toUnsignedLong(account.keyNonce()))
            .put("name", name);
    final ArrayNode keys = view.putArray("public_keys");
    switch (account.authKeys()) {
      case AuthKeys.None _, AuthKeys.Programmable _ -> {}
      case AuthKeys.Single(byte[] key) -> keys.add(hex(key));
      case AuthKeys.MultiSig(List<byte[]> many, int threshold) -> {
        many.forEach(key -> keys.add(hex(key)));
        view.put("key_threshold", threshold);
      }
    }
    if (contract != null) {
      final ObjectNode record =
          view.putObject("contract")
              .put("owner", hex(contract.owner()))
              .put("deposit", contract.deposit().toString());
      final Hash32 pending = contract.pendingCode();
      if (pending != null) {
        record
            .putObject("pending")
            .put("code_hash", hex(pending))
            .put("effective_wave", contract.effectiveWave());
      }
    }
    return view;
  }

  static ObjectNode wave(WaveAnswer answer) {
    final ObjectNode view =
        NODES
            .objectNode()
            .put("wave", answer.wave())
            .put("timestamp", answer.record().context().timestamp())
            .put("root", hex(answer.root().blake3()))
            .put("poseidon2_root", hex(answer.root().poseidon2()))
            .put("content_hash", hex(answer.record().contentHash()))
            .put("events_root", hex(answer.record().eventsRoot()))
            .put("events_count", answer.record().eventsCount())
            .put("receipts_digest", hex(answer.record().receiptsDigest()))
            .put("gas_used", answer.record().totals().gasUsed().toString())
            .put("fees", answer.record().totals().fees().toString())
            .put("burned", answer.record().totals().burned().toString())
            .put("next_base_fee", answer.record().nextBaseFee().toString())
            .put("rules_hash", hex(answer.record().rulesHash()))
            .put("changed_keys", answer.changedKeys());
    final ArrayNode transactions = view.putArray("transactions");
    answer.receipts().forEach(receipt -> transactions.add(hex(receipt.transactionHash())));
    return view;
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable String hexOrNull(@Nullable Address address) {
    return address == null ? null : hex(address);
  }
}
