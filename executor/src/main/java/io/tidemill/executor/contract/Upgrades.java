package io.tidemill.executor.contract;

import io.tidemill.executor.Event;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.host.ContractLifecycle.Upgrade;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.host.ContractRuntime.Scope;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Upgrades by the owner, with a grace period in which everybody can see them coming. Source:
 * decisions S4.
 *
 * <p>Events, all under the contract's address: {@code pyde.UpgradeScheduled} (new code hash; data
 * old code hash 32, effective wave u64), {@code pyde.UpgradeCancelled} (the code hash that will not
 * come), {@code pyde.OwnershipTransferred} (old owner, new owner).
 */
final class Upgrades {
  private static final Hash32 SCHEDULED = topic("pyde.UpgradeScheduled");
  private static final Hash32 CANCELLED = topic("pyde.UpgradeCancelled");
  private static final Hash32 TRANSFERRED = topic("pyde.OwnershipTransferred");

  private static final byte[] NOTHING = {};

  private final Rules rules;
  private final ContractProfile profile;
  private final EngineCodeStore codes;

  Upgrades(Rules rules, ContractProfile profile, EngineCodeStore codes) {
    this.rules = rules;
    this.profile = profile;
    this.codes = codes;
  }

  private static Hash32 topic(String name) {
    return Blake3.hash(name.getBytes(StandardCharsets.US_ASCII));
  }

  /** A contract with its record, as the current wave sees it. */
  private record Target(Account account, ContractRecord record, Hash32 active) {
    boolean isPending() {
      return record.pendingCode() != null && !record.pendingCode().equals(active);
    }
  }

  private static @Nullable Target find(Scope scope, Address contract) {
    final Ledger ledger = new Ledger(scope.overlay());
    final Account account = ledger.account(contract);
    final ContractRecord record = ledger.contract(contract);
    if (account == null || !account.hasCode() || record == null) {
      return null;
    }
    return new Target(account, record, ledger.activeCode(account, scope.wave().waveId()));
  }

  private boolean isParachain(Scope scope, Target target) {
    return codes.load(scope.overlay(), target.active(), scope.use()).abi().type().ordinal() == 1;
  }

  /** Why {@code sender} may not touch the code, or null. Parachains answer to governance only. */
  private @Nullable RejectCode denied(
      Scope scope, @Nullable Target target, Address sender, boolean governed) {
    if (target == null) {
      return RejectCode.PRECONDITION_FAILED;
    }
    final boolean allowed =
        governed || target.record().owner().equals(sender) && !isParachain(scope, target);
    return allowed ? null : RejectCode.NOT_OWNER;
  }

  Result schedule(Scope scope, Upgrade upgrade) {
    final Target target = find(scope, upgrade.contract());
    final RejectCode denied = denied(scope, target, upgrade.sender(), upgrade.governed());
    if (target == null || denied != null) {
      return Deployments.rejected(
          denied == null ? RejectCode.PRECONDITION_FAILED : denied, rules.gas().intrinsic());
    }
    final long gas = Deployments.gas(rules, upgrade.wasm().length);
    if (upgrade.gasLimit() < gas) {
      return new Result(
          End.OUT_OF_FUEL, TrapCode.OUT_OF_FUEL.number(), NOTHING, upgrade.gasLimit(), null);
    }
    if (Deployments.isQuarantined(scope, Blake3.hash(upgrade.wasm()))) {
      return new Result(End.QUARANTINED, RejectCode.QUARANTINED_CODE.number(), NOTHING, 0, null);
    }
    final DeployGate.Verdict verdict =
        DeployGate.examine(rules, profile, upgrade.wasm(), isParachain(scope, target) ? 1 : 0);
    if (!verdict.violations().isEmpty()) {
      return Deployments.refused(verdict.violations().getFirst(), gas);
    }
    final Module module = verdict.module();
    if (module == null || verdict.abi() == null) {
      throw new IllegalStateException("a module without violations has both");
    }
    codes.prepare(module, verdict.abi(), scope.use());
    final Overlay overlay = scope.overlay();
    final Hash32 hash = module.codeHash();
    final long effective =
        Math.addExact(scope.wave().waveId(), rules.lifecycle().upgradeGraceWaves());
    overlay.putCode(hash, module.bytes());
    final Ledger ledger = new Ledger(overlay);
    settle(ledger, target);
    ledger.putContract(upgrade.contract(), target.record().withPending(hash, effective));
    overlay.emit(
        new Event(
            upgrade.contract(), List.of(SCHEDULED, hash), scheduled(target.active(), effective)));
    return new Result(End.SUCCESS, 0, hash.toBytes(), gas, null);
  }

  /**
   * An upgrade that has taken effect becomes the account's own code before the record forgets it.
   */
  private static void settle(Ledger ledger, Target target) {
    if (!target.active().equals(target.account().codeHash())) {
      ledger.put(target.account().asContract(target.active()));
    }
  }

  private static byte[] scheduled(Hash32 old, long effective) {
    return ByteBuffer.allocate(Hash32.LENGTH + 8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(old.toBytes())
        .putLong(effective)
        .array();
  }

  Result cancel(Scope scope, Address sender, Address contract, boolean governed) {
    final Target target = find(scope, contract);
    final RejectCode denied = denied(scope, target, sender, governed);
    if (target == null || denied != null) {
      return Deployments.rejected(denied == null ? RejectCode.PRECONDITION_FAILED : denied, 0);
    }
    final Hash32 pending = target.record().pendingCode();
    if (pending == null || !target.isPending()) {
      return Deployments.rejected(RejectCode.PRECONDITION_FAILED, 0);
    }
    new Ledger(scope.overlay()).putContract(contract, target.record().withPending(null, 0));
    scope.overlay().emit(new Event(contract, List.of(CANCELLED, pending), NOTHING));
    return done();
  }

  Result transferOwnership(Scope scope, Address sender, Address contract, Address newOwner) {
    final Target target = find(scope, contract);
    if (target == null || newOwner.isZero()) {
      return Deployments.rejected(RejectCode.PRECONDITION_FAILED, 0);
    }
    final ContractRecord record = target.record();
    if (!record.owner().equals(sender)) {
      return Deployments.rejected(RejectCode.NOT_OWNER, 0);
    }
    new Ledger(scope.overlay()).putContract(contract, record.withOwner(newOwner));
    scope
        .overlay()
        .emit(new Event(contract, List.of(TRANSFERRED, sender.raw(), newOwner.raw()), NOTHING));
    return done();
  }

  Result forfeitDeposit(Scope scope, Address contract, Address treasury) {
    final Target target = find(scope, contract);
    if (target == null || target.record().deposit().isZero()) {
      return Deployments.rejected(RejectCode.PRECONDITION_FAILED, 0);
    }
    final ContractRecord record = target.record();
    final Ledger ledger = new Ledger(scope.overlay());
    if (!ledger.credit(treasury, record.deposit())) {
      throw new IllegalStateException("the treasury cannot be credited " + record.deposit());
    }
    ledger.putContract(contract, record.withDeposit(U128.ZERO));
    return done();
  }

  private static Result done() {
    return new Result(End.SUCCESS, 0, NOTHING, 0, null);
  }
}
