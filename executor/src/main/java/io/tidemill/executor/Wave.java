package io.tidemill.executor;

import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ordered batch of transactions with its context: the unit of execution and of commit.
 *
 * @param parentRoot the Blake3 state root it builds on, or null for whatever root its base has: a
 *     client that sends a wave ahead does not know it yet
 * @param transactions in canonical order; the position is the transaction index
 * @param quarantinedCode code hashes that no transaction may reach (decisions O5)
 * @param threshold what the client knows about the threshold committee (decisions H5)
 * @param systemEntries slashing evidence that enters without payer or nonce (decisions S14), Borsh
 */
public record Wave(
    WaveContext context,
    @Nullable Hash32 parentRoot,
    List<Entry> transactions,
    List<Hash32> quarantinedCode,
    List<byte[]> systemEntries,
    ThresholdInput threshold) {

  /**
   * One transaction as the client ordered it.
   *
   * @param bytes its Borsh bytes, not yet decoded
   * @param skip the client's consensus says not to run it (decisions O5)
   * @param revealOf the commitment whose inner transaction this is (decisions S14), or null
   */
  public record Entry(byte[] bytes, boolean skip, @Nullable Hash32 revealOf) {}

  public Wave {
    transactions = List.copyOf(transactions);
    quarantinedCode = List.copyOf(quarantinedCode);
    systemEntries = List.copyOf(systemEntries);
  }

  /** A wave without threshold input. */
  public Wave(
      WaveContext context,
      @Nullable Hash32 parentRoot,
      List<Entry> transactions,
      List<Hash32> quarantinedCode,
      List<byte[]> systemEntries) {
    this(context, parentRoot, transactions, quarantinedCode, systemEntries, ThresholdInput.NONE);
  }

  /** The same wave on this root. */
  public Wave on(Hash32 root) {
    return new Wave(context, root, transactions, quarantinedCode, systemEntries, threshold);
  }
}
