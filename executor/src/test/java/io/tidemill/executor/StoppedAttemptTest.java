package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.state.hash.Blake3;
import org.junit.jupiter.api.Test;

/**
 * An attempt that the guard stops is repeated once on the reference backend, and its result is
 * never a receipt; stopped twice it is a node fault. Source: decisions O2.
 */
class StoppedAttemptTest {
  private static final Address CONTRACT = Addresses.contract("slow");

  /** The fake contracts behind a backend that the guard stops, after it has written something. */
  private static ContractRuntimes stopping(boolean referenceToo) {
    final FakeContracts fake = new FakeContracts();
    return new ContractRuntimes() {
      @Override
      public ContractRuntime runtime(Rules rules, boolean reference) {
        return reference && !referenceToo ? fake : stopped(fake);
      }

      @Override
      public ContractLifecycle lifecycle(Rules rules, boolean reference) {
        return fake;
      }
    };
  }

  private static ContractRuntime stopped(FakeContracts fake) {
    return new ContractRuntime() {
      @Override
      public Result call(Scope scope, Call call) {
        fake.call(scope, call);
        throw ExecutionGuard.AttemptStopped.INSTANCE;
      }

      @Override
      public Result deploy(Scope scope, Deploy deploy) {
        return fake.deploy(scope, deploy);
      }

      @Override
      public int attributes(Scope scope, Address target, String function, boolean bareValue) {
        return fake.attributes(scope, target, function, bareValue);
      }
    };
  }

  private static TestChain chain(ContractRuntimes contracts) {
    final Rules rules = Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
    return new TestChain(
        rules,
        new ExecutorParts(ChainSpecification.always(rules), contracts, SignatureVerifier.TRUSTING),
        ledger -> ledger.put(Account.empty(CONTRACT).asContract(Blake3.hash(new byte[] {1}))));
  }

  private static Transaction work() {
    return TestChain.tx(0, 0)
        .to(CONTRACT)
        .data(new CallPayload("work", new byte[0]).encode())
        .build();
  }

  @Test
  void shouldGiveTheReceiptOfTheReferenceBackend() {
    final Receipt expected = chain(new FakeContracts()).run(work()).receipts().getFirst();
    final TestChain chain = chain(stopping(false));
    final Receipt receipt = chain.run(work()).receipts().getFirst();
    assertThat(receipt).usingRecursiveComparison().isEqualTo(expected);
    assertThat(chain.state().number(FakeContracts.counter(CONTRACT))).isEqualTo(1);
  }

  @Test
  void shouldGiveNoReceiptWhenTheReferenceBackendIsStoppedToo() {
    final TestChain chain = chain(stopping(true));
    assertThatThrownBy(() -> chain.run(work()))
        .isInstanceOf(NodeFault.class)
        .hasMessageContaining("stopped twice");
    assertThat(chain.store.head().wave()).isZero();
  }
}
