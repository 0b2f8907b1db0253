package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;

/**
 * Multisig: the treasury pays. Data, Borsh: target 32, amount u128, bundle; signed payload: target,
 * amount. With the zero address as target and the amount zero it is the forfeit of a contract
 * owner's deposit instead: a contract 32 follows the amount, in the data and in the payload.
 * Source: state-and-transactions 1.13, decisions S4; the forfeit's layout is ours.
 */
final class MultisigSpend implements NativeTransaction {
  @Override
  public Outcome apply(NativeContext context) {
    final Address target;
    final U128 amount;
    final Address forfeited;
    final MultisigBundle bundle;
    try {
      final BorshReader in = new BorshReader(context.transaction().data());
      target = new Address(in.hash32("target"));
      amount = U128.read(in, "amount");
      forfeited =
          target.isZero() && amount.isZero() ? new Address(in.hash32("contract")) : Address.ZERO;
      bundle = MultisigBundle.read(in);
      in.end("multisig payload");
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final Rules.NativeGas prices = context.rules().nativeGas();
    final long gas = prices.multisig() + prices.perSignature() * bundle.size();
    if (!context.affords(gas)) {
      return context.outOfGas();
    }
    final BorshWriter payload = new BorshWriter(80).hash32(target.raw());
    amount.write(payload);
    if (!forfeited.isZero()) {
      payload.hash32(forfeited.raw());
    } else if (target.isZero()
        || amount.isZero()
        || target.equals(Addresses.TREASURY)
        || target.equals(context.sender())) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    if (!bundle.authorize(
        context.ledger(), TransactionType.MULTISIG, payload.toBytes(), context.verifier())) {
      return context.refused(RejectCode.BUNDLE_INVALID);
    }
    if (!forfeited.isZero()) {
      final ContractRuntime.Result result =
          context.lifecycle().forfeitDeposit(context.frame(), forfeited, Addresses.TREASURY);
      return Outcome.of(result, gas, context.intrinsic(), context.transaction().gasLimit());
    }
    return context.ledger().debit(Addresses.TREASURY, amount)
            && context.ledger().credit(target, amount)
        ? Outcome.success(gas)
        : context.refused(RejectCode.PRECONDITION_FAILED);
  }
}
