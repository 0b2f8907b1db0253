package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.state.hash.Blake3;

/**
 * Upgrades and ownership of contracts. An upgrade or its cancellation may carry a bundle of the
 * treasury multisig after its payload: then the treasury asks instead of the owner, which is the
 * only way for parachain modules. Source: decisions S4; the place of the bundle is ours.
 */
final class ContractChanges {
  private ContractChanges() {}

  private static long bundleGas(NativeContext context, MultisigBundle bundle) {
    final Rules.NativeGas prices = context.rules().nativeGas();
    return prices.multisig() + prices.perSignature() * bundle.size();
  }

  /**
   * ScheduleUpgrade. Data, Borsh: contract 32, wasm bytes, and optionally a bundle; signed payload:
   * contract, Blake3(wasm).
   */
  static final class Schedule implements NativeTransaction {
    @Override
    public Outcome apply(NativeContext context) {
      final Address contract;
      final byte[] wasm;
      final MultisigBundle bundle;
      final boolean governed;
      try {
        final BorshReader in = new BorshReader(context.transaction().data());
        contract = new Address(in.hash32("contract"));
        wasm = in.bytes("wasm");
        governed = in.remaining() > 0;
        bundle = governed ? MultisigBundle.read(in) : MultisigBundle.NONE;
        in.end("upgrade payload");
      } catch (BorshException e) {
        return context.refused(RejectCode.MALFORMED_PAYLOAD);
      }
      if (wasm.length > context.rules().gas().maxDeployWasmBytes()) {
        return context.refused(RejectCode.MODULE_LIMIT_EXCEEDED);
      }
      final long gasLimit = context.transaction().gasLimit();
      final long extra = governed ? bundleGas(context, bundle) : 0;
      if (!context.affords(Math.addExact(extra, context.intrinsic()))) {
        return context.outOfGas();
      }
      final byte[] payload =
          new BorshWriter(64).hash32(contract.raw()).hash32(Blake3.hash(wasm)).toBytes();
      if (governed
          && !bundle.authorize(
              context.ledger(), TransactionType.SCHEDULE_UPGRADE, payload, context.verifier())) {
        return context.refused(RejectCode.BUNDLE_INVALID);
      }
      final ContractRuntime.Result result =
          context
              .lifecycle()
              .scheduleUpgrade(
                  context.frame(),
                  new ContractLifecycle.Upgrade(
                      context.sender(), contract, wasm, gasLimit - extra, governed));
      final long used =
          Math.min(gasLimit, Math.max(context.intrinsic(), result.fuelUsed() + extra));
      return Outcome.of(result, used, used, gasLimit);
    }
  }

  /** CancelUpgrade. Data, Borsh: contract 32, and optionally a bundle; signed payload: contract. */
  static final class Cancel implements NativeTransaction {
    @Override
    public Outcome apply(NativeContext context) {
      final Address contract;
      final MultisigBundle bundle;
      final boolean governed;
      try {
        final BorshReader in = new BorshReader(context.transaction().data());
        contract = new Address(in.hash32("contract"));
        governed = in.remaining() > 0;
        bundle = governed ? MultisigBundle.read(in) : MultisigBundle.NONE;
        in.end("cancel payload");
      } catch (BorshException e) {
        return context.refused(RejectCode.MALFORMED_PAYLOAD);
      }
      final long gas = governed ? bundleGas(context, bundle) : context.intrinsic();
      if (!context.affords(gas)) {
        return context.outOfGas();
      }
      if (governed
          && !bundle.authorize(
              context.ledger(),
              TransactionType.CANCEL_UPGRADE,
              contract.toBytes(),
              context.verifier())) {
        return context.refused(RejectCode.BUNDLE_INVALID);
      }
      return context.settled(
          context.lifecycle().cancelUpgrade(context.frame(), context.sender(), contract, governed),
          gas);
    }
  }

  /** TransferOwnership. Data, Borsh: contract 32, new_owner 32. */
  static final class Transfer implements NativeTransaction {
    @Override
    public Outcome apply(NativeContext context) {
      final byte[] data = context.transaction().data();
      if (data.length != 64) {
        return context.refused(RejectCode.MALFORMED_PAYLOAD);
      }
      return context.settled(
          context
              .lifecycle()
              .transferOwnership(
                  context.frame(), context.sender(), Address.at(data, 0), Address.at(data, 32)),
          context.intrinsic());
    }
  }
}
