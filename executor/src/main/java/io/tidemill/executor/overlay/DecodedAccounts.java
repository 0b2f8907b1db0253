package io.tidemill.executor.overlay;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import org.jspecify.annotations.Nullable;

/**
 * The last few account records with what they decode to: a transaction asks for the same ones again
 * and again, and what a record says does not depend on what is written or rolled back meanwhile.
 */
@SuppressWarnings("ReferenceEquality") // a record is recognized by its array, which never changes
final class DecodedAccounts {
  private static final int REMEMBERED = 4;

  private final byte[] @Nullable [] records = new byte[REMEMBERED][];
  private final @Nullable Account[] accounts = new Account[REMEMBERED];
  private int oldest;

  /** The account in {@code record}. */
  Account decode(byte[] record) {
    for (int i = 0; i < REMEMBERED; i++) {
      final Account known = accounts[i];
      if (known != null && records[i] == record) {
        return known;
      }
    }
    final Account account = AccountCodec.decode(record);
    remember(record, account);
    return account;
  }

  /** The record of {@code account}. */
  byte[] encode(Account account) {
    final byte[] record = AccountCodec.encode(account);
    remember(record, account);
    return record;
  }

  private void remember(byte[] record, Account account) {
    records[oldest] = record;
    accounts[oldest] = account;
    oldest = (oldest + 1) % REMEMBERED;
  }
}
