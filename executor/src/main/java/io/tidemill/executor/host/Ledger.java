package io.tidemill.executor.host;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import org.jspecify.annotations.Nullable;

/** Accounts as frames see and move them. Source: host-abi 2.5, decisions S12. */
public final class Ledger {
  /** What a move came to. */
  public enum Move {
    DONE,
    INSUFFICIENT,
    OVERFLOW,
    /** Another account holds the recipient's record: same first 16 bytes (decisions S12). */
    FOREIGN_RECORD
  }

  private Ledger() {}

  /** How accounts are kept, said once for frames and for transactions. */
  private static io.tidemill.executor.overlay.Ledger records(Overlay overlay) {
    return new io.tidemill.executor.overlay.Ledger(overlay);
  }

  /** The account at {@code address}, or null when there is none. */
  public static @Nullable Account get(Overlay overlay, Address address) {
    return records(overlay).account(address);
  }

  /** Whether another account with the same first 16 bytes holds the record of {@code address}. */
  public static boolean isForeign(Overlay overlay, Address address) {
    return !records(overlay).mayHold(address);
  }

  /** Writes {@code account}. */
  public static void put(Overlay overlay, Account account) {
    records(overlay).put(account);
  }

  /** The balance of {@code address}, zero when there is no account. */
  public static U128 balance(Overlay overlay, Address address) {
    final Account account = get(overlay, address);
    return account == null ? U128.ZERO : account.balance();
  }

  /**
   * Moves {@code amount}; a missing recipient becomes a keyless account, unless the amount is zero.
   * Changes nothing unless it is done.
   */
  public static Move move(Overlay overlay, Address from, Address to, U128 amount) {
    if (amount.isZero()) {
      return Move.DONE;
    }
    final Account payer = get(overlay, from);
    final U128 rest = payer == null ? null : payer.balance().minusOrNull(amount);
    if (payer == null || rest == null) {
      return Move.INSUFFICIENT;
    }
    if (from.equals(to)) {
      return Move.DONE;
    }
    Account payee = get(overlay, to);
    if (payee == null) {
      if (isForeign(overlay, to)) {
        return Move.FOREIGN_RECORD;
      }
      payee = Account.empty(to);
    }
    final U128 sum = payee.balance().plusOrNull(amount);
    if (sum == null) {
      return Move.OVERFLOW;
    }
    put(overlay, payer.withBalance(rest));
    put(overlay, payee.withBalance(sum));
    return Move.DONE;
  }
}
