package io.tidemill.executor.overlay;

import io.tidemill.executor.account.AccountFields;
import io.tidemill.executor.account.NonceWindow;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * An account as a transaction sees it and changes it: the record beneath and the fields that may
 * differ by now. A transaction pays several times and changes a nonce; the new record is made once,
 * when somebody wants its bytes. Immutable but for that memory, and confined to one worker.
 */
final class OpenAccount implements Written {
  private final byte[] record;
  private final NonceWindow nonce;
  private final U128 balance;
  private final U128 tank;
  private byte @Nullable [] bytes;

  private OpenAccount(byte[] record, NonceWindow nonce, U128 balance, U128 tank) {
    this.record = record;
    this.nonce = nonce;
    this.balance = balance;
    this.tank = tank;
  }

  /**
   * The account in {@code record}.
   *
   * @throws io.tidemill.executor.borsh.BorshException if it is no account record
   */
  static OpenAccount of(byte[] record) {
    AccountFields.check(record);
    final OpenAccount account =
        new OpenAccount(
            record,
            AccountFields.nonce(record),
            AccountFields.balance(record),
            AccountFields.tank(record));
    account.bytes = record;
    return account;
  }

  boolean isOf(Address address) {
    return AccountFields.address(record).equals(address);
  }

  NonceWindow nonce() {
    return nonce;
  }

  U128 balance() {
    return balance;
  }

  U128 tank() {
    return tank;
  }

  Hash32 codeHash() {
    return AccountFields.codeHash(record);
  }

  boolean hasSingleKey() {
    return AccountFields.hasSingleKey(record);
  }

  byte @Nullable [] singleKey() {
    return AccountFields.singleKey(record);
  }

  OpenAccount withNonce(NonceWindow value) {
    return new OpenAccount(record, value, balance, tank);
  }

  OpenAccount withBalance(U128 value) {
    return new OpenAccount(record, nonce, value, tank);
  }

  OpenAccount withTank(U128 value) {
    return new OpenAccount(record, nonce, balance, value);
  }

  @Override
  public byte[] bytes() {
    byte[] made = bytes;
    if (made == null) {
      made = AccountFields.with(record, nonce, balance, tank);
      bytes = made;
    }
    return made;
  }
}
