package io.tidemill.executor.signature;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Addresses;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Vectors, mutations and noise. */
class FalconVerifierTest {
  private record Triple(byte[] key, byte[] message, byte[] signature) {
    boolean verifies() {
      return FalconVerifier.INSTANCE.verify(key, message, signature);
    }
  }

  private static String resource(String name) {
    try (InputStream in = FalconVerifierTest.class.getResourceAsStream("/falcon/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] hex(String text, String pattern) {
    final Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return HexFormat.of().parseHex(matcher.group(1));
  }

  private static Triple json() {
    final String text = resource("falcon.json");
    return new Triple(
        hex(text, "\"pk\":\\s*\"0x([0-9a-f]+)"),
        hex(text, "\"msg\":\\s*\"0x([0-9a-f]*)"),
        hex(text, "\"sig\":\\s*\"0x([0-9a-f]+)"));
  }

  private static Triple kat() {
    final String text = resource("falcon-kat.txt");
    return new Triple(
        hex(text, "(?m)^pk ([0-9a-f]+)"),
        "pyde-falcon-kat-v1".getBytes(StandardCharsets.UTF_8),
        hex(text, "(?m)^sig ([0-9a-f]+)"));
  }

  @Test
  void shouldAcceptBothVectors() {
    assertThat(json().verifies()).isTrue();
    assertThat(kat().verifies()).isTrue();
    assertThat(json().signature()).hasSize(809);
  }

  @Test
  void shouldDeriveTheAddressOfTheVector() {
    final String address =
        HexFormat.of().formatHex(hex(resource("falcon.json"), "\"addr\\w*\":\\s*\"0x([0-9a-f]+)"));
    assertThat(Addresses.ofPublicKey(json().key())).hasToString(address);
  }

  @Test
  void shouldRefuseEverySingleByteMutationOfTheSignature() {
    final Triple good = json();
    assertThat(
            acceptedMutations(good.signature(), bad -> new Triple(good.key(), good.message(), bad)))
        .isEmpty();
  }

  @Test
  void shouldRefuseEverySingleByteMutationOfTheKey() {
    final Triple good = json();
    assertThat(
            acceptedMutations(good.key(), bad -> new Triple(bad, good.message(), good.signature())))
        .isEmpty();
  }

  /** Every byte with each of its 255 other values. */
  private static List<String> acceptedMutations(byte[] good, Function<byte[], Triple> triple) {
    return IntStream.range(0, good.length)
        .parallel()
        .boxed()
        .flatMap(
            at ->
                IntStream.range(1, 256)
                    .filter(
                        change -> {
                          final byte[] bad = good.clone();
                          bad[at] ^= (byte) change;
                          return triple.apply(bad).verifies();
                        })
                    .mapToObj(change -> "byte " + at + " xor " + change))
        .toList();
  }

  @Test
  void shouldRefuseOtherMessagesAndLengths() {
    final Triple good = json();
    for (int i = 0; i < good.message().length; i++) {
      final byte[] bad = good.message().clone();
      bad[i] ^= 1;
      assertThat(new Triple(good.key(), bad, good.signature()).verifies()).isFalse();
    }
    for (int length = 0; length < 1_100; length++) {
      if (length != good.signature().length) {
        assertThat(
                new Triple(good.key(), good.message(), Arrays.copyOf(good.signature(), length))
                    .verifies())
            .as("length " + length)
            .isFalse();
      }
    }
    assertThat(
            new Triple(new byte[0], good.message(), good.signature()).verifies()
                || new Triple(Arrays.copyOf(good.key(), 898), good.message(), good.signature())
                    .verifies())
        .isFalse();
  }

  @Test
  void shouldRefuseRandomBytesWithoutAnException() {
    final Triple good = json();
    final SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      final byte[] noise = new byte[random.nextInt(1_030)];
      random.nextBytes(noise);
      if (noise.length > 0) {
        noise[0] = (i % 3 == 0 ? 0x59 : i % 3 == 1 ? 0x39 : noise[0]);
      }
      final byte[] key = i % 2 == 0 ? good.key() : noise;
      assertThat(new Triple(key, good.message(), noise).verifies()).as("case " + i).isFalse();
    }
  }

  @Test
  void shouldAcceptTheCompressedFormAndItsPaddingOnly() {
    final Triple good = json();
    final byte[] compressed = compress(good.signature());
    assertThat(new Triple(good.key(), good.message(), compressed).verifies()).isTrue();
    assertThat(
            new Triple(good.key(), good.message(), Arrays.copyOf(compressed, compressed.length + 1))
                .verifies())
        .isEqualTo(compressed.length + 1 == 666);
    if (compressed.length <= 666) {
      assertThat(new Triple(good.key(), good.message(), Arrays.copyOf(compressed, 666)).verifies())
          .isTrue();
      if (compressed.length < 666) {
        final byte[] dirty = Arrays.copyOf(compressed, 666);
        dirty[665] = 1;
        assertThat(new Triple(good.key(), good.message(), dirty).verifies()).isFalse();
      }
    }
  }

  /** Writes the fixed form as Golomb-Rice codes, by strings of digits. */
  private static byte[] compress(byte[] fixed) {
    final StringBuilder bits = new StringBuilder();
    for (int i = 0; i < 512; i++) {
      int value = 0;
      for (int b = 0; b < 12; b++) {
        final int at = 41 * 8 + 12 * i + b;
        value = value << 1 | fixed[at / 8] >> (7 - at % 8) & 1;
      }
      if (value >= 2048) {
        value -= 4096;
      }
      final int magnitude = Math.abs(value);
      bits.append(value < 0 ? '1' : '0');
      bits.append(String.format("%7s", Integer.toBinaryString(magnitude & 127)).replace(' ', '0'));
      bits.append("0".repeat(magnitude >> 7)).append('1');
    }
    while (bits.length() % 8 != 0) {
      bits.append('0');
    }
    final byte[] out = Arrays.copyOf(fixed, 41 + bits.length() / 8);
    out[0] = 0x39;
    for (int i = 0; i < bits.length() / 8; i++) {
      out[41 + i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
    }
    return out;
  }
}
