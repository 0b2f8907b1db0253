package io.tidemill.executor.contract;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.ContractName;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.host.ContractLifecycle.Report;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.host.ContractRuntime.Deploy;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.host.ContractRuntime.Scope;
import io.tidemill.executor.host.Factory;
import io.tidemill.executor.host.TopCalls;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deploys: rows 5 to 30 of the gate on the state. Source: host-abi 1.11, 8; decisions F4, S4, S12.
 */
final class Deployments {
  /** A refusal's text stands in the return data, up to this many bytes. */
  private static final int MAX_REASON_BYTES = 1_024;

  private static final byte[] NOTHING = {};

  private final Rules rules;
  private final ContractProfile profile;
  private final EngineCodeStore codes;

  Deployments(Rules rules, ContractProfile profile, EngineCodeStore codes) {
    this.rules = rules;
    this.profile = profile;
    this.codes = codes;
  }

  /** What rows 7 and later cost before the constructor runs. */
  static long gas(Rules rules, int wasmBytes) {
    return Math.addExact(
        rules.gas().deployBase(),
        Math.multiplyExact(rules.gas().deployPerByte(), (long) wasmBytes));
  }

  /** Where {@code name} is deployed. */
  static Address addressOf(String name, int contractType) {
    return contractType == 1 ? Addresses.parachain(name) : Addresses.contract(name);
  }

  Result deploy(Scope scope, Deploy deploy) {
    final Ledger ledger = new Ledger(scope.overlay());
    final long cheap = rules.gas().intrinsic();
    if (!ContractName.isValid(deploy.name())) {
      return rejected(RejectCode.INVALID_NAME, cheap);
    }
    if (ledger.addressOf(deploy.name()) != null) {
      return rejected(RejectCode.NAME_TAKEN, cheap);
    }
    final long gas = gas(rules, deploy.wasm().length);
    if (deploy.gasLimit() < gas) {
      return new Result(
          End.OUT_OF_FUEL, TrapCode.OUT_OF_FUEL.number(), NOTHING, deploy.gasLimit(), null);
    }
    final Hash32 codeHash = Blake3.hash(deploy.wasm());
    if (isQuarantined(scope, codeHash)) {
      return new Result(End.QUARANTINED, RejectCode.QUARANTINED_CODE.number(), NOTHING, 0, null);
    }
    final DeployGate.Verdict verdict =
        DeployGate.examine(rules, profile, deploy.wasm(), deploy.contractType());
    if (!verdict.violations().isEmpty()) {
      return refused(verdict.violations().getFirst(), gas);
    }
    final Address address = addressOf(deploy.name(), deploy.contractType());
    final RejectCode occupied = occupied(ledger, address);
    if (occupied != null) {
      return rejected(occupied, gas);
    }
    return create(scope, deploy, verdict, address, gas);
  }

  static boolean isQuarantined(Scope scope, Hash32 codeHash) {
    return Collections.binarySearch(scope.quarantined(), codeHash) >= 0;
  }

  private static @Nullable RejectCode occupied(Ledger ledger, Address address) {
    final Account occupant = ledger.account(address);
    if (occupant != null && !occupant.isBalanceShell()) {
      return RejectCode.ADDRESS_OCCUPIED;
    }
    final boolean foreign = ledger.prefixOwner(address) != null || !ledger.mayHold(address);
    return foreign ? RejectCode.PREFIX_COLLISION : null;
  }

  private Result create(
      Scope scope, Deploy deploy, DeployGate.Verdict verdict, Address address, long gas) {
    final Module module = verdict.module();
    if (module == null || verdict.abi() == null) {
      throw new IllegalStateException("a module without violations has both");
    }
    final ContractCode code = codes.prepare(module, verdict.abi(), scope.use());
    final Overlay overlay = scope.overlay();
    final Ledger ledger = new Ledger(overlay);
    final int checkpoint = overlay.checkpoint();
    final U128 fee = rules.lifecycle().registrationFee();
    final U128 deposit = rules.lifecycle().ownerDeposit();
    if (ledger.move(deploy.deployer(), Addresses.TREASURY, fee) != Ledger.Move.DONE
        || !ledger.debit(deploy.deployer(), deposit)) {
      overlay.rollback(checkpoint);
      return rejected(RejectCode.INSUFFICIENT_BALANCE, gas);
    }
    overlay.putCode(module.codeHash(), module.bytes());
    Factory.create(ledger, address, module.codeHash());
    // The deposit stands in the record from now on.
    ledger.putContract(address, ContractRecord.of(deploy.deployer(), deposit));
    if (ledger.move(deploy.deployer(), address, deploy.value()) != Ledger.Move.DONE) {
      overlay.rollback(checkpoint);
      return rejected(RejectCode.INSUFFICIENT_BALANCE, gas);
    }
    final Result constructed =
        TopCalls.construct(
            scope,
            codes,
            code,
            address,
            deploy.deployer(),
            deploy.value(),
            deploy.initCalldata(),
            deploy.gasLimit(),
            deploy.gasLimit() - gas,
            checkpoint);
    if (constructed.end() == End.QUARANTINED) {
      return constructed;
    }
    final long used = Math.addExact(gas, constructed.fuelUsed());
    if (constructed.end() != End.SUCCESS) {
      return new Result(
          constructed.end(), constructed.code(), constructed.returnData(), used, null);
    }
    ledger.register(deploy.name(), address);
    return new Result(End.SUCCESS, 0, address.toBytes(), used, address);
  }

  static Result rejected(RejectCode code, long gas) {
    return new Result(End.REJECTED, code.number(), NOTHING, gas, null);
  }

  static Result refused(Violation violation, long gas) {
    final byte[] reason = violation.text().getBytes(StandardCharsets.UTF_8);
    return new Result(
        End.REJECTED,
        violation.code(),
        reason.length > MAX_REASON_BYTES ? Arrays.copyOf(reason, MAX_REASON_BYTES) : reason,
        gas,
        null);
  }

  /** Rows 5 and 7 to 25 on a module that nobody deploys yet; compiles it when it passes. */
  Report check(String name, byte[] wasm, int contractType) {
    final List<Violation> violations = new ArrayList<>();
    if (!ContractName.isValid(name)) {
      violations.add(
          new Violation(
              5,
              RejectCode.INVALID_NAME.number(),
              "InvalidName",
              "a name has 1 to 32 characters of a-z, 0-9 and single inner dashes"));
    }
    final DeployGate.Verdict verdict = DeployGate.examine(rules, profile, wasm, contractType);
    violations.addAll(verdict.violations());
    if (verdict.violations().isEmpty() && verdict.module() != null && verdict.abi() != null) {
      codes.prepare(verdict.module(), verdict.abi(), ModuleCache.Use.SIMULATION);
    }
    return new Report(
        Blake3.hash(wasm), addressOf(name, contractType), gas(rules, wasm.length), violations);
  }
}
