package io.tidemill.executor.account;

import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 *   0        32      42         58          90            122    123           n-20        n-4      n
 *   | address | nonce | balance  | code_hash | storage_root | type | auth_keys ... | gas_tank | key_nonce |
 *             '-------'          '-------------- code ------------'----- keys -----'          '-- keys ---'
 */
/**
 * The fields of account records, read, compared and merged in place. Layout: {@link AccountCodec}.
 * All but {@link #check} take records that have been checked.
 */
public final class AccountFields {
  private static final int NONCE = 32;
  private static final int BALANCE = NONCE + 8 + 2;
  private static final int CODE = BALANCE + U128.LENGTH;
  private static final int TYPE = CODE + 32 + 32;
  private static final int KEYS = TYPE + 1;

  /** From the end of the record. */
  private static final int TANK_BACK = U128.LENGTH + 4;

  private static final int KEY_NONCE_BACK = 4;

  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private AccountFields() {}

  /**
   * Checks that {@code record} is an account record, without copying anything out of it.
   *
   * @throws io.tidemill.executor.borsh.BorshException if it is none
   */
  public static void check(byte[] record) {
    if (!isPlain(record)) {
      AccountCodec.decode(record);
    }
  }

  /** Whether the record is one with no key or a single one, as nearly all are. */
  private static boolean isPlain(byte[] record) {
    final int length = record.length;
    if (length < AccountCodec.KEYLESS_LENGTH || record[TYPE] < 0 || record[TYPE] > 2) {
      return false;
    }
    final int form = record[KEYS];
    return form == 0 && length == AccountCodec.KEYLESS_LENGTH
        || form == 1
            && length >= AccountCodec.KEYLESS_LENGTH + 4
            && (int) INTS.get(record, KEYS + 1) == length - AccountCodec.KEYLESS_LENGTH - 4;
  }

  /** The address that {@code record} belongs to. */
  public static Address address(byte[] record) {
    return Address.at(record, 0);
  }

  /** The nonce window in {@code record}. */
  public static NonceWindow nonce(byte[] record) {
    return new NonceWindow(
        (long) LONGS.get(record, NONCE), (short) SHORTS.get(record, NONCE + 8) & 0xFFFF);
  }

  /** The code hash in {@code record}; zero when no code runs. */
  public static Hash32 codeHash(byte[] record) {
    return Hash32.at(record, CODE);
  }

  /** The one key that signs for the account of {@code record}, or null. */
  public static byte @Nullable [] singleKey(byte[] record) {
    return record[KEYS] == 1
        ? Arrays.copyOfRange(record, KEYS + 5, record.length - TANK_BACK)
        : null;
  }

  /** Whether one key signs for the account of {@code record}. */
  public static boolean hasSingleKey(byte[] record) {
    return record[KEYS] == 1;
  }

  /** The record with these fields instead of its own. */
  public static byte[] with(byte[] record, NonceWindow nonce, U128 balance, U128 tank) {
    final byte[] changed = record.clone();
    LONGS.set(changed, NONCE, nonce.base());
    SHORTS.set(changed, NONCE + 8, (short) nonce.used());
    balance.writeTo(changed, BALANCE);
    tank.writeTo(changed, changed.length - TANK_BACK);
    return changed;
  }

  /** Whether both records are of one address. */
  public static boolean sameAddress(byte[] a, byte[] b) {
    return Arrays.equals(a, 0, NONCE, b, 0, NONCE);
  }

  /** Whether the nonce windows are equal. */
  public static boolean sameNonce(byte[] a, byte[] b) {
    return Arrays.equals(a, NONCE, BALANCE, b, NONCE, BALANCE);
  }

  /** Whether code hash, storage root and type are equal. */
  public static boolean sameCode(byte[] a, byte[] b) {
    return Arrays.equals(a, CODE, KEYS, b, CODE, KEYS);
  }

  /** Whether the authentication keys and their counter are equal. */
  public static boolean sameKeys(byte[] a, byte[] b) {
    return a.length == b.length
        && Arrays.equals(a, KEYS, a.length - TANK_BACK, b, KEYS, b.length - TANK_BACK)
        && Arrays.equals(
            a, a.length - KEY_NONCE_BACK, a.length, b, b.length - KEY_NONCE_BACK, b.length);
  }

  /** The balance in {@code record}. */
  public static U128 balance(byte[] record) {
    return U128.at(record, BALANCE);
  }

  /** The gas tank in {@code record}. */
  public static U128 tank(byte[] record) {
    return U128.at(record, record.length - TANK_BACK);
  }

  /**
   * What a transaction that made {@code written} of {@code seen} makes of {@code base}: fields it
   * left alone are those of {@code base}, balance and gas tank change by the same difference, the
   * others are replaced. Sums wrap around; that they do not is for the caller to know.
   */
  @SuppressWarnings("ReferenceEquality") // the same array is the same record
  public static byte[] merge(byte[] base, byte[] seen, byte[] written) {
    if (base == seen) {
      return written;
    }
    final byte[] merged = (sameKeys(seen, written) ? base : written).clone();
    final byte[] nonce = sameNonce(seen, written) ? base : written;
    System.arraycopy(nonce, NONCE, merged, NONCE, BALANCE - NONCE);
    final byte[] code = sameCode(seen, written) ? base : written;
    System.arraycopy(code, CODE, merged, CODE, KEYS - CODE);
    shift(merged, BALANCE, base, BALANCE, seen, BALANCE, written, BALANCE);
    shift(
        merged,
        merged.length - TANK_BACK,
        base,
        base.length - TANK_BACK,
        seen,
        seen.length - TANK_BACK,
        written,
        written.length - TANK_BACK);
    return merged;
  }

  /** target = base + (to - from), modulo 2^128. */
  private static void shift(
      byte[] target,
      int at,
      byte[] base,
      int baseAt,
      byte[] from,
      int fromAt,
      byte[] to,
      int toAt) {
    final long toLow = (long) LONGS.get(to, toAt);
    final long fromLow = (long) LONGS.get(from, fromAt);
    final long differenceLow = toLow - fromLow;
    final long borrow = Long.compareUnsigned(toLow, fromLow) < 0 ? 1 : 0;
    final long differenceHigh =
        (long) LONGS.get(to, toAt + 8) - (long) LONGS.get(from, fromAt + 8) - borrow;
    final long low = (long) LONGS.get(base, baseAt) + differenceLow;
    final long carry = Long.compareUnsigned(low, differenceLow) < 0 ? 1 : 0;
    LONGS.set(target, at, low);
    LONGS.set(target, at + 8, (long) LONGS.get(base, baseAt + 8) + differenceHigh + carry);
  }
}
