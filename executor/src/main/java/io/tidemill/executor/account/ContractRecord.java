package io.tidemill.executor.account;

import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * What the chain knows of a contract besides its account: account meta leaf 0x11, Borsh {owner 32,
 * deposit u128, pending option {code_hash 32, effective_wave u64}}. Source: decisions S4.
 *
 * @param pendingCode the scheduled code, or null
 * @param effectiveWave the first wave that runs {@code pendingCode}; 0 without one
 */
public record ContractRecord(
    Address owner, U128 deposit, @Nullable Hash32 pendingCode, long effectiveWave) {
  /** A contract that is not being upgraded. */
  public static ContractRecord of(Address owner, U128 deposit) {
    return new ContractRecord(owner, deposit, null, 0);
  }

  /** The code that runs in {@code wave} for an account whose record names {@code codeHash}. */
  public Hash32 activeCode(Hash32 codeHash, long wave) {
    return pendingCode != null && Long.compareUnsigned(wave, effectiveWave) >= 0
        ? pendingCode
        : codeHash;
  }

  public ContractRecord withOwner(Address newOwner) {
    return new ContractRecord(newOwner, deposit, pendingCode, effectiveWave);
  }

  public ContractRecord withDeposit(U128 newDeposit) {
    return new ContractRecord(owner, newDeposit, pendingCode, effectiveWave);
  }

  public ContractRecord withPending(@Nullable Hash32 code, long wave) {
    return new ContractRecord(owner, deposit, code, code == null ? 0 : wave);
  }

  /** The Borsh bytes. */
  public byte[] encode() {
    final BorshWriter out = new BorshWriter(89).hash32(owner.raw());
    deposit.write(out);
    out.bool(pendingCode != null);
    if (pendingCode != null) {
      out.hash32(pendingCode).u64(effectiveWave);
    }
    return out.toBytes();
  }

  /**
   * The record in {@code bytes}.
   *
   * @throws io.tidemill.executor.borsh.BorshException if it is none, which under the root means
   *     corruption
   */
  public static ContractRecord decode(byte[] bytes) {
    final BorshReader in = new BorshReader(bytes);
    final Address owner = new Address(in.hash32("owner"));
    final U128 deposit = U128.read(in, "deposit");
    final boolean pending = in.option("pending");
    final Hash32 code = pending ? in.hash32("pending.code_hash") : null;
    final long wave = pending ? in.u64("pending.effective_wave") : 0;
    in.end("contract record");
    return new ContractRecord(owner, deposit, code, wave);
  }
}
