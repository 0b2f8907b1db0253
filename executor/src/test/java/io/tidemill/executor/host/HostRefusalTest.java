package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.LIBRARY;
import static io.tidemill.executor.host.HostLab.PLENTY;
import static io.tidemill.executor.host.HostLab.RECIPIENT;
import static io.tidemill.executor.host.HostLab.SELF;
import static io.tidemill.executor.host.HostLab.ascii;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.HostLab.LabInstance;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Halt;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Every result code, and the traps that have none. Source: host-abi 2, 4.1, 5. */
class HostRefusalTest {
  private static final int A = 0x100;
  private static final int B = 0x200;
  private static final int C = 0x300;
  private static final int NAME = 0x400;
  private static final int LENGTH = 0x500;
  private static final int OUT = 0x600;

  private final HostLab lab = new HostLab();
  private LabInstance instance = lab.frame(PLENTY);

  private LabInstance frame() {
    instance = lab.frame(PLENTY);
    instance.memory.writeInt(LENGTH, 64);
    return instance;
  }

  private void library(Consumer<LabInstance> body, ContractAbi.Function... functions) {
    lab.install(LIBRARY, HostLab.abi(ContractType.CONTRACT, List.of(functions)), body);
  }

  private int call(String name, long value, long gas) {
    instance.memory.write(A, LIBRARY.toBytes());
    instance.memory.write(B, U128.of(value).toBytes());
    instance.memory.write(NAME, ascii(name));
    return Calls.crossCall(instance, A, NAME, name.length(), C, 0, B, gas, OUT, LENGTH);
  }

  private int callStatic(String name, long gas) {
    instance.memory.write(A, LIBRARY.toBytes());
    instance.memory.write(NAME, ascii(name));
    return Calls.crossCallStatic(instance, A, NAME, name.length(), C, 0, gas, OUT, LENGTH);
  }

  private int delegate(String name, long gas) {
    instance.memory.write(A, LIBRARY.toBytes());
    instance.memory.write(NAME, ascii(name));
    return Calls.delegateCall(instance, A, NAME, name.length(), C, 0, gas, OUT, LENGTH);
  }

  private int instantiate(long value, int initLength, long gas) {
    instance.memory.write(A, LIBRARY.toBytes());
    instance.memory.write(B, U128.of(value).toBytes());
    return Factory.instantiate(instance, A, C, C, initLength, B, gas, OUT + 64, OUT, LENGTH);
  }

  private int length() {
    return instance.memory.readInt(LENGTH);
  }

  private long used() {
    return PLENTY - instance.fuel;
  }

  private static void traps(TrapCode code, Runnable action) {
    assertThatThrownBy(action::run).isSameAs(Trap.of(code));
  }

  private static final ContractAbi.Function RUN = HostLab.function("run", Attribute.ENTRY);
  private static final ContractAbi.Function PAY =
      HostLab.function("pay", Attribute.ENTRY, Attribute.PAYABLE);
  private static final ContractAbi.Function PEEK =
      HostLab.function("peek", Attribute.ENTRY, Attribute.VIEW);
  private static final ContractAbi.Function INIT = HostLab.function("init", Attribute.CONSTRUCTOR);

  // Storage

  @Test
  void shouldTellMissingFromEmptyAndTruncateReads() {
    frame();
    assertThat(RawStorage.sload(instance, A, OUT, 64)).isEqualTo(-1);
    assertThat(used()).isEqualTo(100);
    RawStorage.sstore(instance, A, B, 0);
    assertThat(RawStorage.sload(instance, A, OUT, 64)).isZero();
    RawStorage.sstore(instance, A, B, 100);
    assertThat(RawStorage.sload(instance, A, OUT, 0)).isEqualTo(100);
    RawStorage.sdelete(instance, A);
    assertThat(RawStorage.sload(instance, A, OUT, 64)).isEqualTo(-1);
  }

  @Test
  void shouldBoundValuesAndReads() {
    frame();
    RawStorage.sstore(instance, A, 0, 16_384);
    traps(TrapCode.STORAGE_VALUE_TOO_LARGE, () -> RawStorage.sstore(instance, A, 0, 16_385));
    traps(TrapCode.STORAGE_VALUE_TOO_LARGE, () -> RawStorage.sstore(instance, A, 0, -1));
    traps(TrapCode.INVALID_HOST_ARGUMENT, () -> RawStorage.sload(instance, A, OUT, -1));
  }

