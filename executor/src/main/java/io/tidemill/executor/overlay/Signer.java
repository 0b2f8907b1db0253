package io.tidemill.executor.overlay;

import io.tidemill.executor.account.NonceWindow;
import org.jspecify.annotations.Nullable;

/** What says who may send for an account, and which nonces are open. */
public final class Signer {
  private final OpenAccount account;

  Signer(OpenAccount account) {
    this.account = account;
  }

  /** Whether one key signs for the account: no other form is accepted. */
  public boolean hasSingleKey() {
    return account.hasSingleKey();
  }

  /** A copy of that key, or null. */
  public byte @Nullable [] singleKey() {
    return account.singleKey();
  }

  /** The open nonces. */
  public NonceWindow nonce() {
    return account.nonce();
  }
}
