package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.LIBRARY;
import static io.tidemill.executor.host.HostLab.SELF;
import static io.tidemill.executor.host.HostLab.ascii;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Halt;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What calls refuse, and what they leave behind. Source: host-abi 5. */
class CallRefusalTest extends HostFrame {
  @Test
  void shouldRefuseCallsWithoutCodeAndWriteAnEmptyPayload() {
    frame();
    assertThat(call("run", 0, -1)).isEqualTo(-10);
    assertThat(length()).isZero();
    frame();
    assertThat(callStatic("run", -1)).isEqualTo(-10);
    assertThat(length()).isZero();
    frame();
    assertThat(delegate("run", -1)).isEqualTo(-10);
    assertThat(length()).isZero();
  }

  @Test
  void shouldRefuseUnknownNonPayableAndUnaffordableCalls() {
    lab.fund(SELF, 10);
    library(callee -> {}, RUN, PAY, PEEK, INIT, HostLab.function("hidden"));
    frame();
    assertThat(call("nope", 0, -1)).isEqualTo(-13);
    assertThat(call("hidden", 0, -1)).isEqualTo(-13);
    assertThat(call("init", 0, -1)).isEqualTo(-13);
    assertThat(call("n".repeat(65), 0, -1)).isEqualTo(-13);
    assertThat(call("", 1, -1)).isEqualTo(-13);
    assertThat(call("run", 1, -1)).isEqualTo(-12);
    assertThat(call("pay", 11, -1)).isEqualTo(-3);
    assertThat(callStatic("run", -1)).isEqualTo(-5);
    assertThat(delegate("init", -1)).isEqualTo(-13);
    assertThat(length()).isEqualTo(64);
    assertThat(call("pay", 10, -1)).isZero();
    assertThat(length()).isZero();
  }

  @Test
  void shouldRouteBareValueToReceiveAndTheRestToFallback() {
    lab.fund(SELF, 10);
    final StringBuilder ran = new StringBuilder();
    library(
        callee -> ran.append(callee.context().entry).append(' '),
        RUN,
        HostLab.function("back", Attribute.FALLBACK),
        HostLab.function("take", Attribute.RECEIVE, Attribute.PAYABLE));
    frame();
    assertThat(call("", 1, -1)).isZero();
    assertThat(call("", 0, -1)).isZero();
    assertThat(call("anything", 0, -1)).isZero();
    assertThat(call("anything", 1, -1)).isEqualTo(-12);
    assertThat(ran.toString()).isEqualTo("take back back ");
  }

  @Test
  void shouldReportHowACalleeEnded() {
    library(
        callee -> {
          callee.charge(50);
          Flow.revert(callee, 0, 8);
        },
        RUN);
    frame();
    assertThat(call("run", 0, -1)).isEqualTo(-10);
    assertThat(length()).isEqualTo(8);
    assertThat(used()).isEqualTo(1_050);
    library(callee -> callee.charge(101), RUN);
    frame();
    assertThat(call("run", 0, 100)).isEqualTo(-11);
    assertThat(length()).isEqualTo(64);
    assertThat(used()).isEqualTo(1_100);
    library(
        callee -> {
          throw Trap.of(TrapCode.UNREACHABLE);
        },
        RUN);
    frame();
    assertThat(call("run", 0, -1)).isEqualTo(-10);
    assertThat(length()).isZero();
  }

  @Test
  void shouldTruncateWhatTheCalleeReturns() {
    library(callee -> Flow.finish(callee, 0, 100), RUN);
    frame();
    instance.memory.writeInt(LENGTH, 3);
    instance.memory.write(OUT, new byte[] {9, 9, 9, 9});
    assertThat(call("run", 0, -1)).isZero();
    assertThat(length()).isEqualTo(100);
    assertThat(instance.memory.read(OUT, 4)).containsExactly(0, 0, 0, 9);
  }

  @Test
  void shouldUndoEverythingOfAFailedCallee() {
    lab.fund(SELF, 10);
    library(
        callee -> {
          RawStorage.sstore(callee, 0, 0, 1);
          Events.emitEvent(callee, 0, 1, 0, 0);
          Flow.revert(callee, 0, 0);
        },
        PAY);
    frame();
    assertThat(call("pay", 4, -1)).isEqualTo(-10);
    assertThat(instance.context().tx.overlay.sortedWrites()).isEmpty();
    assertThat(instance.context().tx.overlay.events()).isEmpty();
  }

  @Test
  void shouldGuardAgainstReentryByFunctionAndAddress() {
    final ContractAbi abi =
        HostLab.abi(
            ContractType.CONTRACT,
            List.of(
                RUN,
                PEEK,
                HostLab.function("other", Attribute.ENTRY),
                HostLab.function("again", Attribute.ENTRY, Attribute.REENTRANT)));
    lab.install(SELF, abi, callee -> {});
    frame();
    assertThat(callSelf("run")).isEqualTo(-9);
    assertThat(callSelf("other")).isZero();
    assertThat(callSelf("peek")).isZero();
    assertThat(callSelf("again")).isZero();
    library(callee -> {}, RUN);
    assertThat(delegate("run", -1)).isEqualTo(-9);
    assertThat(call("run", 0, -1)).isZero();
  }