  @Test
  void shouldChargeTheSurchargeForNewSlotsAndForTombstones() {
    frame();
    RawStorage.sstore(instance, A, B, 1);
    assertThat(used()).isEqualTo(5_000 + 32 + 1_000);
    RawStorage.sstore(instance, A, B, 1);
    assertThat(used()).isEqualTo(2 * 5_032 + 1_000);
    RawStorage.sdelete(instance, A);
    RawStorage.sstore(instance, A, B, 1);
    assertThat(used()).isEqualTo(3 * 5_032 + 2 * 1_000 + 5_000);
    instance.memory.write(A, new byte[] {1});
    assertThat(RawStorage.sstoreWord(instance, A, B)).isZero();
    assertThat(used()).isEqualTo(3 * 5_032 + 3 * 1_000 + 2 * 5_000);
  }

  @Test
  void shouldReadTheOldShapeAsThirtyTwoBytes() {
    frame();
    instance.memory.write(B, new byte[] {1, 2, 3});
    RawStorage.sstore(instance, A, B, 3);
    instance.memory.write(OUT, new byte[] {9, 9, 9, 9, 9});
    assertThat(RawStorage.sloadWord(instance, A, OUT)).isZero();
    assertThat(instance.memory.read(OUT, 5)).containsExactly(1, 2, 3, 0, 0);
    instance.memory.write(A, new byte[] {1});
    assertThat(RawStorage.sloadWord(instance, A, OUT)).isZero();
    assertThat(instance.memory.read(OUT, 32)).containsOnly(0);
  }

  @Test
  void shouldLockReservedSuffixesAndPassNativeKeysThrough() {
    frame();
    instance.memory.write(A, StateKeys.account(SELF).raw().toBytes());
    assertThat(RawStorage.sload(instance, A, OUT, 64)).isEqualTo(-1);
    traps(TrapCode.WRITE_LOCKED_SLOT, () -> RawStorage.sstore(instance, A, B, 1));
    traps(TrapCode.WRITE_LOCKED_SLOT, () -> RawStorage.sdelete(instance, A));
    final StateKey mine = StateKeys.storageSlot(SELF, 3);
    instance.memory.write(A, mine.raw().toBytes());
    RawStorage.sstore(instance, A, B, 1);
    assertThat(instance.context().tx.overlay.get(mine)).hasSize(1);
  }

