package io.tidemill.client.proof;

import com.google.protobuf.ByteString;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.hash.Blake3;
import io.tidemill.v1.Event;
import io.tidemill.v1.Receipt;
import io.tidemill.v1.WaveSummary;
import java.util.ArrayList;
import java.util.List;

/**
 * What a wave commits to about its receipts and events, computed from the receipts themselves: the
 * Borsh records, and the Merkle roots over their Blake3 hashes, padded with zeros to a power of
 * two.
 */
public final class WaveDigests {
  private static final int HASH = 32;
  private static final int AMOUNT = 16;
  private static final int BLOOM = 256;

  private WaveDigests() {}

  /** The record of a receipt, whose Blake3 is a leaf of the receipts digest. */
  public static byte[] record(Receipt receipt) {
    BorshWriter out = new BorshWriter();
    out.u64(receipt.getWave()).u32(receipt.getTransactionIndex());
    out.fixed(receipt.getTransactionHash().toByteArray());
    out.u8(receipt.getStatusValue() - 1).u8(receipt.getCategoryValue() - 1);
    out.u16(receipt.getCodeValue()).bool(receipt.getNonceConsumed()).u64(receipt.getGasUsed());
    ByteString fee = receipt.getFeePaid();
    out.fixed(fee.isEmpty() ? new byte[AMOUNT] : fee.toByteArray());
    address(out, receipt.getFeePayer());
    out.bytes(receipt.getReturnData().toByteArray());
    address(out, receipt.getContract());
    out.list(receipt.getEventsList(), WaveDigests::body);
    return out.toBytes();
  }

  /** The record of an event, whose Blake3 is a leaf of the events root. */
  public static byte[] record(Event event) {
    BorshWriter out = new BorshWriter();
    out.u64(event.getWave()).u32(event.getTransactionIndex()).u32(event.getEventIndex());
    body(out, event);
    return out.toBytes();
  }

  /** The receipts digest of a wave with these receipts, 32 bytes. */
  public static byte[] receiptsDigest(List<Receipt> receipts) {
    return root(receipts.stream().map(receipt -> Blake3.hash(record(receipt))).toList());
  }

  /** The events root of a wave with these receipts, 32 bytes. */
  public static byte[] eventsRoot(List<Receipt> receipts) {
    List<byte[]> leaves = new ArrayList<>();
    for (Receipt receipt : receipts) {
      for (Event event : receipt.getEventsList()) {
        leaves.add(Blake3.hash(record(event)));
      }
    }
    return root(leaves);
  }

  /** The bloom filter of a wave with these receipts, 256 bytes. */
  public static byte[] eventsBloom(List<Receipt> receipts) {
    byte[] bloom = new byte[BLOOM];
    for (Receipt receipt : receipts) {
      for (Event event : receipt.getEventsList()) {
        insert(bloom, event.getContract());
        event.getTopicsList().forEach(topic -> insert(bloom, topic));
      }
    }
    return bloom;
  }

  /**
   * Whether digest, events root, filter and counts of {@code summary} are those of the receipts.
   */
  public static boolean match(WaveSummary summary, List<Receipt> receipts) {
    int events = receipts.stream().mapToInt(Receipt::getEventsCount).sum();
    return summary.getTransactions() == receipts.size()
        && summary.getEventsCount() == events
        && summary.getReceiptsDigest().equals(ByteString.copyFrom(receiptsDigest(receipts)))
        && summary.getEventsRoot().equals(ByteString.copyFrom(eventsRoot(receipts)))
        && summary.getEventsBloom().equals(ByteString.copyFrom(eventsBloom(receipts)));
  }

  private static void address(BorshWriter out, ByteString address) {
    out.bool(!address.isEmpty()).fixed(address.toByteArray());
  }

  private static void body(BorshWriter out, Event event) {
    out.fixed(event.getContract().toByteArray());
    out.list(event.getTopicsList(), (topics, topic) -> topics.fixed(topic.toByteArray()));
    out.bytes(event.getData().toByteArray());
  }

  private static byte[] root(List<byte[]> leaves) {
    if (leaves.isEmpty()) {
      return new byte[HASH];
    }
    List<byte[]> level = new ArrayList<>(leaves);
    while (Integer.bitCount(level.size()) != 1) {
      level.add(new byte[HASH]);
    }
    while (level.size() > 1) {
      List<byte[]> above = new ArrayList<>(level.size() / 2);
      for (int i = 0; i < level.size(); i += 2) {
        above.add(Blake3.hash(level.get(i), level.get(i + 1)));
      }
      level = above;
    }
    return level.getFirst();
  }

  /** Three bits per item: the first three little-endian u64 of its Blake3, modulo 2,048. */
  private static void insert(byte[] bloom, ByteString item) {
    byte[] digest = Blake3.hash(item.toByteArray());
    for (int word = 0; word < 3; word++) {
      int bit = (digest[8 * word] & 0xFF | digest[8 * word + 1] << 8) & 8 * BLOOM - 1;
      bloom[bit / 8] |= (byte) (1 << bit % 8);
    }
  }
}