  private int callSelf(String name) {
    instance.memory.write(A, SELF.toBytes());
    instance.memory.write(B, new byte[16]);
    instance.memory.write(NAME, ascii(name));
    return Calls.crossCall(instance, A, NAME, name.length(), C, 0, B, -1, OUT, LENGTH);
  }

  @Test
  void shouldStopAtTheDepthLimit() {
    library(callee -> {}, RUN, PEEK, HostLab.function("copy", Attribute.ENTRY));
    lab.depth = 1_022;
    frame();
    assertThat(call("run", 0, -1)).isZero();
    lab.depth = 1_023;
    frame();
    assertThat(call("run", 0, -1)).isEqualTo(-10);
    assertThat(length()).isZero();
    assertThat(callStatic("peek", -1)).isEqualTo(-10);
    assertThat(delegate("copy", -1)).isEqualTo(-10);
    traps(TrapCode.CALL_DEPTH_EXCEEDED, () -> instantiate(0, 0, -1));
  }

  @Test
  void shouldKeepIdentityAndValueUnderDelegation() {
    library(
        callee -> {
          final CallContext frame = callee.context();
          assertThat(frame.self).isEqualTo(SELF);
          assertThat(frame.caller).isEqualTo(HostLab.CALLER);
          assertThat(frame.value).isEqualTo(U128.of(9));
          RawStorage.sstore(callee, 0, 0, 1);
          Events.emitEvent(callee, 0, 1, 0, 0);
          assertThat(Parachains.id(callee, 0)).isEqualTo(-15);
        },
        HostLab.function("work", Attribute.ENTRY));
    frame();
    assertThat(delegate("work", -1)).isZero();
    assertThat(RawStorage.sload(instance, C, OUT, 8)).isEqualTo(1);
    assertThat(instance.context().tx.overlay.events().getFirst().contract()).isEqualTo(SELF);
  }

  @Test
  void shouldNotLendAContractsIdentityToParachainCode() {
    lab.type = ContractType.CONTRACT;
    lab.install(
        LIBRARY,
        HostLab.abi(ContractType.PARACHAIN, List.of(HostLab.function("work", Attribute.ENTRY))),
        callee -> assertThat(Parachains.id(callee, 0)).isEqualTo(-15));
    frame();
    assertThat(delegate("work", -1)).isZero();
  }

  @Test
  void shouldBudgetStaticCallsApartFromTheCallersGas() {
    library(callee -> callee.charge(10_000_000), PEEK);
    frame();
    assertThat(callStatic("peek", -1)).isZero();
    assertThat(used()).isEqualTo(50);
    assertThat(callStatic("peek", 9_999_999)).isEqualTo(-11);
    for (int i = 0; i < 8; i++) {
      assertThat(callStatic("peek", -1)).isZero();
    }
    // 99,999,999 are gone: one unit is left, then none.
    assertThat(callStatic("peek", -1)).isEqualTo(-11);
    assertThat(callStatic("peek", -1)).isEqualTo(-11);
    assertThat(instance.context().tx.freeViewFuel).isZero();
    assertThat(used()).isEqualTo(50 * 12);
  }

  @Test
  void shouldShareTheViewBudgetWithNestedStaticCalls() {
    lab.free = true;
    lab.view = true;
    library(callee -> callee.charge(1_000), PEEK);
    frame();
    assertThat(callStatic("peek", -1)).isZero();
    assertThat(used()).isEqualTo(1_050);
    assertThat(instance.context().tx.freeViewFuel).isEqualTo(100_000_000);
  }

  @Test
  void shouldHandViewModeDown() {
    lab.view = true;
    lab.fund(SELF, 10);
    library(
        callee -> {
          assertThat(callee.context().view).isTrue();
          assertThat(Events.emitEvent(callee, 0, 1, 0, 0)).isEqualTo(-5);
        },
        RUN,
        PAY,
        HostLab.function("work", Attribute.ENTRY));
    frame();
    assertThat(call("run", 0, -1)).isZero();
    assertThat(call("pay", 1, -1)).isEqualTo(-5);
    assertThat(delegate("work", -1)).isZero();
    traps(TrapCode.VIEW_FUNCTION_STATE_MODIFY, () -> instantiate(0, 0, -1));
  }

  @Test
  void shouldUnwindEveryFrameAtQuarantinedCode() {
    library(callee -> {}, RUN);
    lab.quarantined = List.of(LIBRARY.raw());
    frame();
    assertThatThrownBy(() -> call("run", 0, -1)).isSameAs(Halt.QUARANTINED);
    assertThatThrownBy(() -> delegate("run", -1)).isSameAs(Halt.QUARANTINED);
    assertThatThrownBy(() -> instantiate(0, 0, -1)).isSameAs(Halt.QUARANTINED);
  }
}
