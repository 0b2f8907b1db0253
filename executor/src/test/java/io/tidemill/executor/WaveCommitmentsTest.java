package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Roots, base fee, fee split and rules hash against the printed vectors and tables. */
class WaveCommitmentsTest {
  @Test
  void shouldCommitToEventsAsTheVectorsSay() {
    final Address ones = new Address(Hash32.fromHex("11".repeat(32)));
    final Hash32 topic =
        Hash32.fromHex("71fba72c0005dd55aea688392321923169fb06ab0ec0c3e330731ca5979f4db9");
    final byte[] amount = U128.of(100).toBytes();
    final Event first =
        new Event(
            ones,
            List.of(topic, Hash32.fromHex("aa".repeat(32)), Hash32.fromHex("bb".repeat(32))),
            amount);
    final Event second = new Event(ones, List.of(topic), new byte[0]);
    final Event third =
        new Event(
            new Address(Hash32.fromHex("22".repeat(32))),
            List.of(Blake3.hash("Ping()".getBytes())),
            "hi".getBytes());
    final Hash32 e0 = Blake3.hash(EventCommitment.encode(7, 0, 0, first));
    final Hash32 e1 = Blake3.hash(EventCommitment.encode(7, 0, 1, second));
    final Hash32 e2 = Blake3.hash(EventCommitment.encode(7, 2, 0, third));
    assertThat(EventCommitment.root(List.of())).isEqualTo(Hash32.ZERO);
    assertThat(EventCommitment.root(List.of(e0)))
        .hasToString("06353818fc4080b273e9740c7efde6a122882ac6e4c4e22db39fe44c524658d9");
    assertThat(EventCommitment.root(List.of(e0, e1)))
        .hasToString("1b138d13ee66c7516881b5a1fd823f3cca7ecd08f70bcba44419f411806f3367");
    assertThat(EventCommitment.root(List.of(e0, e1, e2)))
        .hasToString("b57b3b1d21489405d1916e866068cd92e75c9802dd9541a54fbead569b127031");
  }

  @Test
  void shouldSetTheBloomBitsOfEveryTopicAndContract() {
    final Hash32 topic =
        Hash32.fromHex("71fba72c0005dd55aea688392321923169fb06ab0ec0c3e330731ca5979f4db9");
    final Event zero = new Event(Address.ZERO, List.of(topic), new byte[0]);
    final Event ones =
        new Event(new Address(Hash32.fromHex("11".repeat(32))), List.of(Hash32.ZERO), new byte[0]);
    final byte[] expected = new byte[256];
    for (int bit : new int[] {554, 474, 200, 1169, 1903, 1232, 2023, 744, 1982}) {
      expected[bit / 8] |= (byte) (1 << bit % 8);
    }

    assertThat(
            EventCommitment.bloom(
                SettledReceipt.all(List.of(receipt(zero), receipt(ones)), Rules.Fees.DEFAULT)))
        .isEqualTo(expected);
    assertThat(EventCommitment.bloom(List.of())).isEqualTo(new byte[256]);
  }

  private static Receipt receipt(Event event) {
    return new Receipt(
        1,
        0,
        Hash32.ZERO,
        Receipt.Status.SUCCESS,
        Receipt.Category.NONE,
        0,
        true,
        21_000,
        U128.ZERO,
        null,
        new byte[0],
        null,
        List.of(event));
  }

  @Test
  void shouldMoveTheBaseFeeAsThePrintedTable() {
    final Rules.Fees fees = Rules.Fees.DEFAULT;
    assertThat(BaseFee.next(U128.of(100), U128.of(400_000_000), fees)).isEqualTo(U128.of(100));
    assertThat(BaseFee.next(U128.of(100), U128.ZERO, fees)).isEqualTo(U128.of(88));
    assertThat(BaseFee.next(U128.of(100), U128.of(800_000_000), fees)).isEqualTo(U128.of(112));
    // The printed formula gives 137; decisions F9 clamps the rise to an eighth.
    assertThat(BaseFee.next(U128.of(100), U128.of(1_600_000_000), fees)).isEqualTo(U128.of(112));
    assertThat(BaseFee.next(U128.of(100), U128.of(400_000_001), fees)).isEqualTo(U128.of(101));
    assertThat(BaseFee.next(U128.of(7), U128.ZERO, fees)).isEqualTo(U128.of(7));
    assertThat(BaseFee.next(U128.of(1), U128.ZERO, fees)).isEqualTo(U128.of(1));
    assertThat(BaseFee.next(U128.MAX, U128.of(1_600_000_000), fees)).isEqualTo(U128.MAX);
  }

  @Test
  void shouldSplitFeesAsThePrintedTable() {
    final Rules.Fees fees = Rules.Fees.DEFAULT;
    assertThat(FeeSplit.of(U128.of(2_100_000), fees))
        .isEqualTo(new FeeSplit(U128.of(630_000), U128.of(1_050_000), U128.of(420_000)));
    assertThat(FeeSplit.of(U128.of(1), fees))
        .isEqualTo(new FeeSplit(U128.ZERO, U128.ZERO, U128.of(1)));
    assertThat(FeeSplit.of(U128.of(7), fees))
        .isEqualTo(new FeeSplit(U128.of(2), U128.of(3), U128.of(2)));
    final FeeSplit greatest = FeeSplit.of(U128.MAX, fees);
    assertThat(greatest.burn().plus(greatest.reward()).plus(greatest.treasury()))
        .isEqualTo(U128.MAX);
  }

  @Test
  void shouldNameDifferentRulesDifferently() {
    final Rules rules = Rules.of(1, Rules.Lifecycle.MAINNET, Rules.Signatures.VERIFY);
    assertThat(rules.hash())
        .isEqualTo(Rules.of(1, Rules.Lifecycle.MAINNET, Rules.Signatures.VERIFY).hash());
    assertThat(rules.hash())
        .isNotEqualTo(Rules.of(1, Rules.Lifecycle.DEV, Rules.Signatures.VERIFY).hash())
        .isNotEqualTo(Rules.of(2, Rules.Lifecycle.MAINNET, Rules.Signatures.VERIFY).hash())
        .isNotEqualTo(Rules.of(1, Rules.Lifecycle.MAINNET, Rules.Signatures.TRUSTED).hash());
  }

  @Test
  void shouldNotLetStateKeysOfSystemAndAccountsMeet() {
    assertThat(StateKeys.system(SystemSlot.TOTAL_BURNED))
        .isNotEqualTo(StateKeys.account(Addresses.TREASURY));
    assertThat(StateKeys.system(SystemSlot.TOTAL_BURNED))
        .hasToString("896a9c0bc43b2dc2f212b45cb352fda3cc5ee365ec0d4a7d32d4d183ebb13bd9");
  }
}
