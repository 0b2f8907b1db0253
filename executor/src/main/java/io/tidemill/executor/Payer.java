package io.tidemill.executor;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;

/**
 * What a fee is taken from: the balance or the gas tank of an account. Source:
 * state-and-transactions 6.1, decisions S13.
 *
 * @param tank whether the gas tank pays
 */
record Payer(Address address, boolean tank) {
  static Payer balanceOf(Address address) {
    return new Payer(address, false);
  }

  static Payer tankOf(Address address) {
    return new Payer(address, true);
  }

  /** What is there. */
  U128 funds(Ledger ledger) {
    final Account account = ledger.account(address);
    if (account == null) {
      return U128.ZERO;
    }
    return tank ? account.gasTank() : account.balance();
  }

  /** Takes {@code fee}, which the caller knows to be there. */
  void take(Ledger ledger, U128 fee) {
    if (fee.isZero()) {
      return;
    }
    final Account account = ledger.account(address);
    if (account == null) {
      throw new NodeFault("the fee payer " + address + " vanished during its transaction");
    }
    ledger.put(
        tank
            ? account.withGasTank(account.gasTank().minus(fee))
            : account.withBalance(account.balance().minus(fee)));
  }
}
