package io.tidemill.executor.nativetx;

import io.tidemill.executor.FeeSplit;
import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;

/**
 * Promises a transaction without showing it. Data, Borsh: commitment 32, value_ceiling u128; the
 * value is the bond: at least max(least bond, a share of the ceiling). Source:
 * state-and-transactions 1.14.
 */
final class Commit implements NativeTransaction {
  @Override
  public Outcome apply(NativeContext context) {
    final Hash32 commitment;
    final U128 ceiling;
    try {
      final BorshReader in = new BorshReader(context.transaction().data());
      commitment = in.hash32("commitment");
      ceiling = U128.read(in, "value_ceiling");
      in.end("commit payload");
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final U128 bond = context.transaction().value();
    if (bond.compareTo(leastBond(ceiling, context.rules().commitReveal())) < 0
        || CommitRecord.get(context.ledger(), commitment) != null
        || !context.ledger().debit(context.sender(), bond)) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    new CommitRecord(context.sender(), ceiling, bond, context.waveId(), context.index(), -1, null)
        .put(context.ledger(), commitment);
    context
        .ledger()
        .append(StateKeys.system(SystemSlot.COMMITS_OF_WAVE, context.waveId()), commitment);
    return context.done();
  }

  static U128 leastBond(U128 ceiling, Rules.CommitReveal rules) {
    final U128 share = FeeSplit.share(ceiling, rules.bondBps());
    return share.compareTo(rules.minBond()) > 0 ? share : rules.minBond();
  }
}
