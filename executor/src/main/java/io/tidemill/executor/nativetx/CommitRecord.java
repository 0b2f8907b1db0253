package io.tidemill.executor.nativetx;

import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A commitment in its window. Borsh: committer 32, ceiling u128, bond u128, wave u64, position u32,
 * reveal option {wave u64, nonce 32}. Source: state-and-transactions 1.14, order ours.
 *
 * @param bond what is held; zero once it is revealed
 * @param revealWave the wave of the reveal, or -1
 * @param revealNonce the nonce that opens it, or null
 */
public record CommitRecord(
    Address committer,
    U128 ceiling,
    U128 bond,
    long wave,
    int position,
    long revealWave,
    @Nullable Hash32 revealNonce) {
  private static final byte[] DOMAIN = "pyde-commit-reveal-v1".getBytes(StandardCharsets.US_ASCII);

  /** Blake3("pyde-commit-reveal-v1", inner transaction bytes, nonce 32). */
  public static Hash32 commitment(byte[] inner, Hash32 nonce) {
    return Blake3.hash(
        new BorshWriter(DOMAIN.length + inner.length + Hash32.LENGTH)
            .fixed(DOMAIN)
            .fixed(inner)
            .hash32(nonce)
            .toBytes());
  }

  /** The live record of {@code commitment}, or null. */
  public static @Nullable CommitRecord get(Ledger ledger, Hash32 commitment) {
    final byte[] value = ledger.overlay().get(StateKeys.system(SystemSlot.COMMIT, commitment));
    return value == null ? null : decode(value);
  }

  void put(Ledger ledger, Hash32 commitment) {
    ledger.overlay().put(StateKeys.system(SystemSlot.COMMIT, commitment), encode());
  }

  static void delete(Ledger ledger, Hash32 commitment) {
    ledger.overlay().delete(StateKeys.system(SystemSlot.COMMIT, commitment));
  }

  /** Whether it may be opened in {@code wave}. */
  boolean isOpenIn(long wave, long window) {
    return wave > this.wave && wave - this.wave <= window;
  }

  CommitRecord revealed(long inWave, Hash32 nonce) {
    return new CommitRecord(committer, ceiling, U128.ZERO, wave, position, inWave, nonce);
  }

  private byte[] encode() {
    final BorshWriter out = new BorshWriter(128).hash32(committer.raw());
    ceiling.write(out);
    bond.write(out);
    out.u64(wave).u32(position).bool(revealNonce != null);
    if (revealNonce != null) {
      out.u64(revealWave).hash32(revealNonce);
    }
    return out.toBytes();
  }

  private static CommitRecord decode(byte[] bytes) {
    final BorshReader in = new BorshReader(bytes);
    final Address committer = new Address(in.hash32("committer"));
    final U128 ceiling = U128.read(in, "ceiling");
    final U128 bond = U128.read(in, "bond");
    final long wave = in.u64("wave");
    final int position = in.u32("position");
    final boolean revealed = in.option("reveal");
    final long revealWave = revealed ? in.u64("reveal.wave") : -1;
    final Hash32 nonce = revealed ? in.hash32("reveal.nonce") : null;
    in.end("commit record");
    return new CommitRecord(committer, ceiling, bond, wave, position, revealWave, nonce);
  }
}
