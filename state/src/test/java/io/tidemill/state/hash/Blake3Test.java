package io.tidemill.state.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.bouncycastle.crypto.digests.Blake3Digest;
import org.junit.jupiter.api.Test;

/** Our BLAKE3 against printed vectors (host-abi 7.2) and against Bouncy Castle as the oracle. */
class Blake3Test {
  @Test
  void shouldReproduceThePrintedVectors() {
    assertThat(ascii("").toHex())
        .isEqualTo("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    assertThat(ascii("abc").toHex())
        .isEqualTo("6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
    assertThat(ascii("Transfer(address,address,uint128)").toHex())
        .isEqualTo("71fba72c0005dd55aea688392321923169fb06ab0ec0c3e330731ca5979f4db9");
    assertThat(ascii("pyde.Instantiated").toHex())
        .isEqualTo("622a0a9e1e2b487288904a22b18174d6e45b3749c756a94209ef9a9cf768847a");
    assertThat(Blake3.hash(HexFormat.of().parseHex("0061736d01000000")).toHex())
        .isEqualTo("0d66d411a21e80d93afa1487b002a1867432c04ba1d08dc790d259639f6a69c4");
  }

  @Test
  void shouldAgreeWithTheOracleAtEveryLengthAroundBlockAndChunkBorders() {
    final byte[] input = new byte[9 * 1024 + 70];
    new Random(7).nextBytes(input);
    for (int length = 0; length <= 1100; length++) {
      assertThat(Blake3.hash(input, 3, length))
          .as("length %d", length)
          .isEqualTo(oracle(input, 3, length));
    }
    for (int chunks = 2; chunks <= 9; chunks++) {
      for (int delta = -65; delta <= 65; delta += 13) {
        final int length = chunks * 1024 + delta;
        assertThat(Blake3.hash(input, 1, length))
            .as("length %d", length)
            .isEqualTo(oracle(input, 1, length));
      }
    }
  }

  @Test
  void shouldAgreeWithTheOracleOnALargeModule() {
    final byte[] input = new byte[1 << 20];
    new Random(8).nextBytes(input);
    assertThat(Blake3.hash(input)).isEqualTo(oracle(input, 0, input.length));
    assertThat(Blake3.hash(input, 0, input.length - 1))
        .isEqualTo(oracle(input, 0, input.length - 1));
  }

  @Test
  void shouldHashTreeShapesLikeTheirBytes() {
    final Random random = new Random(9);
    for (int i = 0; i < 2000; i++) {
      final byte[] bytes = new byte[80];
      random.nextBytes(bytes);
      final Hash32 head = Hash32.at(bytes, 0);
      final Hash32 left = Hash32.at(bytes, 16);
      final Hash32 right = Hash32.at(bytes, 48);
      assertThat(Blake3.hash(head.w0(), head.w1(), left, right)).isEqualTo(oracle(bytes, 0, 80));
      assertThat(Blake3.hash(left)).isEqualTo(oracle(bytes, 16, 32));
    }
  }

  @Test
  void shouldHashEveryLaneAsItWouldAlone() {
    final Random random = new Random(10);
    final Blake3Lanes lanes = new Blake3Lanes();
    for (int count = 1; count <= Blake3Lanes.WIDTH; count++) {
      lanes.clear();
      final byte[] bytes = new byte[80 * count];
      random.nextBytes(bytes);
      for (int i = 0; i < count; i++) {
        final Hash32 head = Hash32.at(bytes, 80 * i);
        lanes.add(
            head.w0(), head.w1(), Hash32.at(bytes, 80 * i + 16), Hash32.at(bytes, 80 * i + 48));
      }
      assertThat(lanes.size()).isEqualTo(count);
      lanes.run(80);
      for (int i = 0; i < count; i++) {
        assertThat(lanes.digest(i)).isEqualTo(oracle(bytes, 80 * i, 80));
      }
    }
  }

  @Test
  void shouldHashLanesOfEveryLength() {
    final Random random = new Random(12);
    final Blake3Lanes lanes = new Blake3Lanes();
    for (int length = 0; length <= Blake3Lanes.MAX_LENGTH; length++) {
      lanes.clear();
      final int count = 1 + random.nextInt(Blake3Lanes.WIDTH);
      final byte[][] messages = new byte[count][Blake3Lanes.MAX_LENGTH];
      for (final byte[] message : messages) {
        random.nextBytes(message);
        java.util.Arrays.fill(message, length, message.length, (byte) 0);
        lanes.add(message);
      }
      lanes.run(length);
      for (int i = 0; i < count; i++) {
        assertThat(lanes.digest(i)).isEqualTo(oracle(messages[i], 0, length));
      }
    }
  }

  @Test
  void shouldHashArraysOfEveryLengthInLanes() {
    final Random random = new Random(13);
    final Blake3Lanes lanes = new Blake3Lanes();
    for (int length = 0; length <= Blake3Lanes.MAX_ARRAY; length++) {
      final byte[][] messages = new byte[1 + random.nextInt(Blake3Lanes.WIDTH)][length];
      for (final byte[] message : messages) {
        random.nextBytes(message);
      }
      lanes.run(messages, messages.length, length);
      for (int i = 0; i < messages.length; i++) {
        assertThat(lanes.digest(i))
            .as("length " + length)
            .isEqualTo(oracle(messages[i], 0, length));
      }
    }
  }

  @Test
  void shouldRejectARangeOutsideTheArray() {
    assertThatThrownBy(() -> Blake3.hash(new byte[4], 2, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static Hash32 ascii(String text) {
    return Blake3.hash(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Hash32 oracle(byte[] input, int offset, int length) {
    final Blake3Digest digest = new Blake3Digest(256);
    digest.update(input, offset, length);
    final byte[] out = new byte[Hash32.LENGTH];
    digest.doFinal(out, 0);
    return Hash32.of(out);
  }
}
