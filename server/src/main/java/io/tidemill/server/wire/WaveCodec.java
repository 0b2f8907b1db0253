package io.tidemill.server.wire;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ThresholdInput;
import io.tidemill.executor.Wave;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Refusal;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.CombinedPlaintext;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frames of a wave to the executor's words. */
public final class WaveCodec {
  /**
   * A header whose fields are checked.
   *
   * @param expectedRoot the Blake3 root the chain expects, or null
   * @param parentRoot the Blake3 root it builds on, or null for that of the wave sent before it
   * @param wantStatistics whether the answer says what the execution cost
   * @param transactionCount what will follow, or -1 when it is not known
   */
  public record Header(
      io.tidemill.executor.WaveContext context,
      @Nullable Hash32 parentRoot,
      List<Hash32> quarantined,
      List<byte[]> systemEntries,
      ThresholdInput threshold,
      @Nullable Hash32 expectedRoot,
      boolean wantStateDiff,
      boolean wantReceipts,
      boolean wantStatistics,
      int transactionCount) {

    /** The wave with these transactions. */
    public Wave wave(List<Wave.Entry> transactions) {
      return new Wave(context, parentRoot, transactions, quarantined, systemEntries, threshold);
    }
  }

  private final ChainSpecification chain;

  public WaveCodec(ChainSpecification chain) {
    this.chain = chain;
  }

  /**
   * The header as values.
   *
   * @throws Refusal if a field is not as it must be
   */
  public Header header(WaveHeader message) {
    if (!message.hasContext()) {
      throw Refusal.field("header.context", "is missing");
    }
    if (message.getWave() == 0) {
      throw Refusal.field("header.wave", "wave 0 is the genesis; the first wave is 1");
    }
    if (message.getSystemEntriesCount() > NodeFacts.MAX_SYSTEM_ENTRIES) {
      throw Refusal.limit(
          Limit.SYSTEM_ENTRIES, message.getSystemEntriesCount(), NodeFacts.MAX_SYSTEM_ENTRIES);
    }
    final List<byte[]> entries = new ArrayList<>(message.getSystemEntriesCount());
    for (int i = 0; i < message.getSystemEntriesCount(); i++) {
      final byte[] entry = message.getSystemEntries(i).toByteArray();
      if (entry.length > NodeFacts.MAX_SYSTEM_ENTRY_BYTES) {
        throw Refusal.limit(
            Limit.SYSTEM_ENTRY_BYTES, entry.length, NodeFacts.MAX_SYSTEM_ENTRY_BYTES);
      }
      entries.add(entry);
    }
    return new Header(
        context(message.getWave(), message.getContext(), "header.context"),
        message.getParentRoot().isEmpty()
            ? null
            : Fields.hash(message.getParentRoot(), "header.parent_root"),
        Fields.hashes(
            message.getQuarantinedCodeHashesList(),
            "header.quarantined_code_hashes",
            Limit.QUARANTINED_CODES,
            NodeFacts.MAX_QUARANTINED_CODES),
        entries,
        threshold(message.getThreshold()),
        message.hasExpectedRoot()
            ? Fields.hash(message.getExpectedRoot(), "header.expected_root")
            : null,
        message.getWantStateDiff(),
        !message.getOmitReceipts(),
        message.getWantStatistics(),
        message.hasTransactionCount() ? message.getTransactionCount() : -1);
  }

  @SuppressWarnings("NullAway") // reads the nullable array of another module as non-null
  private static ThresholdInput threshold(io.tidemill.v1.ThresholdInput message) {
    if (message.getPlaintextsCount() > NodeFacts.MAX_PLAINTEXTS) {
      throw Refusal.limit(Limit.PLAINTEXTS, message.getPlaintextsCount(), NodeFacts.MAX_PLAINTEXTS);
    }
    final List<ThresholdInput.Plaintext> plaintexts = new ArrayList<>();
    for (CombinedPlaintext item : message.getPlaintextsList()) {
      plaintexts.add(
          new ThresholdInput.Plaintext(
              Fields.hash(item.getCiphertextHash(), "header.threshold.plaintexts.ciphertext_hash"),
              item.getPlaintext().toByteArray()));
    }
    final byte[] key = message.getCommitteeKey().toByteArray();
    return key.length == 0
        ? new ThresholdInput(null, plaintexts)
        : new ThresholdInput(key, plaintexts);
  }

  /** The context of wave {@code wave} as the executor sees it. */
  public io.tidemill.executor.WaveContext context(long wave, WaveContext message, String field) {
    if (message.getAnchorMemberId() < 0) {
      throw Refusal.field(field + ".anchor_member_id", "does not fit 31 bits");
    }
    return new io.tidemill.executor.WaveContext(
        wave,
        message.getTimestamp(),
        Fields.hashOrZero(message.getBeacon(), field + ".beacon"),
        Fields.u128(message.getBaseFee(), field + ".base_fee"),
        message.getChainId(),
        message.hasEpoch()
            ? message.getEpoch()
            : Long.divideUnsigned(wave, chain.rulesAt(wave).staking().epochLengthWaves()),
        message.getAnchorMemberId());
  }

  /** The context on the wire. */
  public static WaveContext context(io.tidemill.executor.WaveContext context) {
    return WaveContext.newBuilder()
        .setTimestamp(context.timestamp())
        .setBeacon(Fields.bytes(context.beacon()))
        .setBaseFee(Fields.bytes(context.baseFee()))
        .setChainId(context.chainId())
        .setEpoch(context.epoch())
        .setAnchorMemberId(context.anchorMemberId())
        .build();
  }

  /** One transaction; its bytes are not looked into. */
  public static Wave.Entry entry(WaveTransaction message, int index) {
    return new Wave.Entry(
        message.getTransaction().toByteArray(),
        message.getSkip(),
        message.hasRevealOf()
            ? Fields.hash(message.getRevealOf(), "transactions[" + index + "].reveal_of")
            : null);
  }
}
