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
import org.jspecify.annotations.Nullable;

/**
 * Upgrades and ownership of contracts. An upgrade or its cancellation may carry a bundle of the
 * treasury multisig after its payload: then the treasury asks instead of the owner, which is the
 * only way for parachain modules. Source: decisions S4; the place of the bundle is ours.
 */
final class ContractChanges {
  private static final byte[] NOTHING = new byte[0];

  private ContractChanges() {}

  /**
   * The payload of both.
   *
   * @param governed whether there is a bundle
   */
  private record Change(Address contract, byte[] wasm, boolean governed, MultisigBundle bundle) {
    static Change read(byte[] data, boolean withWasm) {
      final BorshReader in = new BorshReader(data);
      final Address contract = new Address(in.hash32("contract"));
      final byte[] wasm = withWasm ? in.bytes("wasm") : NOTHING;
      final boolean governed = in.remaining() > 0;
      final MultisigBundle bundle = governed ? MultisigBundle.read(in) : MultisigBundle.NONE;
      in.end("upgrade payload");
      return new Change(contract, wasm, governed, bundle);
    }
  }

  private static byte[] schedulePayload(Change change) {
    return new BorshWriter(64)
        .hash32(change.contract().raw())
        .hash32(Blake3.hash(change.wasm()))
        .toBytes();
  }

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
    public MultisigBundle.@Nullable Signed signed(byte[] data) {
      final Change change = Change.read(data, true);
      return change.governed()
          ? new MultisigBundle.Signed(schedulePayload(change), change.bundle())
          : null;
    }

    @Override
    public Outcome apply(NativeContext context) {
      final Change change;
      try {
        change = Change.read(context.transaction().data(), true);
      } catch (BorshException e) {
        return context.refused(RejectCode.MALFORMED_PAYLOAD);
      }
      final Address contract = change.contract();
      final byte[] wasm = change.wasm();
      final boolean governed = change.governed();
      final MultisigBundle bundle = change.bundle();
      if (wasm.length > context.rules().gas().maxDeployWasmBytes()) {
        return context.refused(RejectCode.MODULE_LIMIT_EXCEEDED);
      }
      final long gasLimit = context.transaction().gasLimit();
      final long extra = governed ? bundleGas(context, bundle) : 0;
      if (!context.affords(Math.addExact(extra, context.intrinsic()))) {
        return context.outOfGas();
      }
      if (governed
          && !bundle.authorize(
              context.ledger(),
              TransactionType.SCHEDULE_UPGRADE,
              schedulePayload(change),
              context.verifier())) {
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
    public MultisigBundle.@Nullable Signed signed(byte[] data) {
      final Change change = Change.read(data, false);
      return change.governed()
          ? new MultisigBundle.Signed(change.contract().toBytes(), change.bundle())
          : null;
    }

    @Override
    public Outcome apply(NativeContext context) {
      final Change change;
      try {
        change = Change.read(context.transaction().data(), false);
      } catch (BorshException e) {
        return context.refused(RejectCode.MALFORMED_PAYLOAD);
      }
      final Address contract = change.contract();
      final boolean governed = change.governed();
      final MultisigBundle bundle = change.bundle();
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
