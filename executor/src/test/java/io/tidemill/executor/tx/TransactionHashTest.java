package io.tidemill.executor.tx;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.hash.Hash32;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The vectors of state-and-transactions K.2. */
class TransactionHashTest {
  private static final Hash32 AB = repeat(0xab);

  static Hash32 repeat(int value) {
    return Hash32.fromHex(String.format("%02x", value).repeat(32));
  }

  private static Transaction transaction(
      byte[] data, List<AccessEntry> accessList, TransactionType type) {
    return new Transaction(
        new Address(repeat(0x11)),
        new Address(repeat(0x22)),
        U128.of(1_500_000_000L),
        data,
        21_000,
        7,
        new byte[] {1, 2, 3},
        FeePayer.SENDER,
        accessList,
        false,
        0,
        31337,
        type);
  }

  private static String hash(byte[] data, List<AccessEntry> accessList, TransactionType type) {
    return TransactionHash.of(transaction(data, accessList, type)).toHex();
  }

  @Test
  void shouldMatchTheVectorWithoutDataAndAccessList() {
    assertThat(hash(new byte[0], List.of(), TransactionType.STANDARD))
        .isEqualTo("0e8383d5e91a4f708c719a6bb2f96dc04c53d020b5f1655e06fffe8038547450");
  }

  @Test
  void shouldMatchTheVectorWithData() {
    assertThat(hash(HexFormat.of().parseHex("deadbeef"), List.of(), TransactionType.STANDARD))
        .isEqualTo("3ad8604112e915493c9b77378dc997a017ac590b2e9022d836b3e3f6718f6bc2");
  }

  @Test
  void shouldMatchTheVectorsWithAccessLists() {
    final Address to = new Address(repeat(0x22));
    final Address from = new Address(repeat(0x11));
    assertThat(
            hash(
                new byte[0],
                List.of(new AccessEntry(to, List.of(AB), true)),
                TransactionType.STANDARD))
        .isEqualTo("3112e77263e28709ec0809fc45a4a2a825f6b906e0f6666b877137beaa2fc671");
    assertThat(
            hash(
                new byte[0],
                List.of(
                    new AccessEntry(to, List.of(AB, AB), false),
                    new AccessEntry(from, List.of(), true)),
                TransactionType.STANDARD))
        .isEqualTo("ccc6ff2561d45f1a2527bde93c52e0985240e2635a9cebc9490ac93da0f9b5d7");
  }

  @Test
  void shouldMatchTheVectorOfAnotherType() {
    // The printed vector has two digits swapped (a0154255b6); an independent big-integer
    // implementation of the printed constants gives the value below.
    assertThat(hash(new byte[0], List.of(), TransactionType.REGISTER_PUBKEY))
        .isEqualTo("66f5105802e3aa07822934a0155254b67b3184830e229a6e5f73c4e8db98f5ba");
  }

  @Test
  void shouldNotDependOnTheSignature() {
    final Transaction one = transaction(new byte[0], List.of(), TransactionType.STANDARD);
    assertThat(TransactionHash.of(one.withSignature(new byte[809])))
        .isEqualTo(TransactionHash.of(one));
  }
}
