package io.tidemill.server.author;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemill.server.Tidemill;
import io.tidemill.server.dev.Examples;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * Every example contract: its tests pass, the gate takes it, and its source still gives its bytes.
 */
class ExampleContractsTest {
  private static final Path CONTRACTS = Path.of("..", "executor", "contracts");

  record Run(int code, String out, String err) {}

  static Run run(String... arguments) {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return new Run(line.execute(arguments), out.toString(), err.toString());
  }

  static List<Path> contracts() throws IOException {
    try (Stream<Path> folders = Files.list(CONTRACTS)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("otigen.toml")))
          .sorted()
          .toList();
    }
  }

  static List<Path> built() throws IOException {
    return contracts().stream().filter(folder -> Files.exists(wasm(folder))).toList();
  }

  private static Path wasm(Path folder) {
    return folder.resolve(folder.getFileName() + ".wasm");
  }

  @Test
  void shouldHaveTheExamples() throws IOException {
    assertThat(built())
        .extracting(folder -> folder.getFileName().toString())
        .containsAll(Examples.NAMES)
        .contains("slot-layout");
  }

  @ParameterizedTest
  @MethodSource("built")
  void shouldPassItsOwnTests(Path folder) {
    final Run run = run("contract", "test", folder.toString());
    assertThat(run.code()).as(run.out() + run.err()).isZero();
    assertThat(run.out()).contains(", 0 failed").doesNotContain("ok. 0 passed");
  }

  @ParameterizedTest
  @MethodSource("built")
  void shouldPassTheDeployGate(Path folder) {
    final Run run = run("contract", "check", wasm(folder).toString());
    assertThat(run.code()).as(run.out() + run.err()).isZero();
  }

  @ParameterizedTest
  @MethodSource("built")
  void shouldCarryTheAbiOfItsManifest(Path folder, @TempDir Path temp) throws IOException {
    final Path packed = temp.resolve("packed.wasm");
    final Run run =
        run(
            "contract",
            "pack",
            wasm(folder).toString(),
            "--manifest",
            folder.resolve("otigen.toml").toString(),
            "-o",
            packed.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(Files.readAllBytes(packed)).isEqualTo(Files.readAllBytes(wasm(folder)));
  }

  @ParameterizedTest
  @MethodSource("contracts")
  void shouldBuildToTheCommittedBytes(Path folder, @TempDir Path temp) throws Exception {
    final String name = folder.getFileName().toString();
    final String why = ContractToolchain.missing(folder);
    assumeTrue(why.isEmpty(), () -> name + " cannot be built here: " + why);
    final Process process =
        new ProcessBuilder(
                CONTRACTS.resolve("build.sh").toString(), "--raw", "--out", temp.toString(), name)
            .redirectErrorStream(true)
            .start();
    final String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(output).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    final Path packed = temp.resolve("packed.wasm");
    final Run run =
        run(
            "contract",
            "pack",
            temp.resolve(name + ".wasm").toString(),
            "--manifest",
            folder.resolve("otigen.toml").toString(),
            "-o",
            packed.toString());
    assertThat(run.code()).as(run.err()).isZero();
    if (Files.exists(wasm(folder))) {
      assertThat(Files.readAllBytes(packed)).isEqualTo(Files.readAllBytes(wasm(folder)));
    } else {
      final Run tests = run("contract", "test", folder.toString(), "--wasm", packed.toString());
      assertThat(tests.code()).as(tests.out() + tests.err()).isZero();
    }
  }

  /** What the malicious contract tries besides is in its tests. */
  @Test
  void shouldRefuseAModuleThatWantsSomethingOfTheMachine() {
    final Path module = CONTRACTS.resolve("malicious").resolve("with-forbidden-import.wasm");
    final Run run = run("contract", "check", module.toString(), "--name", "thief");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out() + run.err()).contains("wasi_snapshot_preview1").contains("fd_write");
  }

  static List<Path> profiles() throws IOException {
    try (Stream<Path> folders = Files.list(CONTRACTS.resolve("profiles"))) {
      return folders.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void shouldBuildTheExamplesOfOtherProfiles(Path folder, @TempDir Path temp) throws Exception {
    final String name = folder.getFileName().toString();
    final String why = ContractToolchain.missing(folder);
    assumeTrue(why.isEmpty(), () -> name + " cannot be built here: " + why);
    final Process process =
        new ProcessBuilder(
                CONTRACTS.resolve("build.sh").toString(),
                "--out",
                temp.toString(),
                "profiles/" + name)
            .redirectErrorStream(true)
            .start();
    final String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(Files.readAllBytes(temp.resolve(name + ".wasm")))
        .isEqualTo(Files.readAllBytes(wasm(folder)));
    final String profile = name.substring(0, name.indexOf('-'));
    final Run check =
        run("contract", "check", wasm(folder).toString(), "--profile", profile, "--name", "x");
    assertThat(check.code()).as(check.out()).isZero();
  }

  @Test
  void shouldPrintTheAbiWithTheTopicsOfEvents() {
    final Run run = run("contract", "abi", wasm(CONTRACTS.resolve("token")).toString());
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("\"signature\" : \"Transfer(address,address,uint128)\"")
        .contains("0x71fba72c0005dd55aea688392321923169fb06ab0ec0c3e330731ca5979f4db9")
        .contains("\"selector\" : [ 164, 77, 203, 77 ]");
  }
}