  @Test
  void shouldNeverTouchAnotherAccountsKeys() {
    frame();
    for (StateKey victim :
        List.of(
            StateKeys.account(RECIPIENT),
            StateKeys.contract(RECIPIENT),
            StateKeys.storageSlot(RECIPIENT, 0),
            StateKeys.prefixOwner(RECIPIENT),
            StateKeys.nameToAddress("token"))) {
      instance.memory.write(A, victim.raw().toBytes());
      RawStorage.sstore(instance, A, B, 1);
      assertThat(instance.context().tx.overlay.get(victim)).isNull();
      assertThat(RawStorage.sload(instance, A, OUT, 64)).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseTypedStorageByTheSchema() {
    frame();
    instance.memory.write(A, ascii("totalone"));
    assertThat(TypedStorage.sloadScalar(instance, A, 4, OUT, 64)).isEqualTo(-31);
    assertThat(TypedStorage.sloadScalar(instance, A, 257, OUT, 64)).isEqualTo(-31);
    assertThat(TypedStorage.sloadMap1(instance, A, 5, C, 32, OUT, 64)).isEqualTo(-32);
    assertThat(TypedStorage.sloadScalar(instance, A + 5, 3, OUT, 64)).isEqualTo(-32);
    assertThat(TypedStorage.sloadMap1(instance, A + 5, 3, C, 31, OUT, 64)).isEqualTo(-33);
    assertThat(TypedStorage.sloadMap1(instance, A + 5, 3, C, 257, OUT, 64)).isEqualTo(-33);
    assertThat(TypedStorage.sstoreScalar(instance, A, 5, C, 15)).isEqualTo(-34);
    assertThat(TypedStorage.sstoreScalar(instance, A, 5, C, 16_385)).isEqualTo(-34);
    assertThat(TypedStorage.sloadScalar(instance, A, 5, OUT, 64)).isEqualTo(-1);
    assertThat(TypedStorage.sstoreScalar(instance, A, 5, C, 16)).isZero();
    assertThat(TypedStorage.sloadScalar(instance, A, 5, OUT, 64)).isEqualTo(16);
    assertThat(TypedStorage.sdeleteScalar(instance, A, 5)).isZero();
    assertThat(TypedStorage.sloadScalar(instance, A, 5, OUT, 64)).isEqualTo(-1);
  }

  @Test
  void shouldCheckTheLengthWordOfTypedBytesAndVectors() {
    frame();
    instance.memory.write(A, ascii("nameslist"));
    instance.memory.writeInt(C, 3);
    assertThat(TypedStorage.sstoreScalar(instance, A, 5, C, 7)).isZero();
    assertThat(TypedStorage.sstoreScalar(instance, A, 5, C, 8)).isEqualTo(-34);
    assertThat(TypedStorage.sstoreScalar(instance, A, 5, C, 3)).isEqualTo(-34);
    assertThat(TypedStorage.sstoreScalar(instance, A + 5, 4, C, 10)).isZero();
    assertThat(TypedStorage.sstoreScalar(instance, A + 5, 4, C, 9)).isEqualTo(-34);
  }

  @Test
  void shouldDeriveThePublishedTypedSlots() {
    assertThat(typedSlot("total_supply").toHex())
        .isEqualTo("caa2305a78e6a4875a460072677a42c932774976681381182edcb51843d01226");
    assertThat(typedSlot("balances", "22".repeat(32)).toHex())
        .isEqualTo("e3506e43285ffa14a4c98a62a3ba99824c643eeb2334c0443065d7069fc772c0");
    assertThat(typedSlot("allowances", "22".repeat(32), "33".repeat(32)).toHex())
        .isEqualTo("73b08bc8d9c8b199abf321273eff388cdfad1dfe86634a92946e6e7636a40368");
    assertThat(typedSlot("orders", "0100000000000000").toHex())
        .isEqualTo("cb579a531cf410d620d9c313393b68305b745630219e1e586627754465adb701");
  }

  private static Hash32 typedSlot(String field, String... keys) {
    final StringBuilder hex = new StringBuilder("11".repeat(32));
    for (byte b : ascii(field)) {
      hex.append(String.format(java.util.Locale.ROOT, "%02x", b));
    }
    for (String key : keys) {
      hex.append(key);
    }
    return io.tidemill.state.hash.Poseidon2.hash(java.util.HexFormat.of().parseHex(hex.toString()));
  }

  // Money

  @Test
  void shouldRefuseTransfersAndChangeNothing() {
    lab.fund(SELF, 10);
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    instance.memory.write(B, U128.of(11).toBytes());
    assertThat(Balances.transfer(instance, A, B)).isEqualTo(-3);
    assertThat(Balances.transfer(instance, C, B)).isEqualTo(-8);
    assertThat(Balances.balance(instance, C, OUT)).isEqualTo(-8);
    traps(TrapCode.INVALID_HOST_ARGUMENT, () -> Balances.balanceVoid(instance, C, OUT));
    instance.memory.write(A, SELF.toBytes());
    assertThat(Balances.transfer(instance, A, B)).isEqualTo(-3);
    instance.memory.write(B, U128.of(10).toBytes());
    assertThat(Balances.transfer(instance, A, B)).isZero();
    assertThat(instance.context().tx.overlay.sortedWrites()).isEmpty();
  }

  @Test
  void shouldCreateRecipientsUnlessTheAmountIsZeroOrTheirRecordIsTaken() {
    lab.fund(SELF, 10);
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    assertThat(Balances.transfer(instance, A, B)).isZero();
    assertThat(instance.context().tx.overlay.sortedWrites()).isEmpty();
    instance.memory.write(B, U128.of(4).toBytes());
    assertThat(Balances.transfer(instance, A, B)).isZero();
    assertThat(Ledger.balance(instance.context().tx.overlay, RECIPIENT)).isEqualTo(U128.of(4));
    final byte[] twin = RECIPIENT.toBytes();
    twin[31] ^= 1;
    instance.memory.write(A, twin);
    assertThat(Balances.transfer(instance, A, B)).isEqualTo(-8);
    assertThat(Balances.balance(instance, A, OUT)).isZero();
    assertThat(instance.memory.read(OUT, 16)).containsOnly(0);
  }

  @Test
  void shouldTrapWhenACreditOverflows() {
    lab.fund(SELF, 10);
    lab.base.put(
        StateKeys.account(RECIPIENT),
        AccountCodec.encode(Account.empty(RECIPIENT).withBalance(U128.MAX)));
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    instance.memory.write(B, U128.of(1).toBytes());
    traps(TrapCode.BALANCE_OVERFLOW, () -> Balances.transfer(instance, A, B));
  }

  // Calldata, gas, events, hashes, payloads

  @Test
  void shouldRefuseCalldataPastTheEndHavingPaidTheBase() {
    frame();
    assertThat(Surroundings.calldataCopy(instance, 60, 41, OUT)).isEqualTo(-1);
    assertThat(Surroundings.calldataCopy(instance, -1, 2, OUT)).isEqualTo(-1);
    assertThat(used()).isEqualTo(16);
    assertThat(Surroundings.calldataCopy(instance, 100, 0, OUT)).isZero();
    assertThat(Surroundings.calldataCopyWindow(instance, OUT, 10, 101, 5)).isZero();
  }

  @Test
  void shouldLeaveTheSizeOfTheCalldataBehind() {
    frame();
    instance.memory.writeInt(LENGTH, 0);
    assertThat(Surroundings.calldataCopyAll(instance, OUT, LENGTH)).isZero();
    assertThat(length()).isEqualTo(100);
  }

  @Test
  void shouldBurnGasAndRefuseNegativeAmounts() {
    frame();
    assertThat(Flow.consumeGas(instance, 0)).isZero();
    assertThat(Flow.consumeGas(instance, -1)).isEqualTo(-1);
    assertThat(used()).isEqualTo(4);
    traps(TrapCode.INVALID_HOST_ARGUMENT, () -> Flow.consumeGasVoid(instance, -1));
    traps(TrapCode.OUT_OF_FUEL, () -> Flow.consumeGas(instance, Long.MAX_VALUE));
    assertThat(instance.fuel).isZero();
  }

  @Test
  void shouldBoundEvents() {
    frame();
    assertThat(Events.emitEvent(instance, A, 0, B, 0)).isEqualTo(-1);
    assertThat(Events.emitEvent(instance, A, 5, B, 0)).isEqualTo(-1);
    assertThat(Events.emitEvent(instance, A, 33, B, 0)).isEqualTo(-1);
    assertThat(Events.emitEvent(instance, A, 1, B, 8_193)).isEqualTo(-1);
    assertThat(Events.emitEvent(instance, A, 1, B, -1)).isEqualTo(-1);
    assertThat(used()).isEqualTo(500);
    assertThat(Events.emitEvent(instance, A, 4, B, 8_192)).isZero();
    assertThat(Events.emitEvent(instance, A, 32, B, 0)).isZero();
    final var events = instance.context().tx.overlay.events();
    assertThat(events.get(0).topics()).hasSize(4);
    assertThat(events.get(1).topics()).hasSize(1);
    assertThat(events.get(0).contract()).isEqualTo(SELF);
  }

  @Test
  void shouldBoundHashInputsAndPayloads() {
    frame();
    traps(TrapCode.HASH_INPUT_TOO_LARGE, () -> Hashes.blake3(instance, A, (1 << 20) + 1, OUT));
    traps(TrapCode.HASH_INPUT_TOO_LARGE, () -> Hashes.poseidon2(instance, A, -1, OUT));
    assertThat(used()).isEqualTo(115);
    traps(TrapCode.RETURN_DATA_TOO_LARGE, () -> Flow.finish(instance, A, 16_385));
    assertThatThrownBy(() -> Flow.finish(instance, 0, 16_384)).isSameAs(Halt.RETURNED);
  }

  @Test
  void shouldRoundHashPricesUpToWords() {
    for (int[] pair : new int[][] {{0, 0}, {1, 1}, {8, 1}, {9, 2}}) {
      frame();
      Hashes.blake3(instance, A, pair[0], OUT);
      assertThat(used()).isEqualTo(15 + 3 * pair[1]);
      assertThat(instance.memory.read(OUT, 32)).isEqualTo(Blake3.hash(new byte[pair[0]]).toBytes());
    }
  }

  // Calls

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

  // Factories

  @Test
  void shouldRefuseChildrenWithTheChildsAddressWritten() {
    final Address child = Addresses.child(SELF, LIBRARY, Hash32.ZERO);
    lab.fund(SELF, 10);
    frame();
    assertThat(instantiate(0, 0, -1)).isEqualTo(-43);
    assertThat(Address.at(instance.memory.read(OUT + 64, 32), 0)).isEqualTo(child);
    library(callee -> {}, RUN);
    frame();
    assertThat(instantiate(0, 5, -1)).isEqualTo(-45);
    assertThat(instantiate(11, 0, -1)).isEqualTo(-3);
    assertThat(instantiate(0, 16_385, -1)).isEqualTo(-1);
    lab.base.put(StateKeys.prefixOwner(child), LIBRARY.toBytes());
    frame();
    assertThat(instantiate(0, 0, -1)).isEqualTo(-46);
    lab.base.put(
        StateKeys.account(child),
        AccountCodec.encode(Account.empty(child).asContract(child.raw())));
    frame();
    assertThat(instantiate(0, 0, -1)).isEqualTo(-44);
  }

  @Test
  void shouldMergeAFundedShellAndAnnounceTheChild() {
    final Address child = Addresses.child(SELF, LIBRARY, Hash32.ZERO);
    lab.fund(SELF, 10);
    lab.fund(child, 5);
    library(callee -> Events.emitEvent(callee, 0, 1, 0, 0), INIT);
    frame();
    assertThat(instantiate(4, 0, -1)).isZero();
    final var overlay = instance.context().tx.overlay;
    assertThat(Ledger.balance(overlay, child)).isEqualTo(U128.of(9));
    assertThat(Ledger.balance(overlay, SELF)).isEqualTo(U128.of(6));
    final var announced = overlay.events().getFirst();
    assertThat(announced.contract()).isEqualTo(SELF);
    assertThat(announced.topics().getFirst().toHex())
        .isEqualTo("622a0a9e1e2b487288904a22b18174d6e45b3749c756a94209ef9a9cf768847a");
    assertThat(announced.topics().subList(1, 3)).containsExactly(child.raw(), LIBRARY.raw());
    assertThat(announced.data()).hasSize(80);
    assertThat(overlay.events().get(1).contract()).isEqualTo(child);
    assertThat(instantiate(0, 0, -1)).isEqualTo(-44);
  }

  @Test
  void shouldDropAChildWhoseConstructorReverts() {
    lab.fund(SELF, 10);
    library(callee -> Flow.revert(callee, 0, 3), INIT);
    frame();
    assertThat(instantiate(4, 0, -1)).isEqualTo(-40);
    assertThat(length()).isEqualTo(3);
    assertThat(instance.context().tx.overlay.sortedWrites()).isEmpty();
    assertThat(instance.context().tx.overlay.events()).isEmpty();
  }

  @Test
  void shouldCountAttemptsAgainstTheCap() {
    library(callee -> Flow.revert(callee, 0, 0), INIT);
    frame();
    for (int i = 0; i < 64; i++) {
      assertThat(instantiate(0, 0, -1)).isEqualTo(-40);
    }
    instance.memory.write(OUT + 64, new byte[32]);
    assertThat(instantiate(0, 0, -1)).isEqualTo(-48);
    assertThat(instance.memory.read(OUT + 64, 32)).containsOnly(0);
  }

  // Parachains

  @Test
  void shouldRefuseParachainStorageByLength() {
    frame();
    assertThat(Parachains.storageRead(instance, A, 0, OUT, LENGTH)).isEqualTo(-1);
    assertThat(Parachains.storageRead(instance, A, 1_025, OUT, LENGTH)).isEqualTo(-1);
    assertThat(Parachains.storageWrite(instance, A, 4, B, 16_385)).isEqualTo(-1);
    assertThat(Parachains.storageRead(instance, A, 4, OUT, LENGTH)).isZero();
    assertThat(length()).isZero();
    assertThat(Parachains.storageWrite(instance, A, 4, B, 65)).isZero();
    instance.memory.writeInt(LENGTH, 64);
    assertThat(Parachains.storageRead(instance, A, 4, OUT, LENGTH)).isEqualTo(-7);
    assertThat(length()).isEqualTo(65);
    assertThat(Parachains.storageRead(instance, A, 4, OUT, LENGTH)).isZero();
    assertThat(Parachains.storageDelete(instance, A, 4)).isZero();
    assertThat(Parachains.storageDelete(instance, A, 4)).isZero();
  }

  @Test
  void shouldLimitMessagesPerWaveAndNameThemApart() {
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    instance.memory.write(NAME, ascii("runnope"));
    assertThat(send(C, 0, 0)).isEqualTo(-1);
    assertThat(send(A, 4, 4)).isEqualTo(-13);
    final java.util.TreeSet<Long> ids = new java.util.TreeSet<>();
    for (int i = 0; i < 64; i++) {
      ids.add(send(A, 0, 3));
    }
    assertThat(ids).hasSize(64).allMatch(id -> id > 0);
    assertThat(send(A, 0, 3)).isEqualTo(-14);
    assertThat(instance.context().tx.overlay.messages()).hasSize(64);
    lab.base.put(
        StateKeys.messageMeter(SELF),
        instance.context().tx.overlay.get(StateKeys.messageMeter(SELF)));
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    assertThat(send(A, 0, 0)).isEqualTo(-14);
    lab.wave++;
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    assertThat(send(A, 0, 0)).isPositive();
  }

  private long send(int target, int callback, int callbackLength) {
    return Parachains.sendMessage(
        instance, target, B, 8, NAME + callback - (callback == 4 ? 1 : 0), callbackLength, 1, 1);
  }

  @Test
  void shouldRefuseThresholdWorkWithoutACommittee() {
    frame();
    assertThat(ThresholdCrypto.encrypt(instance, A, 8, OUT, LENGTH)).isEqualTo(-5);
    assertThat(ThresholdCrypto.decrypt(instance, A, 8, OUT, LENGTH)).isEqualTo(-16);
    assertThat(ThresholdCrypto.decrypt(instance, A, 1_136, OUT, LENGTH)).isEqualTo(-5);
  }

  @Test
  void shouldReadVersionsOfParachains() {
    assertThat(Parachains.version("1.2.3")).isEqualTo(0x00010002);
    assertThat(Parachains.version("10.20")).isEqualTo(0x000a0014);
    assertThat(Parachains.version("7")).isZero();
    assertThat(Parachains.version("a.b")).isZero();
    assertThat(Parachains.version("")).isZero();
  }

  @Test
  void shouldChargeByChapterTenWhenTheChainSaysSo() {
    final var gas = lab.rules.gas();
    lab.rules =
        TestRules.withGas(
            lab.rules,
            new io.tidemill.executor.Rules.Gas(
                gas.fuelPerGas(),
                gas.minGasLimit(),
                gas.maxGasLimit(),
                gas.intrinsic(),
                gas.deployBase(),
                gas.deployPerByte(),
                io.tidemill.executor.Rules.HostPrices.CHAPTER_10,
                0,
                gas.paymasterGas(),
                gas.waveGasLimit(),
                gas.maxDataBytes(),
                gas.maxTransactionBytes(),
                gas.maxDeployWasmBytes()));
    frame();
    RawStorage.sstore(instance, A, B, 32);
    assertThat(used()).isEqualTo(200);
    RawStorage.sload(instance, A, OUT, 32);
    assertThat(used()).isEqualTo(300);
    RawStorage.sdelete(instance, A);
    assertThat(used()).isEqualTo(450);
    assertThat(HostPriceList.ABI.digest()).isNotEqualTo(HostPriceList.CHAPTER_10.digest());
  }

  @Test
  void shouldHandOutContextThroughTheInstance() {
    final Instance any = frame();
    assertThat(((CallContext) any.host).self).isEqualTo(SELF);
  }
}
