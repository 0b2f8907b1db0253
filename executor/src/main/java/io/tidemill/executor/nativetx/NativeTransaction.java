package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;

/** One native transaction type. Stateless. */
public interface NativeTransaction {
  /**
   * Applies the transaction to the ledger of {@code context}. On any outcome but success the caller
   * rolls back whatever was written.
   */
  Outcome apply(NativeContext context);
}
