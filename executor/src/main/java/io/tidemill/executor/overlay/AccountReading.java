package io.tidemill.executor.overlay;

import io.tidemill.executor.account.AccountFields;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import org.jspecify.annotations.Nullable;

/*
 *                 mayFall        mayRise
 *            |<-------------- balance ------------->|
 *   ---------[-----------------x-------------------]--------->
 *            every answer the transaction got is the same
 *            for any balance in between
 */
/**
 * What one transaction has made of one account record beneath it: which fields it looked at, and by
 * how much balance and gas tank could differ without changing any answer it got. That it exists, or
 * not, and whose it is, counts always. So a payment, which asks only whether there is enough and
 * whether the sum fits, holds whatever others have paid to the same account meanwhile (ADR 28).
 *
 * <p>Confined to the worker of the attempt until it is published with the attempt.
 */
public final class AccountReading {
  private final StateKey key;
  private @Nullable Address asked;
  private byte @Nullable [] record;
  private @Nullable OpenAccount account;
  private byte @Nullable [] beneath;
  private @Nullable Versions cell;
  private boolean nonce;
  private boolean code;
  private boolean keys;
  private U128 balanceMayFall = U128.MAX;
  private U128 balanceMayRise = U128.MAX;
  private U128 tankMayFall = U128.MAX;
  private U128 tankMayRise = U128.MAX;

  /** Of the record under {@code key}, which is still to be read. */
  AccountReading(StateKey key) {
    this.key = key;
  }

  /** Where the record lies. */
  StateKey key() {
    return key;
  }

  /** Whether the last to ask has named {@code address} with the very same object. */
  @SuppressWarnings("ReferenceEquality") // equal ones that are not the same are looked up by key
  boolean isOf(Address address) {
    return asked == address;
  }

  void askedFor(Address address) {
    asked = address;
  }

  /** What was read, or null. */
  byte @Nullable [] record() {
    return record;
  }

  /** What was read, to be changed; or null. */
  @Nullable OpenAccount account() {
    return account;
  }

  /**
   * Notes what was read.
   *
   * @throws io.tidemill.executor.borsh.BorshException if it is no account record
   */
  void answer(byte @Nullable [] read) {
    record = read;
    account = read == null ? null : OpenAccount.of(read);
    beneath = read;
  }

  /** What the last check of {@link #holds} found to lie beneath; before one, what was read. */
  byte @Nullable [] beneath() {
    return beneath;
  }

  /** The versions of the record within the wave, or null where there are none. */
  @Nullable Versions cell() {
    return cell;
  }

  void found(Versions versions) {
    cell = versions;
  }

  void lookAtNonce() {
    nonce = true;
  }

  void lookAtCode() {
    code = true;
  }

  void lookAtKeys() {
    keys = true;
  }

  void lookAtBalance() {
    balanceMayFall = U128.ZERO;
    balanceMayRise = U128.ZERO;
  }

  void lookAtTank() {
    tankMayFall = U128.ZERO;
    tankMayRise = U128.ZERO;
  }

  void lookAtAll() {
    lookAtNonce();
    lookAtCode();
    lookAtKeys();
    lookAtBalance();
    lookAtTank();
  }

  /** The answers so far are the same as long as the balance is less by at most {@code by}. */
  void balanceMayFall(U128 by) {
    balanceMayFall = balanceMayFall.min(by);
  }

  /** The answers so far are the same as long as the balance is more by at most {@code by}. */
  void balanceMayRise(U128 by) {
    balanceMayRise = balanceMayRise.min(by);
  }

  /** Like {@link #balanceMayFall}, of the gas tank. */
  void tankMayFall(U128 by) {
    tankMayFall = tankMayFall.min(by);
  }

  /** Whether everything was looked at, so that only the very same record will do. */
  boolean isWhole() {
    return nonce
        && code
        && keys
        && balanceMayFall.isZero()
        && balanceMayRise.isZero()
        && tankMayFall.isZero()
        && tankMayRise.isZero();
  }

  /** Whether {@code now} would have given the transaction the same answers. */
  boolean holds(byte @Nullable [] now) {
    beneath = now;
    return answersLike(now);
  }

  @SuppressWarnings("ReferenceEquality") // the same array is the same record
  private boolean answersLike(byte @Nullable [] now) {
    final byte[] then = record;
    if (then == now) {
      return true;
    }
    if (then == null || now == null || !AccountFields.sameAddress(then, now)) {
      return false;
    }
    return !(nonce && !AccountFields.sameNonce(then, now))
        && !(code && !AccountFields.sameCode(then, now))
        && !(keys && !AccountFields.sameKeys(then, now))
        && within(
            AccountFields.balance(then), AccountFields.balance(now), balanceMayFall, balanceMayRise)
        && within(AccountFields.tank(then), AccountFields.tank(now), tankMayFall, tankMayRise);
  }

  private static boolean within(U128 then, U128 now, U128 mayFall, U128 mayRise) {
    return now.compareTo(then) >= 0
        ? now.minus(then).compareTo(mayRise) <= 0
        : then.minus(now).compareTo(mayFall) <= 0;
  }
}
