package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.signature.FalconVerifier;

/**
 * ValidatorRotateKey: the 897-byte key in the data replaces the validator's key in its record and
 * in its account; the address stays. Source: state-and-transactions 1.10, 2.7.
 */
final class RotateValidatorKeys implements NativeTransaction {
  @Override
  public Outcome apply(NativeContext context) {
    final byte[] key = context.transaction().data();
    if (!FalconVerifier.isPublicKey(key)) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final ValidatorRecord record = Validators.get(context.ledger(), context.sender());
    final Account account = context.ledger().account(context.sender());
    if (record == null || account == null || record.status() != ValidatorRecord.Status.ACTIVE) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    final int keyNonce = account.keyNonce() == -1 ? -1 : account.keyNonce() + 1;
    Validators.put(context.ledger(), context.sender(), record.withKey(key));
    context.ledger().put(account.withAuthKeys(new AuthKeys.Single(key), keyNonce));
    return context.done();
  }
}
