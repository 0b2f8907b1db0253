package io.tidemill.executor.contract;

import static io.tidemill.executor.contract.TestChain.ALICE;
import static io.tidemill.executor.contract.TestChain.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.ContractLifecycle.Upgrade;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Upgrades by the owner with their grace period of 10 waves. Source: decisions S4. */
class UpgradeTest {
  private static final byte[] NONE = {};

  private final TestChain chain = new TestChain();

  /** A module whose function {@code version} returns {@code n} bytes. */
  private static byte[] version(int n, ContractType type) {
    return new ModuleAssembler()
        .importFunction("pyde", "return", "ii:")
        .function("version", ":", 0x41, 0, 0x41, n, 0x10, 0)
        .memory(1, "memory")
        .abi(Puppets.abi(type, Puppets.function("version", Attribute.ENTRY, Attribute.VIEW)))
        .done();
  }

  private static byte[] version(int n) {
    return version(n, ContractType.CONTRACT);
  }

  private int running(Address contract) {
    final Result result = chain.call(contract, "version", NONE);
    assertThat(result.end()).isEqualTo(End.SUCCESS);
    return result.returnData().length;
  }

  private Result apply(Function<Overlay, Result> action) {
    final Overlay overlay = new Overlay(chain);
    final Result result = action.apply(overlay);
    chain.commit(overlay);
    return result;
  }

  private Result schedule(Address sender, Address contract, byte[] wasm, boolean governed) {
    return apply(
        overlay ->
            chain.runtime.scheduleUpgrade(
                chain.scope(sender, overlay),
                new Upgrade(sender, contract, wasm, 10_000_000, governed)));
  }

  @Test
  void shouldRunTheNewCodeFromTheEffectiveWaveOnWithoutAWrite() {
    final Address contract = chain.install("thing", version(1), NONE);
    final byte[] next = version(2);
    final Result scheduled = schedule(ALICE, contract, next, false);
    assertThat(scheduled.end()).isEqualTo(End.SUCCESS);
    assertThat(scheduled.fuelUsed()).isEqualTo(32_000 + 200L * next.length);
    assertThat(chain.events).hasSize(1);
    assertThat(chain.events.getFirst().topics())
        .containsExactly(Blake3.hash(Puppets.ascii("pyde.UpgradeScheduled")), Blake3.hash(next));
    final ContractRecord record =
        ContractRecord.decode(chain.state.get(StateKeys.contract(contract)));
    assertThat(record.pendingCode()).isEqualTo(Blake3.hash(next));
    assertThat(record.effectiveWave()).isEqualTo(17);
    chain.wave = 16;
    assertThat(running(contract)).isEqualTo(1);
    chain.wave = 17;
    assertThat(running(contract)).isEqualTo(2);
    // The next upgrade keeps the one that has taken effect.
    assertThat(schedule(ALICE, contract, version(3), false).end()).isEqualTo(End.SUCCESS);
    assertThat(running(contract)).isEqualTo(2);
    chain.wave = 27;
    assertThat(running(contract)).isEqualTo(3);
  }

  @Test
  void shouldRefuseStrangersAndBrokenModules() {
    final Address contract = chain.install("thing", version(1), NONE);
    assertThat(schedule(BOB, contract, version(2), false).code())
        .isEqualTo(RejectCode.NOT_OWNER.number());
    assertThat(schedule(ALICE, BOB, version(2), false).code())
        .isEqualTo(RejectCode.PRECONDITION_FAILED.number());
    assertThat(schedule(ALICE, contract, new byte[] {1}, false).code())
        .isEqualTo(RejectCode.MODULE_REFUSED.number());
    assertThat(schedule(ALICE, contract, version(2, ContractType.PARACHAIN), false).code())
        .isEqualTo(RejectCode.CONTRACT_TYPE_MISMATCH.number());
    assertThat(ContractRecord.decode(chain.state.get(StateKeys.contract(contract))).pendingCode())
        .isNull();
  }

  @Test
  void shouldLetOnlyGovernanceUpgradeParachains() {
    final Address parachain =
        TestChain.installed(
            chain.deploy("oracle", version(1, ContractType.PARACHAIN), 1, NONE, U128.ZERO));
    final byte[] next = version(2, ContractType.PARACHAIN);
    assertThat(schedule(ALICE, parachain, next, false).code())
        .isEqualTo(RejectCode.NOT_OWNER.number());
    assertThat(schedule(BOB, parachain, next, true).end()).isEqualTo(End.SUCCESS);
    chain.wave += 10;
    assertThat(running(parachain)).isEqualTo(2);
  }

  @Test
  void shouldCancelWhatIsStillPending() {
    final Address contract = chain.install("thing", version(1), NONE);
    final Function<Overlay, Result> cancel =
        overlay -> chain.runtime.cancelUpgrade(chain.scope(ALICE, overlay), ALICE, contract, false);
    assertThat(apply(cancel).code()).isEqualTo(RejectCode.PRECONDITION_FAILED.number());
    schedule(ALICE, contract, version(2), false);
    assertThat(apply(cancel).end()).isEqualTo(End.SUCCESS);
    assertThat(chain.events.getFirst().topics().getFirst())
        .isEqualTo(Blake3.hash(Puppets.ascii("pyde.UpgradeCancelled")));
    chain.wave = 100;
    assertThat(running(contract)).isEqualTo(1);
    schedule(ALICE, contract, version(2), false);
    chain.wave = 110;
    assertThat(apply(cancel).code()).isEqualTo(RejectCode.PRECONDITION_FAILED.number());
    assertThat(running(contract)).isEqualTo(2);
  }

  @Test
  void shouldMoveOwnershipAndForfeitDeposits() {
    final TestChain dev =
        new TestChain(
            io.tidemill.executor.Rules.of(
                31_337,
                io.tidemill.executor.Rules.Lifecycle.DEV,
                io.tidemill.executor.Rules.Signatures.TRUSTED));
    final Address contract = dev.install("thing", version(1), NONE);
    Overlay overlay = new Overlay(dev);
    assertThat(dev.runtime.transferOwnership(dev.scope(BOB, overlay), BOB, contract, BOB).code())
        .isEqualTo(RejectCode.NOT_OWNER.number());
    assertThat(dev.runtime.transferOwnership(dev.scope(ALICE, overlay), ALICE, contract, BOB).end())
        .isEqualTo(End.SUCCESS);
    dev.commit(overlay);
    assertThat(dev.events.getFirst().topics().subList(1, 3))
        .containsExactly(ALICE.raw(), BOB.raw());
    overlay = new Overlay(dev);
    assertThat(
            dev.runtime
                .forfeitDeposit(dev.scope(ALICE, overlay), contract, Addresses.TREASURY)
                .end())
        .isEqualTo(End.SUCCESS);
    dev.commit(overlay);
    assertThat(dev.balance(Addresses.TREASURY)).isEqualTo(U128.of(11_000));
    assertThat(ContractRecord.decode(dev.state.get(StateKeys.contract(contract))))
        .isEqualTo(ContractRecord.of(BOB, U128.ZERO));
  }
}
