package io.tidemill.executor.host;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.state.hash.Hash32;

/**
 * Which code a contract runs in a wave: a pure predicate of its account, its record and the wave,
 * so that an upgrade takes effect without a write. Source: decisions S4.
 */
public final class ActiveCode {
  private ActiveCode() {}

  /** The hash of the code that {@code account}, which has code, runs in {@code wave}. */
  public static Hash32 of(Overlay overlay, Account account, long wave) {
    final byte[] bytes = overlay.get(StateKeys.contract(account.address()));
    if (bytes == null) {
      return account.codeHash();
    }
    final ContractRecord record = ContractRecord.decode(bytes);
    final Hash32 pending = record.pendingCode();
    return pending != null && Long.compareUnsigned(wave, record.effectiveWave()) >= 0
        ? pending
        : account.codeHash();
  }
}
