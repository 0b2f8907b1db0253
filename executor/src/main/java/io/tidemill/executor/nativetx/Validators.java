package io.tidemill.executor.nativetx;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Validators in the state: records, the validators of an operator, committee seats. */
public final class Validators {
  private Validators() {}

  /** The record of the validator at {@code address}, or null. */
  public static @Nullable ValidatorRecord get(Ledger ledger, Address address) {
    final byte[] value = ledger.overlay().get(key(address));
    return value == null ? null : ValidatorRecord.decode(value);
  }

  static void put(Ledger ledger, Address address, ValidatorRecord record) {
    ledger.overlay().put(key(address), record.encode());
  }

  private static StateKey key(Address address) {
    return StateKeys.system(SystemSlot.VALIDATOR, address.raw());
  }

  /** How many validators of {@code operator} have not left. */
  static int countOf(Ledger ledger, Address operator) {
    int count = 0;
    for (Hash32 validator :
        ledger.list(StateKeys.system(SystemSlot.OPERATOR_VALIDATORS, operator.raw()))) {
      final ValidatorRecord record = get(ledger, new Address(validator));
      if (record != null && record.status() != ValidatorRecord.Status.EXITED) {
        count++;
      }
    }
    return count;
  }

  /**
   * Writes a new validator, its account and its seat. The stake has been taken from somewhere.
   *
   * @return false, and nothing changed, when the account at its address cannot be the validator's
   */
  public static boolean register(
      Ledger ledger, Address operator, byte[] publicKey, Address address, U128 stake, long epoch) {
    if (!ledger.mayHold(address)) {
      return false;
    }
    final Account existing = ledger.account(address);
    final Account account = existing == null ? Account.empty(address) : existing;
    final boolean fresh = account.authKeys() instanceof AuthKeys.None;
    final boolean own =
        account.authKeys() instanceof AuthKeys.Single(byte[] key) && Arrays.equals(key, publicKey);
    if (account.type() != Account.Type.EXTERNAL || !(fresh || own)) {
      return false;
    }
    ledger.put(account.withAuthKeys(new AuthKeys.Single(publicKey), account.keyNonce()));
    put(ledger, address, ValidatorRecord.bonded(operator, publicKey, stake, epoch));
    ledger.append(StateKeys.system(SystemSlot.OPERATOR_VALIDATORS, operator.raw()), address.raw());
    final long seat = ledger.number(SystemSlot.COMMITTEE_SIZE);
    ledger.overlay().put(seatKey(seat), address.toBytes());
    ledger.putNumber(SystemSlot.COMMITTEE_SIZE, seat + 1);
    return true;
  }

  /** The validator in seat {@code seat}, or null. */
  static @Nullable Address inSeat(Ledger ledger, long seat) {
    final byte[] value = ledger.overlay().get(seatKey(seat));
    return value == null ? null : Address.at(value, 0);
  }

  private static StateKey seatKey(long seat) {
    return StateKeys.system(SystemSlot.COMMITTEE_SEAT, seat);
  }
}
