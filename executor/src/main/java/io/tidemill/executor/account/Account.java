package io.tidemill.executor.account;

import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;

/**
 * One account. Source: state-and-transactions 2.1.
 *
 * @param storageRoot always zero in this version
 * @param keyNonce counts key rotations, saturating
 */
public record Account(
    Address address,
    NonceWindow nonce,
    U128 balance,
    Hash32 codeHash,
    Hash32 storageRoot,
    Type type,
    AuthKeys authKeys,
    U128 gasTank,
    int keyNonce) {

  /** What kind of account it is. */
  public enum Type {
    EXTERNAL(0),
    CONTRACT(1),
    SYSTEM(2);

    private final int tag;

    Type(int tag) {
      this.tag = tag;
    }

    /** The byte in the record. */
    public int tag() {
      return tag;
    }
  }

  /** A keyless external account with nothing in it. */
  public static Account empty(Address address) {
    return new Account(
        address,
        NonceWindow.FRESH,
        U128.ZERO,
        Hash32.ZERO,
        Hash32.ZERO,
        Type.EXTERNAL,
        AuthKeys.NONE,
        U128.ZERO,
        0);
  }

  /** Whether code runs when it is called. */
  public boolean hasCode() {
    return !codeHash.isZero();
  }

  /** Whether it holds nothing but a balance, so that a contract may take its address. */
  public boolean isBalanceShell() {
    return type == Type.EXTERNAL
        && !hasCode()
        && nonce.equals(NonceWindow.FRESH)
        && authKeys instanceof AuthKeys.None;
  }

  public Account withBalance(U128 value) {
    return new Account(
        address, nonce, value, codeHash, storageRoot, type, authKeys, gasTank, keyNonce);
  }

  public Account withNonce(NonceWindow value) {
    return new Account(
        address, value, balance, codeHash, storageRoot, type, authKeys, gasTank, keyNonce);
  }

  public Account withGasTank(U128 value) {
    return new Account(
        address, nonce, balance, codeHash, storageRoot, type, authKeys, value, keyNonce);
  }

  public Account withAuthKeys(AuthKeys value, int newKeyNonce) {
    return new Account(
        address, nonce, balance, codeHash, storageRoot, type, value, gasTank, newKeyNonce);
  }

  /** The contract that runs {@code hash} from now on. */
  public Account asContract(Hash32 hash) {
    return new Account(
        address, nonce, balance, hash, storageRoot, Type.CONTRACT, authKeys, gasTank, keyNonce);
  }
}
