package io.tidemill.executor;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A contract side without wasm: every contract knows the same functions. {@code work} uses 1,000
 * fuel, counts in a slot and emits; {@code revert}, {@code trap}, {@code burn} (all fuel), {@code
 * pay} (payable), {@code free} (sponsored), {@code forbidden} (quarantined when asked), {@code
 * validate_sponsorship} (a view that agrees unless the first byte of the user is odd).
 */
public final class FakeContracts implements ContractRuntimes, ContractRuntime, ContractLifecycle {
  public static final long WORK_FUEL = 1_000;
  public static final Hash32 TOPIC = Blake3.hash("Worked()".getBytes(StandardCharsets.UTF_8));

  @Override
  public ContractRuntime runtime(Rules rules, boolean reference) {
    return this;
  }

  @Override
  public ContractLifecycle lifecycle(Rules rules, boolean reference) {
    return this;
  }

  @Override
  public Result call(Scope scope, Call call) {
    final Ledger ledger = new Ledger(scope.overlay());
    final Account target = ledger.account(call.target());
    if (target == null || !target.hasCode()) {
      return new Result(End.REJECTED, RejectCode.INVALID_RECIPIENT.number(), new byte[0], 0, null);
    }
    if (scope.quarantined().contains(target.codeHash())) {
      return new Result(
          End.QUARANTINED, RejectCode.QUARANTINED_CODE.number(), new byte[0], 0, null);
    }
    final String name = call.bareValue() ? "pay" : call.function();
    if (!List.of("work", "revert", "trap", "burn", "pay", "free", "validate_sponsorship")
        .contains(name)) {
      return new Result(
          End.REJECTED, RejectCode.INVALID_FUNCTION_NAME.number(), new byte[0], 0, null);
    }
    if (!call.value().isZero() && !name.equals("pay")) {
      return new Result(End.REJECTED, RejectCode.NOT_PAYABLE.number(), new byte[0], 0, null);
    }
    if (name.equals("burn") || call.fuel() < WORK_FUEL) {
      return new Result(End.OUT_OF_FUEL, 1, new byte[0], call.fuel(), null);
    }
    return switch (name) {
      case "revert" ->
          new Result(End.REVERTED, 200, "no".getBytes(StandardCharsets.UTF_8), WORK_FUEL, null);
      case "trap" -> new Result(End.TRAPPED, 10, new byte[0], WORK_FUEL, null);
      case "validate_sponsorship" ->
          new Result(
              End.SUCCESS,
              0,
              new byte[] {(byte) ((call.calldata()[0] & 1) == 0 ? 1 : 0)},
              WORK_FUEL,
              null);
      default -> work(scope, ledger, call);
    };
  }

  private static Result work(Scope scope, Ledger ledger, Call call) {
    if (!ledger.debit(call.sender(), call.value()) || !ledger.credit(call.target(), call.value())) {
      return new Result(
          End.REJECTED, RejectCode.INSUFFICIENT_BALANCE.number(), new byte[0], 0, null);
    }
    final StateKey slot = counter(call.target());
    ledger.putNumber(slot, ledger.number(slot) + 1);
    scope.overlay().emit(new Event(call.target(), List.of(TOPIC), call.sender().toBytes()));
    return new Result(End.SUCCESS, 0, call.calldata(), WORK_FUEL, null);
  }

  /** Where a contract counts its work. */
  public static StateKey counter(Address contract) {
    return io.tidemill.executor.account.StateKeys.storageSlot(contract, 0);
  }

  @Override
  public Result deploy(Scope scope, Deploy deploy) {
    final Ledger ledger = new Ledger(scope.overlay());
    if (ledger.addressOf(deploy.name()) != null) {
      return new Result(End.REJECTED, RejectCode.NAME_TAKEN.number(), new byte[0], 21_000, null);
    }
    final long gas = 32_000 + 200L * deploy.wasm().length;
    if (gas > deploy.gasLimit()) {
      return new Result(End.OUT_OF_FUEL, 1, new byte[0], deploy.gasLimit(), null);
    }
    final Address address = Addresses.contract(deploy.name());
    final Hash32 code = Blake3.hash(deploy.wasm());
    scope.overlay().putCode(code, deploy.wasm());
    ledger.put(Account.empty(address).asContract(code));
    ledger.putContract(address, ContractRecord.of(deploy.deployer(), U128.ZERO));
    ledger.debit(deploy.deployer(), deploy.value());
    ledger.credit(address, deploy.value());
    ledger.register(deploy.name(), address);
    return new Result(End.SUCCESS, 0, new byte[0], gas, address);
  }

  @Override
  public int attributes(Scope scope, Address target, String function, boolean bareValue) {
    return function.equals("free") ? 1 << 3 : 0;
  }

  @Override
  public Report check(Rules rules, String name, byte[] wasm, int contractType) {
    return new Report(Blake3.hash(wasm), Addresses.contract(name), 0, List.of());
  }

  @Override
  public Result scheduleUpgrade(Scope scope, Upgrade upgrade) {
    return new Result(End.REJECTED, RejectCode.NOT_OWNER.number(), new byte[0], 21_000, null);
  }

  @Override
  public Result cancelUpgrade(Scope scope, Address sender, Address contract, boolean governed) {
    return new Result(End.REJECTED, RejectCode.NOT_OWNER.number(), new byte[0], 0, null);
  }

  @Override
  public Result transferOwnership(Scope scope, Address sender, Address contract, Address newOwner) {
    return new Result(End.REJECTED, RejectCode.NOT_OWNER.number(), new byte[0], 0, null);
  }

  @Override
  public Result forfeitDeposit(Scope scope, Address contract, Address treasury) {
    return new Result(End.REJECTED, RejectCode.NOT_OWNER.number(), new byte[0], 0, null);
  }
}
