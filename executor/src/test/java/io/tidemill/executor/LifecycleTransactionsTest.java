package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.hash.Blake3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A contract's life through transactions and real code: deploy, upgrade with grace, owner
 * (decisions S4).
 */
class LifecycleTransactionsTest {
  private static final int OWNER = 0;
  private static final int STRANGER = 1;
  private static final Address COUNTER = Addresses.contract("counter");
  private static final long GAS = 100_000_000;

  private final Rules rules =
      Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
  private final long[] nonces = new long[2];
  private TestChain chain;
  private byte[] first;
  private byte[] second;

  @BeforeEach
  void deploy() throws IOException {
    first = Files.readAllBytes(Path.of("contracts/counter/counter.wasm"));
    second = Files.readAllBytes(Path.of("contracts/token/token.wasm"));
    final Engine reference = new ChicoryEngine();
    final ExecutorParts parts =
        new ExecutorParts(
            ChainSpecification.always(rules),
            new WasmContractRuntimes(new JvmEngine(reference), reference),
            SignatureVerifier.TRUSTING);
    chain = new TestChain(rules, parts, ledger -> {});
    final Receipt receipt =
        run(
            OWNER,
            TransactionType.DEPLOY,
            new DeployData("counter", first, 0, new byte[8]).encode());
    assertThat(receipt.status()).isEqualTo(Receipt.Status.SUCCESS);
    assertThat(receipt.contract()).isEqualTo(COUNTER);
  }

  private Receipt run(int sender, TransactionType type, byte[] data) {
    final Transaction transaction =
        TestChain.tx(sender, nonces[sender]++).type(type).gas(GAS).data(data).build();
    return chain.run(transaction).receipts().getFirst();
  }

  private Receipt call(String function, byte[] arguments) {
    final Transaction transaction =
        TestChain.tx(STRANGER, nonces[STRANGER]++)
            .to(COUNTER)
            .gas(GAS)
            .data(new CallPayload(function, arguments).encode())
            .build();
    return chain.run(transaction).receipts().getFirst();
  }

  private Receipt schedule(int sender) {
    return run(
        sender,
        TransactionType.SCHEDULE_UPGRADE,
        new BorshWriter(64).hash32(COUNTER.raw()).bytes(second).toBytes());
  }

  private ContractRecord contractRecord() {
    final ContractRecord found = chain.state().contract(COUNTER);
    assertThat(found).isNotNull();
    return found;
  }

  @Test
  void shouldRunTheNewCodeFromTheEffectiveWaveOnAndNotBefore() {
    final Receipt scheduled = schedule(OWNER);
    assertThat(scheduled.status()).isEqualTo(Receipt.Status.SUCCESS);
    assertThat(scheduled.events()).hasSize(1);
    assertThat(scheduled.gasUsed()).isGreaterThanOrEqualTo(32_000 + 200L * second.length);

    final long scheduledIn = scheduled.waveId();
    while (chain.context().waveId() < scheduledIn + rules.lifecycle().upgradeGraceWaves()) {
      assertThat(call("increment", new byte[0]).status())
          .as("wave %d", chain.context().waveId())
          .isEqualTo(Receipt.Status.SUCCESS);
    }
    final Receipt gone = call("increment", new byte[0]);
    assertThat(gone.code()).isEqualTo(RejectCode.INVALID_FUNCTION_NAME.number());
    final Receipt there = call("balance_of", TestChain.user(OWNER).toBytes());
    assertThat(there.status()).isEqualTo(Receipt.Status.SUCCESS);
    final Ledger state = chain.state();
    final Account account = state.account(COUNTER);
    assertThat(account).isNotNull();
    assertThat(state.activeCode(account, chain.context().waveId())).isEqualTo(Blake3.hash(second));
  }

  @Test
  void shouldLetOnlyTheOwnerScheduleCancelAndHandOver() {
    assertThat(schedule(STRANGER).code()).isEqualTo(RejectCode.NOT_OWNER.number());
    assertThat(schedule(OWNER).status()).isEqualTo(Receipt.Status.SUCCESS);
    assertThat(contractRecord().pendingCode()).isNotNull();
    assertThat(run(STRANGER, TransactionType.CANCEL_UPGRADE, COUNTER.toBytes()).code())
        .isEqualTo(RejectCode.NOT_OWNER.number());
    assertThat(run(OWNER, TransactionType.CANCEL_UPGRADE, COUNTER.toBytes()).events()).hasSize(1);
    assertThat(contractRecord().pendingCode()).isNull();

    final byte[] handOver =
        new BorshWriter(64).hash32(COUNTER.raw()).hash32(TestChain.user(STRANGER).raw()).toBytes();
    assertThat(run(STRANGER, TransactionType.TRANSFER_OWNERSHIP, handOver).code())
        .isEqualTo(RejectCode.NOT_OWNER.number());
    assertThat(run(OWNER, TransactionType.TRANSFER_OWNERSHIP, handOver).status())
        .isEqualTo(Receipt.Status.SUCCESS);
    assertThat(contractRecord().owner()).isEqualTo(TestChain.user(STRANGER));
    assertThat(schedule(OWNER).code()).isEqualTo(RejectCode.NOT_OWNER.number());
    assertThat(schedule(STRANGER).status()).isEqualTo(Receipt.Status.SUCCESS);
  }

  @Test
  void shouldHoldTheDepositAndChargeTheFeeAtDeploy() {
    assertThat(contractRecord().deposit()).isEqualTo(rules.lifecycle().ownerDeposit());
    final U128 spent = TestChain.RICH.minus(chain.balance(TestChain.user(OWNER)));
    assertThat(spent.compareTo(rules.lifecycle().ownerDeposit())).isPositive();
  }
}
