package io.tidemill.executor.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ContractAbi.Layout;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.abi.ScalarType.Basic;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AbiCodecTest {
  private static final String LEAN =
      """
      00000100 00 02000000
      04000000 696e6974 b690dd4b 10000000 00000000
      08000000 7472616e73666572 a44dcb4d 82000000 01000000
      12000000 62616c616e6365735b63616c6c657228295d
      af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262
      01 00000000 00 00
      """;
  private static final String EXTENDED =
      """
      02000100 00 02000000
      b690dd4b 04000000 696e6974 10000000 01000000 06000000 737570706c79 04 00
      a44dcb4d 08000000 7472616e73666572 80000000 02000000 02000000 746f 0b
      06000000 616d6f756e74 04 01 0a
      abababababababababababababababababababababababababababababababab
      01 00000000 00 00
      05000000 746f6b656e 05000000 302e312e30
      01000000 08000000 5472616e73666572 03000000 04000000 66726f6d 0b 02000000 746f 0b
      06000000 616d6f756e74 04 03
      00000000
      02000000 0c000000 746f74616c5f737570706c79 00 04
      08000000 62616c616e636573 01 01000000 0b 04
      00000000
      """;

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }

  private static ContractAbi decoded(byte[] bytes) {
    return switch (AbiDecoder.decode(bytes, ContractAbi.V1_3)) {
      case AbiDecoding.Decoded(ContractAbi abi) -> abi;
      case AbiDecoding.Refused(AbiError error) -> throw new AssertionError(error.toString());
    };
  }

  private static AbiError refused(byte[] bytes) {
    return switch (AbiDecoder.decode(bytes, ContractAbi.V1_3)) {
      case AbiDecoding.Decoded(ContractAbi abi) -> throw new AssertionError(abi.toString());
      case AbiDecoding.Refused(AbiError error) -> error;
    };
  }

  private static ContractAbi token() {
    return new ContractAbi(
        ContractAbi.V1_2,
        Layout.EXTENDED,
        ContractType.CONTRACT,
        List.of(
            new ContractAbi.Function(
                "init",
                ContractAbi.selectorOf("init"),
                0x10,
                List.of(new Param("supply", Primitive.U128)),
                null,
                List.of()),
            new ContractAbi.Function(
                "transfer",
                ContractAbi.selectorOf("transfer"),
                0x80,
                List.of(new Param("to", Primitive.ADDRESS), new Param("amount", Primitive.U128)),
                Primitive.BOOL,
                List.of())),
        Hash32.fromHex("ab".repeat(32)),
        0,
        -1,
        -1,
        "token",
        "0.1.0",
        List.of(
            new ContractAbi.Event(
                "Transfer",
                List.of(
                    new Param("from", Primitive.ADDRESS),
                    new Param("to", Primitive.ADDRESS),
                    new Param("amount", Primitive.U128)),
                3)),
        List.of(),
        List.of(
            new StateField("total_supply", List.of(), Basic.U128),
            new StateField("balances", List.of(Basic.ADDRESS), Basic.U128)),
        List.of());
  }

  @Test
  void shouldWriteAndReadTheExtendedGoldenBytes() {
    assertThat(hex(EXTENDED)).hasSize(239);
    assertThat(HexFormat.of().formatHex(AbiEncoder.encode(token())))
        .isEqualTo(HexFormat.of().formatHex(hex(EXTENDED)));
    assertThat(decoded(hex(EXTENDED))).isEqualTo(token());
  }

  @Test
  void shouldWriteAndReadTheLeanGoldenBytes() {
    final ContractAbi abi = decoded(hex(LEAN));
    assertThat(abi.layout()).isEqualTo(Layout.LEAN);
    assertThat(abi.constructorIndex()).isZero();
    assertThat(abi.schema()).isNull();
    assertThat(abi.functions().get(1).accessList()).containsExactly("balances[caller()]");
    assertThat(abi.functions().get(1).attributes()).isEqualTo(0x82);
    assertThat(abi.stateSchemaHash()).isEqualTo(Blake3.hash(new byte[0]));
    assertThat(AbiEncoder.encode(abi)).isEqualTo(hex(LEAN)).hasSize(114);
  }

  @Test
  void shouldReadTheExtendedLayoutFirstUnderTheOldestVersion() {
    final ContractAbi source = token();
    final ContractAbi oldest =
        new ContractAbi(
            ContractAbi.V1_0,
            Layout.EXTENDED,
            source.type(),
            source.functions(),
            source.stateSchemaHash(),
            0,
            -1,
            -1,
            source.name(),
            source.contractVersion(),
            source.events(),
            List.of(),
            null,
            List.of());
    assertThat(decoded(AbiEncoder.encode(oldest))).isEqualTo(oldest);
  }

  @Test
  void shouldReadVersionOneAsOneDotZero() {
    final byte[] bytes = hex(LEAN);
    bytes[2] = 0;
    bytes[0] = 1;
    assertThat(decoded(bytes).version()).isEqualTo(1);
    assertThat(ContractAbi.versionText(1)).isEqualTo("1.0");
  }

  @Test
  void shouldComputeThePublishedSelectors() {
    assertThat(ContractAbi.selectorOf("transfer")).isEqualTo(0xa44dcb4d);
    assertThat(ContractAbi.selectorOf("balance_of")).isEqualTo(0xc8819c61);
    assertThat(ContractAbi.selectorOf("increment")).isEqualTo(0xfcf52a2c);
  }

  @Test
  void shouldHashTheEmptySchemaAsPublished() {
    assertThat(AbiEncoder.schemaHash(List.of()).toHex())
        .startsWith("ec2bd03b")
        .endsWith("6625620cd");
  }

  @Test
  void shouldRefuseEveryTruncationAndEveryTrailingByte() {
    for (String golden : List.of(LEAN, EXTENDED)) {
      final byte[] bytes = hex(golden);
      for (int length = 0; length < bytes.length; length++) {
        final AbiError error = refused(Arrays.copyOf(bytes, length));
        assertThat(error.offset()).isBetween(0, length);
      }
      assertThat(refused(Arrays.copyOf(bytes, bytes.length + 1)).rule())
          .isEqualTo(AbiError.Rule.TRAILING_BYTES);
    }
  }

  @Test
  void shouldRefuseVersionsItDoesNotKnow() {
    for (int version : new int[] {0, 2, 0x00010004, 0x00020000, 0x0000ffff, -1}) {
      final byte[] bytes = hex(EXTENDED);
      for (int i = 0; i < 4; i++) {
        bytes[i] = (byte) (version >>> 8 * i);
      }
      assertThat(refused(bytes).rule()).isEqualTo(AbiError.Rule.UNSUPPORTED_VERSION);
    }
  }

  @Test
  void shouldNameTheByteOfAWrongTag() {
    final byte[] bytes = hex(EXTENDED);
    bytes[39] = 19; // the type of init's parameter
    assertThat(refused(bytes).rule()).isEqualTo(AbiError.Rule.BAD_TAG);
    assertThat(refused(bytes).offset()).isEqualTo(39);
    assertThat(refused(bytes).toString()).contains("AbiDecode").contains("pyde.abi byte 39");
  }

  @Test
  void shouldNotBelieveACountThatCannotFit() {
    final byte[] bytes = hex("02000100 00 ffffffff");
    assertThat(refused(bytes).rule()).isEqualTo(AbiError.Rule.TRUNCATED);
    assertThat(refused(bytes).detail()).contains("4294967295 functions");
  }

  @Test
  void shouldRefuseTypesThatNestTooDeep() {
    ParamType deep = Primitive.U8;
    for (int i = 0; i < ParamType.MAX_DEPTH; i++) {
      deep = new ParamType.Vec(deep);
    }
    final ContractAbi source = token();
    final ContractAbi abi =
        new ContractAbi(
            source.version(),
            source.layout(),
            source.type(),
            List.of(new ContractAbi.Function("f", 0, 0x80, List.of(), deep, List.of())),
            Hash32.ZERO,
            -1,
            -1,
            -1,
            "n",
            "1.0.0",
            List.of(),
            List.of(),
            List.of(),
            List.of());
    assertThat(refused(AbiEncoder.encode(abi)).rule()).isEqualTo(AbiError.Rule.TOO_DEEP);
  }

  @Test
  void shouldEncodeBackWhateverItAcceptsOfDamagedBytes() {
    final long seed = Long.getLong("tidemill.seed", 20_261_121L);
    final int cases = Integer.getInteger("tidemill.cases", 20_000);
    final Random random = new Random(seed);
    for (int i = 0; i < cases; i++) {
      final byte[] bytes = hex(random.nextBoolean() ? LEAN : EXTENDED);
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      if (AbiDecoder.decode(bytes, ContractAbi.V1_3) instanceof AbiDecoding.Decoded(var abi)) {
        assertThat(AbiEncoder.encode(abi)).as("seed %d, case %d", seed, i).isEqualTo(bytes);
      }
    }
  }

  @Test
  void shouldRoundTripTypesOfEveryKind() {
    final ContractAbi source = token();
    final ContractAbi abi =
        new ContractAbi(
            ContractAbi.V1_3,
            Layout.EXTENDED,
            ContractType.PARACHAIN,
            source.functions(),
            Hash32.ZERO,
            0,
            1,
            -1,
            "x",
            "",
            source.events(),
            List.of("parachain_id"),
            List.of(
                new StateField(
                    "m",
                    List.of(Basic.U8, Basic.STRING, Basic.HASH32),
                    new ScalarType.Vec(Basic.I16))),
            List.of(
                new TypeDef.Enum("Size", List.of("Small", "Large")),
                new TypeDef.Struct(
                    "Berth",
                    List.of(
                        new Param("size", new ParamType.Custom("Size")),
                        new Param("tags", new ParamType.Vec(Primitive.STRING)),
                        new Param("note", new ParamType.Option(ParamType.hash32())),
                        new Param("map", new ParamType.MapOf(Primitive.U8, Primitive.I128))))));
    assertThat(decoded(AbiEncoder.encode(abi))).isEqualTo(abi);
  }

  @Test
  void shouldDeriveTheTransferTopic() {
    final ContractAbi abi = token();
    assertThat(EventSignature.of(abi, abi.events().get(0)))
        .isEqualTo("Transfer(address,address,uint128)");
    assertThat(EventSignature.topic(abi, abi.events().get(0)).toHex())
        .isEqualTo("71fba72c0005dd55aea688392321923169fb06ab0ec0c3e330731ca5979f4db9");
  }
}
