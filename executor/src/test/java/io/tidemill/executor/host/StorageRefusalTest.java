package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.RECIPIENT;
import static io.tidemill.executor.host.HostLab.SELF;
import static io.tidemill.executor.host.HostLab.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What storage and money refuse. Source: host-abi 2.4, 2.5, decisions F5, H6, S12. */
class StorageRefusalTest extends HostFrame {
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
    assertThat(instance.context().tx.ledger.balance(RECIPIENT)).isEqualTo(U128.of(4));
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
}
