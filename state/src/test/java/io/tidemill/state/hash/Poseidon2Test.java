package io.tidemill.state.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every printed vector of host-abi 7.1 and of state-and-transactions K.1, K.4. */
class Poseidon2Test {
  @Test
  void shouldPermuteLikeThePrintedSelfTest() {
    final long[] zero = permuted(0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(zero)
        .containsExactly(
            longs(
                "3a7def562f511210 ab0afaf9756476a0 8faf5cc269ff0a14 d6818fc87ccd41ba"
                    + " 8baed826fea3ff62 e133a5f5d18335c6 291171699652ccaa c63ff85a9e199a0d"));
    assertThat(zero[0]).isEqualTo(4214787979728720400L);
    assertThat(zero[1]).isEqualTo(Long.parseUnsignedLong("12324939279576102560"));
    final long[] ramp = permuted(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(ramp)
        .containsExactly(
            longs(
                "c5fb1cfe0b4697bb 4a4a32ff849af473 d2fd266077f8efba f4ad9b74e833916d"
                    + " e6648eb0acc11463 8d5529a930d75194 e8c993aa10da6c90 a73104a95b68031c"));
  }

  private static long[] permuted(long... lanes) {
    final long[] state = Arrays.copyOf(lanes, Poseidon2.STATE);
    Poseidon2.permute(state);
    return Arrays.stream(state, 0, lanes.length).map(Poseidon2Test::canonical).toArray();
  }

  @Test
  void shouldReproduceTheByteHashVectors() {
    check(new byte[0], "1012512f56ef7d3aa0766475f9fa0aab140aff69c25caf8fba41cd7cc88f81d6");
    check(ascii("pyde"), "da9d7b47e48a5edd4b6b509faaf4a825263bf264e50fcdd1168f1392024eba67");
    check(count(0x3f + 1), "2c032fb51ca221dd690298cbdf6af2a6833ca576c8b3addf010448048de093ae");
    check(repeat(0x00, 8), "7daf6240d6321d7a417e80699d03060779a40979a9de22c74febaa6acca874e8");
    check(
        join(hex("01"), repeat(0, 7)),
        "95fdf3cfd303fa0c94b5758ee540165dfd84f718b5fd06889cfd6abb8147d93a");
    check(repeat(0xff, 16), "03ba4c94a27962ef2c517799da26fa15efa6adaec0ca42e4b570a0ea6d80838a");
    check(
        join(hex("0b000000"), ascii("amm-pool-v1")),
        "2b1121480aae996f0a5d3e44b32df0a3ad43cb590ce8a953ca03202aa46ccfb8");
    check(
        join(repeat(0xaa, 32), repeat(0xbb, 32)),
        "0daff4768a828592634529902839ffdbc62285ab633584137b6d37805bb475c3");
    check(
        join(repeat(0xcc, 32), hex("2a00000000000000"), hex("01")),
        "be4ac41718fe8c486d8d8e53572aca3d1d9236725ea9d2c452777f2c1ddb8b3a");
    check(count(1), "721dfe5028485cb7560a3142fe2b4e748ceb8fe21dd553a556a9d556b3bb6f0e");
    check(count(0x05 + 1), "f5298a9d8a88b100f715e18ce04807a326bb9de9d4e504fe50bfb92e00cd7d6a");
    check(count(0x06 + 1), "2f4ba51eec2746e88395a5998673d12e4da833f892808f9ba645ddb8265a6fc5");
    check(count(0x07 + 1), "4d78f171bd4e58a804070017126a8afa60a5182ba570faf3f4e634d122e33506");
    check(count(0x14 + 1), "b6c3c8ce56898afc4e71ed96ca6b32befa4b6fdab236012c72101a8fc1363028");
    check(count(0x15 + 1), "04701cfe30336fd288f880b585f74754219ff6bfe81d92a1157ac169c95613e0");
    check(count(0x1b + 1), "c913f13fae141e4de196806d6f17fa9be45faa81185f0016e2e33c15bc1e9de5");
    check(count(0x1c + 1), "ffd0c792b5580103518ee2f96719b9e232fc6c7bc349abb7300df67e43166bfe");
    check(
        ascii("pyde-treasury"), "0b8c376dc5a0bb2513e2f4226be45da4da2e5803435d80e2a856ff5f8067ef4b");
    check(
        ascii("pyde-reward-pool"),
        "5128c8dfc824c66c686dcfe25bf46dd6b0ecef1b9470076f5ed39aa8e12bf69a");
    check(
        ascii("pyde-airdrop-pool"),
        "0b0a7701c5c7f74919119acd34c95251ef3724344c2bc801f11040e16d6abb3a");
    check(
        ascii("pyde-contract:counter"),
        "f92c27a16aa74d5aca7be4d9072836d1fe220c66b7b9cb194b6fac83185370cf");
    check(
        ascii("pyde-parachain:chainlink"),
        "623468a8a925608ddfb90e8fd8f00225681c91a7a075bbf55c794af35823bd95");
    check(hex("10"), "f80162a576ffb56e43ebbde897f886611df33303715730d15964ba36fa31685a");
    check(hex("16"), "896a9c0bc43b2dc2f212b45cb352fda3cc5ee365ec0d4a7d32d4d183ebb13bd9");
  }

  @Test
  void shouldReproduceTheChildAddressVectors() {
    child(
        r(0x11),
        r(0x22),
        r(0x33),
        "354ab9a58e3fb76b484390a2ef277594042e12fd0b74343e5bf34dba492f3dfe");
    child(r(0), r(0), r(0), "37414e62bb1d730ec3b0ff0c4e18a2813ce666cbcfc347065c73763eec9a3e3e");
    child(
        r(0xff),
        r(0xff),
        r(0xff),
        "160b375f7979dc3519e0410a6b434652dcc7ba69b3ec6ab3565bce3a0c59ea2d");
    final byte[] up = count(32);
    final byte[] down = new byte[32];
    for (int i = 0; i < 32; i++) {
      down[i] = (byte) (31 - i);
    }
    child(up, down, r(0x55), "8a54ace9990c86a40b392c65aaeaa80192d1e67b99ed082cfe75ea72d82ae8aa");
    child(
        r(0x11),
        r(0x22),
        p2(new byte[0]),
        "3a2529c9ad205e01f69c169b425ed56e7defb278ccc2153f446ff9a012ed2cac");
    child(
        r(0xa1),
        r(0xb2),
        p2(new byte[8]),
        "442e147493bec2524792da156844c7848818e8c0e10cad3d80c6994b870b5494");
    child(
        r(0xa1),
        r(0xb2),
        p2(hex("0100000000000000")),
        "e3a1c9ae8cee35a1b27f73ad9ab50e4981a719aacf8064a9c5dcd9c5bf6c0161");
    child(
        r(0xc3),
        r(0xd4),
        p2(repeat(0xff, 16)),
        "6dd593e5286c96c3a234bb9dbf1c373de947a86c7bf6205b1d28b4b41e9a26cf");
    child(
        r(0xe5),
        r(0xf6),
        p2(join(hex("0b000000"), ascii("amm-pool-v1"))),
        "52dbae31bb59c20640211f8cce3977fdaf52d51d66c53a857907f0c7721e193a");
    child(
        r(0x11),
        r(0x22),
        p2(join(r(0xaa), r(0xbb))),
        "0a6b54ee39f7d41780d8f8b768d0087b40ac82fe6466bb28054818540dbcd8d1");
    child(
        r(0x77),
        r(0x88),
        p2(join(r(0xcc), hex("2a00000000000000"), hex("01"))),
        "c52498798b7fe9831297508375e71eb37ce1c2fef16c53e4db164370768afb29");
  }

  @Test
  void shouldReproduceTheStorageKeyVectors() {
    assertThat(low(join(hex("04"), hex("0000000000000000"))))
        .isEqualTo("335de993a877e8161937251252adb304");
    assertThat(low(join(hex("04"), hex("0100000000000000"))))
        .isEqualTo("38cdf77e29f04480fce714b6a304dade");
    assertThat(low(join(hex("04"), repeat(0xff, 8)))).isEqualTo("386065341cfa31e6c6c2f606b54acc1e");
    final byte[] slot = p2(join(hex("04"), new byte[8]));
    assertThat(low(join(slot, hex("05"), r(0x22)))).isEqualTo("e55be2a4a519048a9e564753fdd766ee");
    assertThat(low(join(slot, hex("05")))).isEqualTo("5352dda3b98810f8721909d84db54899");
    final byte[] outer = p2(join(slot, hex("05"), r(0x22)));
    assertThat(low(join(outer, hex("05"), r(0x33)))).isEqualTo("de509efade3ea54540f685c9ebea704a");
    final byte[] counter = p2(ascii("pyde-contract:counter"));
    check(
        join(counter, ascii("balances"), r(0x22)),
        "7b94cc09f0e35c4f72fe69750a611c4988bd115b39236a9c0394a3b3cc486d10");
    check(
        join(counter, ascii("count")),
        "355ae4e4309be0052bbe9fdeedc07c60170125615afed1858661f89d64b096b3");
  }

  @Test
  void shouldMultiplyInTheFieldWhateverTheRepresentative() {
    // The reference computes with BigInteger; the edges are where a lazy reduction goes wrong.
    final java.math.BigInteger p = new java.math.BigInteger("ffffffff00000001", 16);
    final Random random = new Random(5);
    final long[] edges = {
      0, 1, 2, 0xFFFFFFFFL, 0x100000000L, 0xFFFFFFFF00000000L, 0xFFFFFFFEFFFFFFFFL, -1L
    };
    for (int i = 0; i < 20_000; i++) {
      final long a = i < 64 ? edges[i / 8] : random.nextLong();
      final long b = i < 64 ? edges[i % 8] : random.nextLong();
      final java.math.BigInteger product = big(a).multiply(big(b)).mod(p);
      assertThat(big(canonical(Poseidon2.multiply(a, b)))).as("%x * %x", a, b).isEqualTo(product);
    }
  }

  /*
   * The vectors pin the constants; these states, among them lanes that are no canonical field
   * elements, pin the arithmetic.
   */
  @Test
  void shouldPermuteLikeThePlainEquations() {
    final Random random = new Random(6);
    final long[] edges = {
      0, 1, 0xFFFFFFFFL, 0x100000000L, 0xFFFFFFFF00000000L, 0xFFFFFFFF00000001L, -1L, Long.MIN_VALUE
    };
    for (int i = 0; i < 500; i++) {
      final long[] lanes = new long[8];
      for (int lane = 0; lane < 8; lane++) {
        lanes[lane] = i % 2 == 0 ? edges[random.nextInt(edges.length)] : random.nextLong();
      }
      assertThat(permuted(lanes.clone()))
          .as("%s", Arrays.toString(lanes))
          .containsExactly(PlainPoseidon2.permuted(lanes));
    }
  }

  private static long canonical(long x) {
    return Long.remainderUnsigned(x, 0xFFFFFFFF00000001L);
  }

  private static java.math.BigInteger big(long x) {
    return new java.math.BigInteger(Long.toUnsignedString(x));
  }

  private static void child(byte[] parent, byte[] template, byte[] salt, String expected) {
    check(join(ascii("pyde-child:"), parent, template, salt), expected);
  }

  private static void check(byte[] input, String expected) {
    assertThat(Poseidon2.hash(input).toHex()).isEqualTo(expected);
  }

  private static String low(byte[] input) {
    return Poseidon2.hash(input).toHex().substring(0, 32);
  }

  private static byte[] p2(byte[] input) {
    return Poseidon2.hash(input).toBytes();
  }

  private static byte[] r(int value) {
    return repeat(value, 32);
  }

  private static byte[] repeat(int value, int count) {
    final byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] count(int length) {
    final byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] join(byte[]... parts) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (final byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static long[] longs(String text) {
    final String[] words = text.split(" ");
    final long[] values = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      values[i] = Long.parseUnsignedLong(words[i], 16);
    }
    return values;
  }
}
