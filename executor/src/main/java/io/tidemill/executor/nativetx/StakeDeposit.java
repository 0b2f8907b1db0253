package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.Address;

/**
 * ValidatorRegister: the sender bonds the value for the validator whose 897-byte key is the data.
 * Source: state-and-transactions 1.10.
 */
final class StakeDeposit implements NativeTransaction {
  @Override
  public Outcome apply(NativeContext context) {
    final byte[] key = context.transaction().data();
    if (!FalconVerifier.isPublicKey(key)) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final Address validator = Addresses.ofPublicKey(key);
    final var staking = context.rules().staking();
    if (context.transaction().value().compareTo(staking.minStake()) < 0
        || Validators.get(context.ledger(), validator) != null
        || Validators.countOf(context.ledger(), context.sender()) >= staking.operatorCap()
        || !context.ledger().debit(context.sender(), context.transaction().value())
        || !Validators.register(
            context.ledger(),
            context.sender(),
            key,
            validator,
            context.transaction().value(),
            context.epoch())) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    return context.done();
  }
}
