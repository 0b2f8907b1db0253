package io.tidemill.server.author;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemill.executor.Event;
import io.tidemill.executor.abi.AbiEncoder;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.author.TestSuite.Call;
import io.tidemill.server.author.TestSuite.Case;
import io.tidemill.server.author.TestSuite.Mismatch;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading test files of the example contract of the format. */
class TestFileTest {
  private static final byte[] EMPTY_MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};
  private static final Address HARBOUR =
      new Address(
          Hash32.fromHex("49af4ef254bd713bcc4ffc19679793e380f930ff4992658e16fda28133aa25ac"));
  private static final Address ANN =
      new Address(
          Hash32.fromHex("e8ff67337868178e77f9e0fbed27f9751735e4fb6c6de5d36179fca3229ddef1"));
  private static final Address BEN =
      new Address(
          Hash32.fromHex("409b58937357de0607ff0d3b1f5de0a924f6126b87c3a89d749e0196621d5f82"));
  private static final String ACCOUNTS =
      "[accounts]\nann = { balance = \"5_000\" }\nben = { keypair = \"falcon512\" }\n";

  @TempDir private Path temp;

  private TestSuite read(String text) throws Exception {
    final Manifest manifest = ManifestTest.manifest(ManifestTest.HARBOUR);
    final Path module = temp.resolve("harbour.wasm");
    Files.write(
        module,
        AbiSection.replace(EMPTY_MODULE, AbiEncoder.encode(AbiBuilder.build(manifest, List.of()))));
    final Path file = temp.resolve("harbour.test.toml");
    Files.writeString(file, text);
    return TestFileReader.read(file, module, manifest);
  }

  private List<Problem> problems(String text) {
    final AuthorException refused = catchThrowableOfType(AuthorException.class, () -> read(text));
    assertThat(refused).as(text).isNotNull();
    return refused.problems();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void shouldNameContractsAndAccountsAsTheChainDoes() throws Exception {
    assertThat(Addresses.contract("harbour")).isEqualTo(HARBOUR);
    assertThat(Blake3.hash("ann".getBytes(StandardCharsets.UTF_8))).isEqualTo(ANN.raw());
  }

  @Test
  void shouldEncodeTheArgumentsOfTheFormatsExample() throws Exception {
    final Case test =
        read(ACCOUNTS
                + """
                    [[tests]]
                    name = "x"
                    [[tests.calls]]
                    function = "open"
                    args = ["[{size: Small, owner: ann, until: 5}, {size: Large, owner: __zero__, until: 0}]"]
                    [[tests.calls]]
                    function = "moor"
                    args = ["4", "3600"]
                    value = "250"
                    """)
            .cases()
            .get(0);
    final byte[] open = test.calls().get(0).calldata();
    assertThat(open).hasSize(86);
    assertThat(hex(open))
        .isEqualTo(
            "02000000" + "00" + ANN + "0500000000000000" + "01" + "00".repeat(32) + "00".repeat(8));
    assertThat(hex(test.calls().get(1).calldata())).isEqualTo("04000000" + "100e000000000000");
    assertThat(test.calls().get(1).value()).isEqualTo(U128.of(250));
  }

  @Test
  void shouldAcceptNativeValuesOfTheSameMeaning() throws Exception {
    final Case test =
        read(ACCOUNTS
                + """
                    [[tests]]
                    name = "x"
                    [[tests.calls]]
                    function = "open"
                    args = [[{size = "Small", owner = "ann", until = 5}]]
                    [[tests.calls]]
                    function = "open"
                    args = ["[{until: 5, owner: 'ann', size: Small,}]"]
                    """)
            .cases()
            .get(0);
    assertThat(test.calls().get(0).calldata()).isEqualTo(test.calls().get(1).calldata());
  }

  @Test
  void shouldSeedTheSlotsThatTheFormatPrints() throws Exception {
    final Case test =
        read(ACCOUNTS
                + """
                    [[tests]]
                    name = "x"
                    [tests.setup]
                    storage.warden     = "ann"
                    storage.berths.4   = "{size: Large, owner: __zero__, until: 0}"
                    storage.dues.ann.4 = "10"
                    storage.seals      = "[]"
                    storage."0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a" = "0x01"
                    [[tests.calls]]
                    function = "berth"
                    args = ["4"]
                    """)
            .cases()
            .get(0);
    final var slots = test.setup().slots().get(HARBOUR);
    assertThat(slots.keySet())
        .extracting(Hash32::toHex)
        .containsExactlyInAnyOrder(
            "0e993e3296abb1ec3c51dc322cf530fde16b4587e2697034f7218e92ce6dccee",
            "8717af7123e88430767dcf8a12028d5b506f49e892c95da50b3808593ba38705",
            "2f26c6105bdfb3ad99d62f8bfc08cce986e58b501f881b4a213125127cece189",
            "097b10c49b3f6decf56294c37bcb4c11bd2ddf62e256b087da1bbbcda6f7de46",
            "5a".repeat(32));
    assertThat(
            hex(
                slots.get(
                    Hash32.fromHex(
                        "8717af7123e88430767dcf8a12028d5b506f49e892c95da50b3808593ba38705"))))
        .isEqualTo("01" + "00".repeat(40));
    assertThat(test.setup().balances().get(ANN)).isEqualTo(U128.of(5_000));
  }

  @Test
  void shouldKeepTheClockButNotTheGas() throws Exception {
    final List<Call> calls =
        read(
                """
                [cheats]
                now = 1_000
                [[tests]]
                name = "x"
                [tests.cheats]
                gas_limit = "3_000"
                [[tests.calls]]
                function = "berth"
                args = [1]
                now = 2_500
                gas = 7
                [[tests.calls]]
                function = "berth"
                args = [1]
                wave_id = 9
                [[tests]]
                name = "y"
                [[tests.calls]]
                function = "berth"
                args = [1]
                """)
            .cases()
            .stream()
            .flatMap(test -> test.calls().stream())
            .toList();
    assertThat(calls)
        .extracting(call -> call.context().now())
        .containsExactly(2_500L, 2_500L, 1_000L);
    assertThat(calls).extracting(call -> call.context().wave()).containsExactly(1L, 9L, 1L);
    assertThat(calls).extracting(Call::gas).containsExactly(7L, 3_000L, 10_000_000L);
    assertThat(calls).extracting(Call::from).containsOnly(Address.ZERO);
  }

  @Test
  void shouldSignArgumentsWithReproducibleKeys() throws Exception {
    final String text =
        ACCOUNTS
            + """
            [[tests]]
            name = "x"
            [[tests.calls]]
            function = "cast_off"
            args = ["0x2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a", "@pubkey:ben", "@sig:ben:args.0"]
            """;
    final byte[] calldata = read(text).cases().get(0).calls().get(0).calldata();
    assertThat(read(text).cases().get(0).calls().get(0).calldata()).isEqualTo(calldata);
    assertThat(hex(Arrays.copyOfRange(calldata, 32, 37))).isEqualTo("81030000" + "09");
    final int signature = 32 + 4 + 897;
    assertThat(calldata[signature + 4]).isEqualTo((byte) 0x39);
    assertThat(calldata.length - signature - 4).isBetween(500, 1_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UnknownKey | functoin = \"berth\"\\nargs = [1] | did you mean function",
        "InvalidField | function = \"berth\" | 0 arguments, the function takes 1",
        "InvalidValue | function = \"berth\"\\nargs = [4294967296] | does not fit uint32",
        "InvalidValue | function = \"berth\"\\nargs = [\"-1\"] | does not fit uint32",
        "InvalidValue | function = \"berth\"\\nargs = [\"four\"] | \"four\" is no number",
        "InvalidValue | function = \"berth\"\\nargs = [1]\\nfrom = \"zoe\" | no account",
        "InvalidValue | function = \"open\"\\nargs = [\"[{size: Huge, owner: ann, until: 5}]\"] | none of",
        "InvalidValue | function = \"open\"\\nargs = [\"[{size: Small, owner: ann}]\"] | until of Berth is missing",
        "InvalidValue | function = \"open\"\\nargs = [\"[{size: Small\"] | expected",
        "InvalidValue | function = \"cast_off\"\\nargs = [\"0x00\", \"0x\", \"0x\"] | 32 are needed",
        "InvalidValue | function = \"cast_off\"\\nargs = [\"@sig:ben:args.1\", \"0x\", \"0x\"] | does not stand to the left",
        "UnknownName | function = \"berth\"\\nargs = [1]\\ncontract = \"dock\" | no contract of this file",
        "InvalidField | function = \"berth\"\\nargs = [1]\\nexpect.no_revert = true\\nexpect.revert = \"x\" | contradicts",
        "InvalidValue | function = \"berth\"\\nargs = [1]\\nexpect.events = [{ name = \"Moored\", fe = \"1\" }] | has no field fe",
      })
  void shouldPlaceTheFaultsOfCalls(String rule, String call, String detail) {
    final List<Problem> found =
        problems(
            ACCOUNTS
                + "[[tests]]\nname = \"x\"\n[[tests.calls]]\n"
                + call.strip().replace("\\n", "\n")
                + "\n");
    assertThat(found).extracting(Problem::rule).contains(rule.strip());
    assertThat(found).anySatisfy(p -> assertThat(p.detail()).contains(detail.strip()));
    assertThat(found).allSatisfy(p -> assertThat(p.line()).isBetween(4, 12));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UnknownStateField | [tests.setup]\\nstorage.wardens = \"ann\"",
        "MapArity | [tests.setup]\\nstorage.dues.ann = \"1\"",
        "InvalidValue | [tests.expect]\\nstorage.\"0x00\" = \"0x\"",
        "InvalidValue | [tests.setup]\\nbalances.zoe = 1",
        "InvalidValue | [tests.expect]\\nevents_total = -1",
      })
  void shouldPlaceTheFaultsOfState(String rule, String part) {
    assertThat(
            problems(
                ACCOUNTS + "[[tests]]\nname = \"x\"\n" + part.strip().replace("\\n", "\n") + "\n"))
        .extracting(Problem::rule)
        .contains(rule.strip());
  }

  @Test
  void shouldRefuseCollidingAndRepeatedNames() {
    assertThat(problems("[accounts]\nharbour = {}\n"))
        .extracting(Problem::rule)
        .contains("NameCollision");
    assertThat(problems("[[tests]]\nname = \"x\"\n[[tests]]\nname = \"x\"\n"))
        .extracting(Problem::rule)
        .contains("InvalidField");
  }

  private @Nullable Mismatch match(String events, Event... emitted) throws Exception {
    final Case test =
        read(ACCOUNTS
                + "[[tests]]\nname = \"x\"\n[[tests.calls]]\nfunction = \"moor\"\n"
                + "args = [1, 2]\nexpect.events = ["
                + events
                + "]\n")
            .cases()
            .get(0);
    return test.calls()
        .get(0)
        .expect()
        .checks()
        .get(0)
        .check(
            new TestChain.Outcome(
                End.SUCCESS, 0, new byte[0], 0, List.of(emitted), List.of(), List.of()));
  }

  private static Event moored(String berthTopic, String data) {
    return new Event(
        HARBOUR,
        List.of(
            Hash32.fromHex("916ac4b396800014fcdef6674a76dab08edc0cc293781c9d218da5fe66a845c3"),
            Hash32.fromHex(berthTopic),
            BEN.raw()),
        HexFormat.of().parseHex(data));
  }

  @Test
  void shouldMatchEventsInBothByteOrdersAndWithFieldsLeftOut() throws Exception {
    final String fee = "fa" + "00".repeat(15);
    final Event little = moored("04000000" + "00".repeat(28), fee);
    final Event big = moored("00".repeat(31) + "04", fee);
    final String full = "{ name = \"Moored\", berth = \"4\", who = \"ben\", fee = \"250\" }";
    assertThat(match(full, little)).isNull();
    assertThat(match(full, big)).isNull();
    assertThat(match("{ name = \"Moored\" }", big)).isNull();
    assertThat(match("{ name = \"Moored\", fee = \"251\" }", big)).isNotNull();
    assertThat(match("{ name = \"Moored\", who = \"ann\" }", big)).isNotNull();
    assertThat(match(full, moored("00".repeat(31) + "04", fee + "00"))).isNotNull();
  }

  @Test
  void shouldGiveEachMatcherAnEventOfItsOwn() throws Exception {
    final Event four = moored("00".repeat(31) + "04", "fa" + "00".repeat(15));
    final Event five = moored("00".repeat(31) + "05", "fa" + "00".repeat(15));
    final String any = "{ name = \"Moored\" }";
    final String onlyFour = "{ name = \"Moored\", berth = \"4\" }";
    assertThat(match(any + ", " + onlyFour, four, five)).isNull();
    assertThat(match(onlyFour + ", " + onlyFour, four, five)).isNotNull();
    assertThat(match(any + ", " + any + ", " + any, four, five)).isNotNull();
  }
}
