package io.tidemill.executor.nativetx;

import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import org.jspecify.annotations.Nullable;

/**
 * A reduction of stake that waits for objections. Borsh: validator 32, reporter option 32, offense
 * u8, amount u128, stake u128, matures u64. Deleted when it is settled or void. Source:
 * state-and-transactions 1.12, order ours.
 *
 * @param amount what is held; not in any balance and no longer in the stake
 * @param stake the stake before the reduction
 * @param matures the epoch that settles it
 */
public record SlashEscrow(
    Address validator,
    @Nullable Address reporter,
    int offense,
    U128 amount,
    U128 stake,
    long matures) {
  /** The pending escrow {@code id}, or null. */
  public static @Nullable SlashEscrow get(Ledger ledger, long id) {
    final byte[] value = ledger.overlay().get(StateKeys.system(SystemSlot.ESCROW, id));
    return value == null ? null : decode(value);
  }

  void put(Ledger ledger, long id) {
    ledger.overlay().put(StateKeys.system(SystemSlot.ESCROW, id), encode());
  }

  static void delete(Ledger ledger, long id) {
    ledger.overlay().delete(StateKeys.system(SystemSlot.ESCROW, id));
  }

  SlashEscrow withAmount(U128 value) {
    return new SlashEscrow(validator, reporter, offense, value, stake, matures);
  }

  private byte[] encode() {
    final BorshWriter out = new BorshWriter(128).hash32(validator.raw());
    out.bool(reporter != null);
    if (reporter != null) {
      out.hash32(reporter.raw());
    }
    out.u8(offense);
    amount.write(out);
    stake.write(out);
    return out.u64(matures).toBytes();
  }

  private static SlashEscrow decode(byte[] bytes) {
    final BorshReader in = new BorshReader(bytes);
    final Address validator = new Address(in.hash32("validator"));
    final Address reporter = in.option("reporter") ? new Address(in.hash32("reporter")) : null;
    final int offense = in.u8("offense");
    final U128 amount = U128.read(in, "amount");
    final U128 stake = U128.read(in, "stake");
    final long matures = in.u64("matures");
    in.end("slash escrow");
    return new SlashEscrow(validator, reporter, offense, amount, stake, matures);
  }
}
