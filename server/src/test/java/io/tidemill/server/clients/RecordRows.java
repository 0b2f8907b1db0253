package io.tidemill.server.clients;

import static io.tidemill.server.clients.ClientVectors.hex;
import static io.tidemill.server.clients.ClientVectors.row;
import static io.tidemill.server.clients.StateKeyRows.repeated;

import io.tidemill.executor.Event;
import io.tidemill.executor.EventCommitment;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.ReceiptCodec;
import io.tidemill.executor.Rules;
import io.tidemill.executor.SettledReceipt;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Receipts and events as they are digested, and the digests of whole waves. */
final class RecordRows {
  static final String DESCRIPTION =
      "Receipts with their fields as the protocol carries them (enums are its numbers), their Borsh"
          + " record, and what a wave of them amounts to.";

  private static final long WAVE = 7;
  private static final Rules.Fees FEES =
      Rules.of(31_337, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED).fees();

  private RecordRows() {}

  static Map<String, List<Map<String, @Nullable Object>>> make() {
    final List<Map<String, @Nullable Object>> waves = new ArrayList<>();
    for (int count : new int[] {0, 1, 2, 3, 6}) {
      final List<Receipt> receipts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        receipts.add(receipt(i));
      }
      waves.add(wave(receipts));
    }
    return new LinkedHashMap<>(Map.of("waves", waves));
  }

  private static Map<String, @Nullable Object> wave(List<Receipt> receipts) {
    final List<Hash32> digests = new ArrayList<>();
    final List<Hash32> events = new ArrayList<>();
    final byte[] bloom = new byte[EventCommitment.BLOOM_BYTES];
    for (SettledReceipt settled : SettledReceipt.all(receipts, FEES)) {
      digests.add(settled.digest());
      events.addAll(settled.eventDigests());
      for (int bit : settled.bloomBits()) {
        bloom[bit / 8] |= (byte) (1 << bit % 8);
      }
    }
    return row(
        "receipts",
        receipts.stream().map(RecordRows::fields).toList(),
        "receipts_digest",
        hex(EventCommitment.root(digests).toBytes()),
        "events_root",
        hex(EventCommitment.root(events).toBytes()),
        "events_bloom",
        hex(bloom));
  }

  private static Receipt receipt(int index) {
    final Receipt.Status status = Receipt.Status.values()[index % 4];
    final boolean success = status == Receipt.Status.SUCCESS;
    return new Receipt(
        WAVE,
        index,
        Blake3.hash(new byte[] {(byte) index}),
        status,
        Receipt.Category.values()[index % 4],
        success ? 0 : 100 + index,
        index % 2 == 0,
        21_000L + index,
        U128.of(1_000L * index),
        index == 0 ? null : repeated(0xA0 + index),
        ("result " + index).getBytes(StandardCharsets.UTF_8),
        index == 4 ? repeated(0x44) : null,
        success ? events(index) : List.of());
  }

  private static List<Event> events(int index) {
    final Address contract = repeated(0x11);
    final Hash32 topic =
        Blake3.hash("Transfer(address,address,uint128)".getBytes(StandardCharsets.UTF_8));
    return List.of(
        new Event(
            contract,
            List.of(topic, repeated(0xAA).raw(), repeated(0xBB).raw()),
            U128.of(100L + index).toBytes()),
        new Event(repeated(0x22), List.of(topic), new byte[0]));
  }

  private static Map<String, @Nullable Object> fields(Receipt receipt) {
    final List<Map<String, @Nullable Object>> events = new ArrayList<>();
    for (int i = 0; i < receipt.events().size(); i++) {
      final Event event = receipt.events().get(i);
      events.add(
          row(
              "contract",
              hex(event.contract().toBytes()),
              "topics",
              event.topics().stream().map(topic -> hex(topic.toBytes())).toList(),
              "data",
              hex(event.data()),
              "encoded",
              hex(EventCommitment.encode(WAVE, receipt.transactionIndex(), i, event))));
    }
    return row(
        "wave",
        receipt.waveId(),
        "transaction_index",
        receipt.transactionIndex(),
        "transaction_hash",
        hex(receipt.transactionHash().toBytes()),
        "status",
        receipt.status().tag() + 1,
        "category",
        receipt.category().tag() + 1,
        "code",
        receipt.code(),
        "nonce_consumed",
        receipt.nonceConsumed(),
        "gas_used",
        receipt.gasUsed(),
        "fee_paid",
        hex(receipt.feePaid().toBytes()),
        "fee_payer",
        receipt.feePayer() == null ? "" : hex(receipt.feePayer().toBytes()),
        "return_data",
        hex(receipt.returnData()),
        "contract",
        receipt.contract() == null ? "" : hex(receipt.contract().toBytes()),
        "events",
        events,
        "encoded",
        hex(ReceiptCodec.encode(receipt)));
  }
}
