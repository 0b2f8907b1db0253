package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import org.jspecify.annotations.Nullable;

/** One native transaction type. Stateless. */
public interface NativeTransaction {
  /**
   * Applies the transaction to the ledger of {@code context}. On any outcome but success the caller
   * rolls back whatever was written.
   */
  Outcome apply(NativeContext context);

  /**
   * The bundle of the treasury multisig in {@code data} with what it signs, or null when there is
   * none: for checking signatures ahead of the order.
   *
   * @throws io.tidemill.executor.borsh.BorshException if {@code data} is no payload of this type
   */
  default MultisigBundle.@Nullable Signed signed(byte[] data) {
    return null;
  }
}
