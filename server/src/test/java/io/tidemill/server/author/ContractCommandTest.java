package io.tidemill.server.author;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidemill contract} from the outside: what it prints and how it ends. */
class ContractCommandTest {
  @TempDir private Path folder;

  @BeforeEach
  void copyTheContract() throws IOException {
    for (String name : List.of("debug.wasm", "otigen.toml")) {
      try (var in = ContractCommandTest.class.getResourceAsStream("/author/" + name)) {
        Files.copy(in, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.createDirectories(folder.resolve("tests"));
  }

  private ExampleContractsTest.Run test(String text, String... options) throws IOException {
    Files.writeString(folder.resolve("tests/a.test.toml"), text);
    final String[] arguments = new String[3 + options.length];
    arguments[0] = "contract";
    arguments[1] = "test";
    arguments[2] = folder.toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return ExampleContractsTest.run(arguments);
  }

  @Test
  void shouldShowDebugLogsOfTests() throws IOException {
    final var run =
        test(
            """
            [[tests]]
            name = "greets"
            [[tests.calls]]
            function = "greet"
            expect.return_value = "104"
            expect.logs = ["hell"]
            """,
            "-v",
            "-v");
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("[debug] greet: hello")
        .contains("test result: ok. 1 passed, 0 failed");
  }

  @Test
  void shouldExitWithOneAndSayWhyWhenATestFails() throws IOException {
    final var run =
        test(
            """
            [[tests]]
            name = "wrong"
            [[tests.calls]]
            function = "greet"
            expect.return_value = "105"
            expect.gas_max = 1
            [[tests]]
            name = "empty"
            [[tests]]
            name = "right"
            [[tests.calls]]
            function = "trap"
            expect.revert = "unreachable"
            [[tests.calls]]
            function = "spin"
            gas = 5_000
            expect.revert = "out of fuel"
            expect.gas = 5_000
            """);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains("call[0] greet: expect.return_value: want 105, got 104")
        .contains("call[0] greet: expect.gas_max: want at most 1")
        .contains("EmptyTest")
        .contains("1 passed, 2 failed");
  }

  @Test
  void shouldExitWithFourAndRunNothingWhenAFileIsMalformed() throws IOException {
    final var run = test("[[tests]]\nname = \"x\"\n[[tests.calls]]\nfunction = \"gret\"\n");
    assertThat(run.code()).isEqualTo(4);
    assertThat(run.err())
        .contains("a.test.toml:4:1: UnknownFunction")
        .contains("did you mean greet?");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldExitWithTwoWhenTheModuleIsMissing() throws IOException {
    Files.delete(folder.resolve("debug.wasm"));
    assertThat(test("").code()).isEqualTo(2);
  }

  @Test
  void shouldPrintOneObjectPerLine() throws IOException {
    final var run =
        test("[[tests]]\nname = \"x\"\n[[tests.calls]]\nfunction = \"greet\"\n", "--json");
    assertThat(run.out().lines())
        .hasSize(4)
        .allMatch(line -> line.startsWith("{") && line.endsWith("}"))
        .last()
        .asString()
        .contains("\"passed\":1");
  }

  @Test
  void shouldSkipWhatTheFilterLeavesOut() throws IOException {
    final var run =
        test(
            "[[tests]]\nname = \"one\"\n[[tests.calls]]\nfunction = \"greet\"\n"
                + "[[tests]]\nname = \"two\"\n[[tests.calls]]\nfunction = \"trap\"\n",
            "--filter",
            "on");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("1 passed, 0 failed, 1 skipped");
  }

  @Test
  void shouldRefuseDebugLogOutsideOfTests() {
    final String wasm = folder.resolve("debug.wasm").toString();
    final String manifest = folder.resolve("otigen.toml").toString();
    final String packed = folder.resolve("packed.wasm").toString();
    final var strict =
        ExampleContractsTest.run("contract", "pack", wasm, "--manifest", manifest, "-o", packed);
    assertThat(strict.code()).isEqualTo(1);
    assertThat(strict.err()).contains("BuildRejected: TestOnlyHostFn");
    assertThat(folder.resolve("packed.wasm")).doesNotExist();
    final var lenient =
        ExampleContractsTest.run(
            "contract", "pack", wasm, "--manifest", manifest, "-o", packed, "--no-strict");
    assertThat(lenient.code()).isZero();
    final var check = ExampleContractsTest.run("contract", "check", packed);
    assertThat(check.code()).isEqualTo(1);
    assertThat(check.out()).contains("ForbiddenImport").contains("contract test");
  }

  @Test
  void shouldNameWhatAModuleAndItsManifestDisagreeAbout() throws IOException {
    final Path manifest = folder.resolve("otigen.toml");
    Files.writeString(
        manifest,
        Files.readString(manifest).replace("greet =", "greed =").replace("spin  =", "spinn ="));
    final var run =
        ExampleContractsTest.run(
            "contract",
            "pack",
            folder.resolve("debug.wasm").toString(),
            "--manifest",
            manifest.toString(),
            "-o",
            folder.resolve("o.wasm").toString(),
            "--no-strict");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("DeclaredFnMissingFromWasm(greed)")
        .contains("DeclaredFnMissingFromWasm(spinn)")
        .contains("UndeclaredExport(greet)");
  }

  @Test
  void shouldRefuseAViewThatWrites() throws IOException {
    final Path token = Path.of("..", "executor", "contracts", "token");
    final Path manifest = folder.resolve("token.toml");
    Files.writeString(
        manifest,
        Files.readString(token.resolve("otigen.toml"))
            .replace("attributes  = [\"entry\"]", "attributes  = [\"entry\", \"view\"]"));
    final var run =
        ExampleContractsTest.run(
            "contract",
            "pack",
            token.resolve("token.wasm").toString(),
            "--manifest",
            manifest.toString(),
            "-o",
            folder.resolve("o.wasm").toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("ViewMutatesState").contains("transfer");
    assertThat(folder.resolve("o.wasm")).doesNotExist();
  }

  @Test
  void shouldExplainAModuleWithoutASection() {
    final var run =
        ExampleContractsTest.run("contract", "abi", folder.resolve("debug.wasm").toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("MissingAbiSection");
    assertThat(ExampleContractsTest.run("contract", "abi", "nowhere.wasm").code()).isEqualTo(2);
  }
}
