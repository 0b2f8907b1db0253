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
  private record Spend(Address target, U128 amount, Address forfeited, MultisigBundle bundle) {
    static Spend read(byte[] data) {
      final BorshReader in = new BorshReader(data);
      final Address target = new Address(in.hash32("target"));
      final U128 amount = U128.read(in, "amount");
      final Address forfeited =
          target.isZero() && amount.isZero() ? new Address(in.hash32("contract")) : Address.ZERO;
      final MultisigBundle bundle = MultisigBundle.read(in);
      in.end("multisig payload");
      return new Spend(target, amount, forfeited, bundle);
    }

    byte[] payload() {
      final BorshWriter out = new BorshWriter(80).hash32(target.raw());
      amount.write(out);
      return (forfeited.isZero() ? out : out.hash32(forfeited.raw())).toBytes();
    }
  }

  @Override
  public MultisigBundle.Signed signed(byte[] data) {
    final Spend spend = Spend.read(data);
    return new MultisigBundle.Signed(spend.payload(), spend.bundle());
  }

  @Override
  public Outcome apply(NativeContext context) {
    final Spend spend;
    try {
      spend = Spend.read(context.transaction().data());
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final Address target = spend.target();
    final U128 amount = spend.amount();
    final Address forfeited = spend.forfeited();
    final MultisigBundle bundle = spend.bundle();
    final Rules.NativeGas prices = context.rules().nativeGas();
    final long gas = prices.multisig() + prices.perSignature() * bundle.size();
    if (!context.affords(gas)) {
      return context.outOfGas();
    }
    if (forfeited.isZero()
        && (target.isZero()
            || amount.isZero()
            || target.equals(Addresses.TREASURY)
            || target.equals(context.sender()))) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    if (!bundle.authorize(
        context.ledger(), TransactionType.MULTISIG, spend.payload(), context.verifier())) {
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
