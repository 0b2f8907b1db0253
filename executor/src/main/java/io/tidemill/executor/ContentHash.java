package io.tidemill.executor;

import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.Objects;

/**
 * Identifies the input of a wave, so that a duplicate is told from a conflict (decisions S8).
 * Blake3 over Borsh: wave_id u64, timestamp u64, beacon 32, base_fee u128, chain_id u64, epoch u64,
 * anchor_member_id u32, parent_root 32, entries vec of {Blake3(bytes) 32, skip bool, reveal_of
 * option 32}, quarantined vec of 32, system_entries vec of Blake3 32, committee_key option Blake3
 * 32, plaintexts vec of {ciphertext_hash 32, Blake3(plaintext) 32}.
 */
public final class ContentHash {
  private ContentHash() {}

  /** The content hash of {@code wave}, which names its parent root. */
  public static Hash32 of(Wave wave) {
    final Hash32[] digests = new Hash32[wave.transactions().size()];
    for (int i = 0; i < digests.length; i++) {
      digests[i] = Blake3.hash(wave.transactions().get(i).bytes());
    }
    return of(wave, digests);
  }

  /** The same with Blake3 of each entry's bytes already known. */
  static Hash32 of(Wave wave, Hash32[] digests) {
    final BorshWriter out = new BorshWriter(256 + 34 * digests.length);
    final WaveContext context = wave.context();
    out.u64(context.waveId()).u64(context.timestamp()).hash32(context.beacon());
    context.baseFee().write(out);
    out.u64(context.chainId()).u64(context.epoch()).u32(context.anchorMemberId());
    out.hash32(Objects.requireNonNull(wave.parentRoot(), "parent root")).u32(digests.length);
    for (int i = 0; i < digests.length; i++) {
      final Wave.Entry entry = wave.transactions().get(i);
      out.hash32(digests[i]).bool(entry.skip()).bool(entry.revealOf() != null);
      if (entry.revealOf() != null) {
        out.hash32(entry.revealOf());
      }
    }
    out.u32(wave.quarantinedCode().size());
    for (Hash32 code : wave.quarantinedCode()) {
      out.hash32(code);
    }
    out.u32(wave.systemEntries().size());
    for (byte[] entry : wave.systemEntries()) {
      out.hash32(Blake3.hash(entry));
    }
    writeThreshold(out, wave.threshold());
    return Blake3.hash(out.buffer(), 0, out.length());
  }

  private static void writeThreshold(BorshWriter out, ThresholdInput threshold) {
    final byte[] key = threshold.committeeKey();
    out.bool(key != null);
    if (key != null) {
      out.hash32(Blake3.hash(key));
    }
    out.u32(threshold.plaintexts().size());
    for (ThresholdInput.Plaintext plaintext : threshold.plaintexts()) {
      out.hash32(plaintext.ciphertextHash()).hash32(Blake3.hash(plaintext.plaintext()));
    }
  }
}
