package io.tidemill.executor.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The vectors of state-and-transactions 2.1, 3.2 and K.4 and of host-abi 1.14. */
class StateKeysTest {
  private static final Hash32 ONES = repeat(0x11);
  private static final Address CONTRACT = new Address(ONES);

  private static Hash32 repeat(int value) {
    return Hash32.fromHex(String.format("%02x", value).repeat(32));
  }

  @Test
  void shouldMatchTheKeyVectors() {
    assertThat(StateKeys.account(CONTRACT))
        .hasToString("11111111111111111111111111111111f80162a576ffb56e43ebbde897f88661");
    assertThat(StateKeys.account(Addresses.TREASURY))
        .hasToString("0b8c376dc5a0bb2513e2f4226be45da4f80162a576ffb56e43ebbde897f88661");
    assertThat(StateKeys.storageSlot(CONTRACT, 0))
        .hasToString("11111111111111111111111111111111335de993a877e8161937251252adb304");
    assertThat(StateKeys.storageSlot(CONTRACT, 1))
        .hasToString("1111111111111111111111111111111138cdf77e29f04480fce714b6a304dade");
    assertThat(StateKeys.storageSlot(CONTRACT, -1))
        .hasToString("11111111111111111111111111111111386065341cfa31e6c6c2f606b54acc1e");
    assertThat(StateKeys.mapEntry(CONTRACT, 0, repeat(0x22).toBytes()))
        .hasToString("11111111111111111111111111111111e55be2a4a519048a9e564753fdd766ee");
    assertThat(StateKeys.mapEntry(CONTRACT, 0, new byte[0]))
        .hasToString("111111111111111111111111111111115352dda3b98810f8721909d84db54899");
    assertThat(StateKeys.mapEntry(CONTRACT, 0, repeat(0x22).toBytes(), repeat(0x33).toBytes()))
        .hasToString("11111111111111111111111111111111de509efade3ea54540f685c9ebea704a");
  }

  @Test
  void shouldDeriveTheAddressVectors() {
    assertThat(Addresses.contract("counter"))
        .hasToString("f92c27a16aa74d5aca7be4d9072836d1fe220c66b7b9cb194b6fac83185370cf");
    assertThat(Addresses.contract("token"))
        .hasToString("160a5e525504942f5eb2de8df002c391337a13866640177820c53ddfb5461c47");
    assertThat(Addresses.parachain("chainlink"))
        .hasToString("623468a8a925608ddfb90e8fd8f00225681c91a7a075bbf55c794af35823bd95");
    assertThat(Addresses.REWARD_POOL)
        .hasToString("5128c8dfc824c66c686dcfe25bf46dd6b0ecef1b9470076f5ed39aa8e12bf69a");
    assertThat(Addresses.child(CONTRACT, new Address(repeat(0x22)), repeat(0x33)))
        .hasToString("354ab9a58e3fb76b484390a2ef277594042e12fd0b74343e5bf34dba492f3dfe");
  }

  @Test
  void shouldKeepContractSlotsApartAndAccountRecordsLocked() {
    final Hash32 own = StateKeys.storageSlot(CONTRACT, 7).raw();
    assertThat(StateKeys.slot(CONTRACT, own).raw()).isEqualTo(own);
    assertThat(StateKeys.slot(CONTRACT, StateKeys.account(CONTRACT).raw())).isNull();
    assertThat(StateKeys.slot(CONTRACT, StateKeys.contract(CONTRACT).raw())).isNull();
    final Address victim = new Address(repeat(0x44));
    final Hash32 foreign = StateKeys.account(victim).raw();
    assertThat(StateKeys.slot(CONTRACT, foreign).raw()).isNotEqualTo(foreign);
    assertThat(StateKeys.slot(CONTRACT, foreign).raw().sharesPrefix16(ONES)).isTrue();
  }

  @Test
  void shouldEncodeAnEmptyAccountInExactly144Bytes() {
    final Account account = Account.empty(CONTRACT);
    final byte[] record = AccountCodec.encode(account);
    assertThat(record).hasSize(AccountCodec.KEYLESS_LENGTH);
    assertThat(AccountCodec.decode(record)).isEqualTo(account);
  }

  @Test
  void shouldRoundTripEveryFormOfKeys() {
    for (AuthKeys keys :
        List.of(
            new AuthKeys.Single(new byte[897]),
            new AuthKeys.MultiSig(List.of(new byte[897], new byte[897]), 2),
            new AuthKeys.Programmable(new byte[] {1, 2}))) {
      final byte[] record =
          AccountCodec.encode(Account.empty(CONTRACT).withAuthKeys(keys, 5).withGasTank(U128.MAX));
      assertThat(AccountCodec.encode(AccountCodec.decode(record))).isEqualTo(record);
    }
    assertThat(
            AccountCodec.encode(
                Account.empty(CONTRACT).withAuthKeys(new AuthKeys.Single(new byte[897]), 0)))
        .hasSize(1_045);
  }

  @Test
  void shouldRoundTripContractRecords() {
    final ContractRecord record = ContractRecord.of(CONTRACT, U128.of(7));
    assertThat(ContractRecord.decode(record.encode())).isEqualTo(record);
    final ContractRecord pending = record.withPending(ONES, 100);
    assertThat(ContractRecord.decode(pending.encode())).isEqualTo(pending);
    assertThat(pending.activeCode(Hash32.ZERO, 99)).isEqualTo(Hash32.ZERO);
    assertThat(pending.activeCode(Hash32.ZERO, 100)).isEqualTo(ONES);
  }

  @Test
  void shouldSlideTheNonceWindowAsTheWorkedExample() {
    NonceWindow window = new NonceWindow(100, 0);
    window = window.consume(103);
    assertThat(window).isEqualTo(new NonceWindow(100, 0b1000));
    window = window.consume(100);
    assertThat(window).isEqualTo(new NonceWindow(101, 0b100));
    window = window.consume(101);
    assertThat(window).isEqualTo(new NonceWindow(102, 0b10));
    window = window.consume(102);
    assertThat(window).isEqualTo(new NonceWindow(104, 0));
    assertThat(window.accepts(103)).isFalse();
    assertThat(window.accepts(119)).isTrue();
    assertThat(window.accepts(120)).isFalse();
    assertThat(new NonceWindow(-1, 0).accepts(-1)).isFalse();
  }

  @Test
  void shouldAcceptNamesOfTheRuledShapeOnly() {
    for (String good : List.of("a", "0", "token", "my-token-2", "a".repeat(32))) {
      assertThat(ContractName.isValid(good)).as(good).isTrue();
    }
    for (String bad :
        List.of("", "-a", "a-", "a--b", "A", "a_b", "a.b", "a".repeat(33), "ü", "a b")) {
      assertThat(ContractName.isValid(bad)).as(bad).isFalse();
    }
  }
}
