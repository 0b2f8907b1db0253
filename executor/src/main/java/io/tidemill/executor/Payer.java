package io.tidemill.executor;

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

  /** Whether {@code amount} is there. */
  boolean holdsAtLeast(Ledger ledger, U128 amount) {
    return tank ? ledger.tankHoldsAtLeast(address, amount) : ledger.holdsAtLeast(address, amount);
  }

  /** Takes {@code price}, or all there is when that is less; returns what it took. */
  U128 takeAtMost(Ledger ledger, U128 price) {
    final U128 fee;
    if (holdsAtLeast(ledger, price)) {
      fee = price;
    } else {
      fee = tank ? ledger.tank(address) : ledger.balance(address);
    }
    if (tank) {
      ledger.takeFromTank(address, fee);
    } else if (!ledger.debit(address, fee)) {
      throw new NodeFault("the fee payer " + address + " vanished during its transaction");
    }
    return fee;
  }
}
