package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.U128;

/** Filling and emptying the gas tanks of contracts. Source: decisions S13. */
final class GasTanks {
  private GasTanks() {}

  /** DepositGasTank: anybody moves the value into the tank. Data: contract 32. */
  static final class Deposit implements NativeTransaction {
    @Override
    public Outcome apply(NativeContext context) {
      final byte[] data = context.transaction().data();
      if (data.length != Address.ZERO.toBytes().length) {
        return context.refused(RejectCode.MALFORMED_PAYLOAD);
      }
      final Address contract = Address.at(data, 0);
      final U128 value = context.transaction().value();
      final Ledger ledger = context.ledger();
      final Account account = ledger.account(contract);
      final U128 filled = account == null ? null : account.gasTank().plusOrNull(value);
      if (account == null
          || filled == null
          || account.type() != Account.Type.CONTRACT
          || !ledger.debit(context.sender(), value)) {
        return context.refused(RejectCode.PRECONDITION_FAILED);
      }
      ledger.put(account.withGasTank(filled));
      return context.done();
    }
  }

  /** WithdrawGasTank: the owner takes out. Data, Borsh: contract 32, amount u128, to 32. */
  static final class Withdraw implements NativeTransaction {
    @Override
    public Outcome apply(NativeContext context) {
      final Address contract;
      final U128 amount;
      final Address to;
      try {
        final BorshReader in = new BorshReader(context.transaction().data());
        contract = new Address(in.hash32("contract"));
        amount = U128.read(in, "amount");
        to = new Address(in.hash32("to"));
        in.end("withdraw payload");
      } catch (BorshException e) {
        return context.refused(RejectCode.MALFORMED_PAYLOAD);
      }
      final Ledger ledger = context.ledger();
      final ContractRecord record = ledger.contract(contract);
      final Account account = ledger.account(contract);
      if (record == null || account == null) {
        return context.refused(RejectCode.PRECONDITION_FAILED);
      }
      if (!record.owner().equals(context.sender())) {
        return context.refused(RejectCode.NOT_OWNER);
      }
      // A tank that pays for this very transaction must not be emptied under it.
      final boolean paying =
          context.transaction().feePayer() instanceof FeePayer.Paymaster(Address payer)
              && payer.equals(contract);
      final U128 rest = account.gasTank().minusOrNull(amount);
      if (paying || rest == null || to.isZero()) {
        return context.refused(RejectCode.PRECONDITION_FAILED);
      }
      ledger.put(account.withGasTank(rest));
      return ledger.credit(to, amount)
          ? context.done()
          : context.refused(RejectCode.PRECONDITION_FAILED);
    }
  }
}
