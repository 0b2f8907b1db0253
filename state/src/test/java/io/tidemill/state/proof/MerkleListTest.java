package io.tidemill.state.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MerkleListTest {
  private static byte[] event(
      int wave, int tx, int index, String contract, String topics, String data) {
    return HexFormat.of()
        .parseHex(
            "0%d00000000000000".formatted(wave)
                + "0%d000000".formatted(tx)
                + "0%d000000".formatted(index)
                + contract.repeat(32)
                + topics
                + data);
  }

  @Test
  void shouldReproduceTheEventVectors() {
    final String transfer = "71fba72c0005dd55aea688392321923169fb06ab0ec0c3e330731ca5979f4db9";
    final String ping = Blake3.hash("Ping()".getBytes(StandardCharsets.US_ASCII)).toHex();
    final byte[] e0 =
        event(
            7,
            0,
            0,
            "11",
            "03000000" + transfer + "aa".repeat(32) + "bb".repeat(32),
            "1000000064000000000000000000000000000000");
    final byte[] e1 = event(7, 0, 1, "11", "01000000" + transfer, "00000000");
    final byte[] e2 = event(7, 2, 0, "22", "01000000" + ping, "020000006869");
    assertThat(e0).hasSize(168);
    assertThat(MerkleList.root(List.of())).isEqualTo(Hash32.ZERO);
    assertThat(MerkleList.root(List.of(e0)).toHex())
        .isEqualTo("06353818fc4080b273e9740c7efde6a122882ac6e4c4e22db39fe44c524658d9");
    assertThat(Blake3.hash(e1).toHex())
        .isEqualTo("b5c23ff0036f929aa6b4d45cb8ff33de6d79407afbb3fb1ee9773d168851067f");
    assertThat(Blake3.hash(e2).toHex())
        .isEqualTo("55178bdc506c6b8b4613abef231781a2ae59894a7f6eb8982cb1dfbe3a4372da");
    assertThat(MerkleList.root(List.of(e0, e1)).toHex())
        .isEqualTo("1b138d13ee66c7516881b5a1fd823f3cca7ecd08f70bcba44419f411806f3367");
    assertThat(MerkleList.root(List.of(e0, e1, e2)).toHex())
        .isEqualTo("b57b3b1d21489405d1916e866068cd92e75c9802dd9541a54fbead569b127031");
  }

  @Test
  void shouldProveEveryRecordAndNothingElse() {
    for (int count = 1; count <= 17; count++) {
      final List<byte[]> records = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        records.add(new byte[] {(byte) i, 7});
      }
      final Hash32 root = MerkleList.root(records);
      for (int i = 0; i < count; i++) {
        final List<Hash32> siblings = MerkleList.prove(records, i);
        assertThat(MerkleList.verify(root, count, i, records.get(i), siblings)).isTrue();
        assertThat(MerkleList.verify(root, count, (i + 1) % 32, records.get(i), siblings))
            .isFalse();
        assertThat(MerkleList.verify(root, count, i, new byte[] {99}, siblings)).isFalse();
        assertThat(MerkleList.verify(root, 2 * count + 1, i, records.get(i), siblings)).isFalse();
        for (int s = 0; s < siblings.size(); s++) {
          final List<Hash32> bent = new ArrayList<>(siblings);
          bent.set(s, Blake3.hash(siblings.get(s)));
          assertThat(MerkleList.verify(root, count, i, records.get(i), bent)).isFalse();
        }
      }
    }
  }
}
