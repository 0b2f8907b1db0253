package io.tidemill.executor.tx;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TransactionDecoderTest {
  private static Hash32 hash(SplittableRandom random) {
    return new Hash32(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  private static byte[] bytes(SplittableRandom random, int limit) {
    final byte[] bytes = new byte[random.nextInt(limit)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Transaction transaction(SplittableRandom random) {
    final List<AccessEntry> accessList = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      final List<Hash32> keys = new ArrayList<>();
      for (int k = random.nextInt(3); k > 0; k--) {
        keys.add(hash(random));
      }
      accessList.add(new AccessEntry(new Address(hash(random)), keys, random.nextBoolean()));
    }
    final TransactionType[] types = TransactionType.values();
    final boolean deadline = random.nextBoolean();
    return new Transaction(
        new Address(hash(random)),
        new Address(hash(random)),
        new U128(random.nextLong(), random.nextLong()),
        bytes(random, 100),
        random.nextLong(),
        random.nextLong(),
        bytes(random, 100),
        switch (random.nextInt(3)) {
          case 0 -> FeePayer.SENDER;
          case 1 -> FeePayer.GAS_TANK;
          default -> new FeePayer.Paymaster(new Address(hash(random)));
        },
        accessList,
        deadline,
        deadline ? random.nextLong() : 0,
        random.nextLong(),
        types[random.nextInt(types.length)]);
  }

  @Test
  void shouldReturnTheSameTransactionThatWasEncoded() {
    for (long seed = 0; seed < 1_000; seed++) {
      final Transaction transaction = transaction(new SplittableRandom(seed));
      final byte[] encoded = TransactionEncoder.encode(transaction);
      final TransactionDecoder.Decoded decoded = TransactionDecoder.decode(encoded);
      assertThat(decoded).as("seed " + seed).isInstanceOf(Transaction.class);
      assertThat(TransactionEncoder.encode((Transaction) decoded))
          .as("seed " + seed)
          .isEqualTo(encoded);
      assertThat(TransactionHash.of((Transaction) decoded))
          .isEqualTo(TransactionHash.of(transaction));
    }
  }

  @Test
  void shouldRefuseEveryTruncation() {
    for (long seed = 0; seed < 50; seed++) {
      final byte[] encoded = TransactionEncoder.encode(transaction(new SplittableRandom(seed)));
      for (int length = 0; length < encoded.length; length++) {
        assertThat(TransactionDecoder.decode(Arrays.copyOf(encoded, length)))
            .isInstanceOf(TransactionDecoder.Malformed.class);
      }
    }
  }

  @Test
  void shouldRefuseTrailingBytes() {
    final byte[] encoded = TransactionEncoder.encode(transaction(new SplittableRandom(1)));
    assertThat(TransactionDecoder.decode(Arrays.copyOf(encoded, encoded.length + 1)))
        .isEqualTo(
            new TransactionDecoder.Malformed(
                "field transaction at byte " + encoded.length + ": 1 trailing bytes",
                encoded.length));
  }

  @Test
  void shouldRefuseEveryUnknownTypeTag() {
    final byte[] encoded = TransactionEncoder.encode(transaction(new SplittableRandom(2)));
    int known = 0;
    for (int tag = 0; tag < 256; tag++) {
      encoded[encoded.length - 1] = (byte) tag;
      final boolean decodes = TransactionDecoder.decode(encoded) instanceof Transaction;
      assertThat(decodes).as("tag " + tag).isEqualTo(TransactionType.of(tag) != null);
      known += decodes ? 1 : 0;
    }
    assertThat(known).isEqualTo(23);
    assertThat(TransactionType.of(0x02)).isNull();
  }

  @Test
  void shouldNotAllocateFromADeclaredLength() {
    final byte[] bytes = new byte[200];
    // data length u32 at offset 80
    Arrays.fill(bytes, 80, 84, (byte) 0xff);
    assertThat(TransactionDecoder.decode(bytes))
        .isEqualTo(
            new TransactionDecoder.Malformed(
                "field data at byte 80: declares 4294967295 items of at least 1 bytes, but only 116"
                    + " bytes remain",
                80));
  }

  @Test
  void shouldSurviveRandomMutations() {
    for (long seed = 0; seed < 2_000; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final byte[] encoded = TransactionEncoder.encode(transaction(random));
      for (int i = 0; i < 3; i++) {
        encoded[random.nextInt(encoded.length)] = (byte) random.nextInt();
      }
      if (TransactionDecoder.decode(encoded) instanceof Transaction decoded) {
        assertThat(TransactionEncoder.encode(decoded)).as("seed " + seed).isEqualTo(encoded);
      }
    }
  }

  @Test
  void shouldDecodeTheDeployVector() {
    final byte[] data =
        java.util.HexFormat.of()
            .parseHex(
                "05000000746f6b656e080000000061736d010000000010000000e8030000000000000000000000000000");
    final DeployData deploy = DeployData.decode(data);
    assertThat(deploy).isNotNull();
    assertThat(deploy.name()).isEqualTo("token");
    assertThat(deploy.wasm()).hasSize(8);
    assertThat(deploy.encode()).isEqualTo(data);
    assertThat(DeployData.decode(Arrays.copyOf(data, data.length + 1))).isNull();
  }

  @Test
  void shouldRefuseACallPayloadThatIsNotUtf8() {
    final byte[] data = new CallPayload("ab", new byte[] {1}).encode();
    assertThat(CallPayload.decode(data)).isNotNull();
    data[4] = (byte) 0xff;
    assertThat(CallPayload.decode(data)).isNull();
  }
}
