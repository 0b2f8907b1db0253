package io.tidemill.server.author;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemill.executor.abi.AbiEncoder;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.state.hash.Blake3;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
  static final String HARBOUR =
      """
      [contract]
      name    = "harbour"
      version = "0.3.1"

      [types.Size]
      variants = [{ name = "Small" }, { name = "Large" }]
      [types.Berth]
      fields = [{ name = "size", type = "Size" }, { name = "owner", type = "address" }, { name = "until", type = "uint64" }]

      [state]
      schema = [
        { name = "warden", type = "address" },
        { name = "berths", type = "map", keys = ["uint32"], value = "struct(Berth)" },
        { name = "dues",   type = "mapping(address => mapping(uint32 => uint128))" },
        { name = "seals",  type = "vec(bytes32)" },
      ]

      [functions.moor]
      attributes  = ["entry", "payable"]
      inputs      = ["uint32", "uint64"]
      outputs     = ["uint128"]
      access_list = ["berths[args.0]", "dues[caller()]"]
      [functions]
      open     = { attributes = ["constructor"], inputs = ["vec(Berth)"] }
      berth    = { attributes = ["entry", "view"], inputs = ["uint32"], outputs = ["Berth"] }
      cast_off = { attributes = ["entry"], inputs = ["bytes32", "bytes", "bytes"] }
      stray    = { attributes = ["fallback"] }
      toll     = { attributes = ["receive", "payable"] }

      [events.Moored]
      signature = "Moored(uint32,address,uint128)"
      fields = [
        { name = "berth", type = "uint32",  indexed = true },
        { name = "who",   type = "address", indexed = true },
        { name = "fee",   type = "uint128" },
      ]
      """;

  private static final String MINIMAL =
      """
      [contract]
      name = "x"
      version = "1.0.0"
      """;

  static Manifest manifest(String text) throws AuthorException {
    return ManifestReader.parse(Path.of("otigen.toml"), text);
  }

  private static List<Problem> problems(String text) {
    final AuthorException refused =
        catchThrowableOfType(AuthorException.class, () -> manifest(text));
    assertThat(refused).as(text).isNotNull();
    return refused.problems();
  }

  @Test
  void shouldPackTheExampleOfTheFormatIntoItsGoldenBytes() throws Exception {
    final ContractAbi abi = AbiBuilder.build(manifest(HARBOUR), List.of());
    final byte[] bytes = AbiEncoder.encode(abi);
    assertThat(bytes).hasSize(492);
    assertThat(Blake3.hash(bytes).toHex())
        .isEqualTo("7001d373b0b76d7e86cce88c5f2ec6511babf855f24dd32208e731add9410084");
    final byte[] module = AbiSection.replace(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}, bytes);
    assertThat(module).hasSize(512);
    assertThat(Blake3.hash(module).toHex()).startsWith("0f5fbb16").endsWith("81e8d3c3");
  }

  @Test
  void shouldPackTheLeanLayoutOnRequest() throws Exception {
    final String lean =
        HARBOUR.replace("version = \"0.3.1\"", "version = \"0.3.1\"\npyde_abi_version = \"1.0\"");
    final byte[] bytes = AbiEncoder.encode(AbiBuilder.build(manifest(lean), List.of()));
    assertThat(bytes).hasSize(218);
    assertThat(Blake3.hash(bytes).toHex())
        .isEqualTo("5389aeb296980488c09ee84de5bd5e20d576ea4f742166c7a46942c1c8cfd831");
  }

  @Test
  void shouldStampFactoriesWithTheNewerVersion() throws Exception {
    assertThat(AbiBuilder.build(manifest(MINIMAL), List.of("instantiate")).version())
        .isEqualTo(ContractAbi.V1_3);
  }

  @Test
  void shouldNotDependOnTheOrderOfFunctionsButOnThatOfFields() throws Exception {
    final String a =
        MINIMAL
            + "[functions]\na = { attributes = [\"entry\"] }\nb = { attributes = [\"entry\"] }\n";
    final String b =
        MINIMAL
            + "[functions]\nb = { attributes = [\"entry\"] }\na = { attributes = [\"entry\"] }\n";
    assertThat(AbiEncoder.encode(AbiBuilder.build(manifest(a), List.of())))
        .isEqualTo(AbiEncoder.encode(AbiBuilder.build(manifest(b), List.of())));
    final String xy = "[state]\nschema = [{name=\"x\",type=\"u8\"},{name=\"y\",type=\"u8\"}]\n";
    final String yx = "[state]\nschema = [{name=\"y\",type=\"u8\"},{name=\"x\",type=\"u8\"}]\n";
    assertThat(AbiEncoder.encode(AbiBuilder.build(manifest(MINIMAL + xy), List.of())))
        .isNotEqualTo(AbiEncoder.encode(AbiBuilder.build(manifest(MINIMAL + yx), List.of())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "InvalidName | name = \"x\" | name = \"X--\"",
        "InvalidVersion | 1.0.0 | 1.0",
        "UnknownKey | version = \"1.0.0\" | version = \"1.0.0\"\\nverzion = \"1\"",
        "TokenGenerationUnsupported | version = \"1.0.0\" | version = \"1.0.0\"\\ntype = \"token\"",
      })
  void shouldNameTheRuleOfAWrongHead(String rule, String good, String bad) {
    final String text = MINIMAL.replace(good.strip(), bad.strip().replace("\\n", "\n"));
    assertThat(problems(text)).extracting(Problem::rule).contains(rule.strip());
    assertThat(problems(text)).allSatisfy(p -> assertThat(p.line()).isPositive());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UnknownAttribute | [functions]\\nf = { attributes = [\"veiw\"] }",
        "IncompatibleAttributes | [functions]\\nf = { attributes = [\"view\", \"payable\"] }",
        "IncompatibleAttributes | [functions]\\nf = { attributes = [\"receive\"] }",
        "MultipleDispatchFunctions | [functions]\\nf = { attributes = [\"constructor\"] }\\ng = { attributes = [\"constructor\"] }",
        "InvalidName | [functions]\\n_start = { attributes = [\"entry\"] }",
        "MultiOutputUnsupported | [functions]\\nf = { attributes = [\"entry\"], outputs = [\"u8\", \"u8\"] }",
        "UnknownType | [functions]\\nf = { attributes = [\"entry\"], inputs = [\"map<address, u8>\"] }",
        "UnknownType | [functions]\\nf = { attributes = [\"entry\"], inputs = [\"struct(Pair)\"] }",
        "UndefinedType | [functions]\\nf = { attributes = [\"entry\"], inputs = [\"vec(Pair)\"] }",
        "UndefinedType | [state]\\nschema = [{ name = \"a\", type = \"struct(Pair)\" }]",
        "VariableLengthVecInStateField | [state]\\nschema = [{ name = \"a\", type = \"vec(string)\" }]",
        "MapArity | [state]\\nschema = [{ name = \"a\", type = \"mapping(u8, u8, u8, u8 => u8)\" }]",
        "InvalidMapKey | [state]\\nschema = [{ name = \"a\", type = \"map\", keys = [\"vec(u8)\"], value = \"u8\" }]",
        "InvalidField | [state]\\nschema = [{ name = \"a\", type = \"u8\", keys = [\"u8\"] }]",
        "UnknownKey | [state.fields]\\nx = \"u8\"",
        "CyclicStructDefinition | [types.A]\\nfields = [{ name = \"a\", type = \"option(A)\" }]",
        "DuplicateEnumVariant | [types.A]\\nvariants = [{ name = \"a\" }, { name = \"a\" }]",
        "EventSignatureMismatch | [events.E]\\nsignature = \"E(uint8)\"\\nfields = [{ name = \"a\", type = \"u16\" }]",
        "ManifestShape | [workspace]\\nmembers = []",
      })
  void shouldNameTheRuleOfAWrongPart(String rule, String part) {
    assertThat(problems(MINIMAL + part.strip().replace("\\n", "\n")))
        .extracting(Problem::rule)
        .contains(rule.strip());
  }

  @Test
  void shouldReportEveryProblemWithItsLine() {
    final List<Problem> found =
        problems(
            MINIMAL + "[functions]\nf = { attributes = [\"veiw\"] }\ng = { atributes = [] }\n");
    assertThat(found).hasSize(3);
    assertThat(found.get(0).toString())
        .isEqualTo(
            "otigen.toml:5:7: UnknownAttribute(functions.f.attributes): \"veiw\" is no attribute");
    assertThat(found.get(1).toString())
        .contains("otigen.toml:6")
        .contains("did you mean attributes?");
  }

  @Test
  void shouldPlaceSyntaxErrors() {
    assertThat(problems("[contract\nname = 1").get(0).toString())
        .startsWith("otigen.toml:1:")
        .contains("TomlSyntax");
  }

  @Test
  void shouldMapAliasesAndLabelsInEventSignatures() throws Exception {
    final Manifest manifest =
        manifest(
            MINIMAL
                + "[events.E]\nsignature = \"E(from: address, u128)\"\n"
                + "fields = [{name=\"a\",type=\"address\"},{name=\"b\",type=\"uint128\"}]\n");
    assertThat(manifest.events()).hasSize(1);
  }

  @Test
  void shouldKeepUnknownTablesWithAWarning() throws Exception {
    assertThat(manifest(MINIMAL + "[tools]\nx = 1\n").warnings()).hasSize(1);
  }
}
