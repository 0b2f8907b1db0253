package io.tidemill.executor;

import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.schedule.AccessSet;
import io.tidemill.executor.tx.AccessEntry;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * What a transaction will probably touch: the accounts its envelope names and the slots its access
 * list declares. A guess; it never decides a result (decisions H9).
 */
final class AccessPrediction {
  /** Declared slots beyond this are not looked at: a hostile list must not cost the wave. */
  private static final int MAX_DECLARED = 256;

  private AccessPrediction() {}

  static AccessSet of(Prepared prepared) {
    final Transaction transaction = prepared.transaction();
    if (transaction == null || prepared.entry().skip()) {
      return AccessSet.UNKNOWN;
    }
    final List<StateKey> reads = new ArrayList<>(2);
    final List<StateKey> writes = new ArrayList<>(4);
    final List<StateKey> payments = new ArrayList<>(2);
    final StateKey sender = StateKeys.account(transaction.from());
    if (transaction.type() == TransactionType.REGISTER_PUBKEY) {
      // Asks whether the account is funded: it may have been paid a moment ago.
      reads.add(sender);
    }
    writes.add(sender);
    if (!transaction.to().isZero()) {
      final StateKey recipient = StateKeys.account(transaction.to());
      // A contract that is paid may well ask what it has now.
      final boolean depositing = !transaction.value().isZero() && transaction.data().length > 0;
      (depositing ? writes : payments).add(recipient);
    }
    if (transaction.feePayer() instanceof FeePayer.Paymaster(Address paymaster)) {
      payments.add(StateKeys.account(paymaster));
    }
    declared(transaction.accessList(), reads, writes);
    return new AccessSet(reads, writes, payments);
  }

  private static void declared(
      List<AccessEntry> entries, List<StateKey> reads, List<StateKey> writes) {
    int left = MAX_DECLARED;
    for (AccessEntry entry : entries) {
      final List<StateKey> list = entry.write() ? writes : reads;
      for (Hash32 slot : entry.storageKeys()) {
        if (left-- == 0) {
          return;
        }
        final StateKey key = StateKeys.slot(entry.address(), slot);
        if (key != null) {
          list.add(key);
        }
      }
    }
  }
}
