package io.tidemill.executor;

import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The receipt as it is stored and digested. Borsh: wave_id u64, tx_index u32, tx_hash 32, status
 * u8, category u8, code u16, nonce_consumed bool, gas_used u64, fee_paid u128, fee_payer option 32,
 * return_data bytes, contract option 32, events vec of {contract 32, topics vec of 32, data bytes}.
 * Source: decisions O7, state-and-transactions 4.5.
 */
public final class ReceiptCodec {
  private static final Receipt.Status[] STATUSES = Receipt.Status.values();
  private static final Receipt.Category[] CATEGORIES = Receipt.Category.values();

  private ReceiptCodec() {}

  /** The Borsh bytes of {@code receipt}. */
  public static byte[] encode(Receipt receipt) {
    final BorshWriter out = new BorshWriter(160 + receipt.returnData().length);
    write(out, receipt);
    return out.toBytes();
  }

  private static void write(BorshWriter out, Receipt receipt) {
    out.u64(receipt.waveId()).u32(receipt.transactionIndex()).hash32(receipt.transactionHash());
    out.u8(receipt.status().tag()).u8(receipt.category().tag()).u16(receipt.code());
    out.bool(receipt.nonceConsumed()).u64(receipt.gasUsed());
    receipt.feePaid().write(out);
    writeAddress(out, receipt.feePayer());
    out.bytes(receipt.returnData());
    writeAddress(out, receipt.contract());
    out.u32(receipt.events().size());
    for (Event event : receipt.events()) {
      out.hash32(event.contract().raw()).u32(event.topics().size());
      for (Hash32 topic : event.topics()) {
        out.hash32(topic);
      }
      out.bytes(event.data());
    }
  }

  /**
   * The receipt in {@code bytes}.
   *
   * @throws io.tidemill.executor.borsh.BorshException if it is none
   */
  public static Receipt decode(byte[] bytes) {
    final BorshReader in = new BorshReader(bytes);
    final long waveId = in.u64("wave_id");
    final int index = in.u32("tx_index");
    final Hash32 hash = in.hash32("tx_hash");
    final Receipt.Status status = STATUSES[in.tag("status", STATUSES.length)];
    final Receipt.Category category = CATEGORIES[in.tag("category", CATEGORIES.length)];
    final int code = in.u16("code");
    final boolean nonceConsumed = in.bool("nonce_consumed");
    final long gasUsed = in.u64("gas_used");
    final U128 feePaid = U128.read(in, "fee_paid");
    final Address feePayer = readAddress(in, "fee_payer");
    final byte[] returnData = in.bytes("return_data");
    final Address contract = readAddress(in, "contract");
    final int count = in.count("events", 40);
    final List<Event> events = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final Address emitter = new Address(in.hash32("events.contract"));
      final int topicCount = in.count("events.topics", Hash32.LENGTH);
      final List<Hash32> topics = new ArrayList<>(topicCount);
      for (int t = 0; t < topicCount; t++) {
        topics.add(in.hash32("events.topics"));
      }
      events.add(new Event(emitter, topics, in.bytes("events.data")));
    }
    in.end("receipt");
    return new Receipt(
        waveId,
        index,
        hash,
        status,
        category,
        code,
        nonceConsumed,
        gasUsed,
        feePaid,
        feePayer,
        returnData,
        contract,
        events);
  }

  private static void writeAddress(BorshWriter out, @Nullable Address address) {
    out.bool(address != null);
    if (address != null) {
      out.hash32(address.raw());
    }
  }

  private static @Nullable Address readAddress(BorshReader in, String field) {
    return in.option(field) ? new Address(in.hash32(field)) : null;
  }
}
