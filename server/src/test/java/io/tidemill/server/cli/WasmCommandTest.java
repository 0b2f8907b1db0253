package io.tidemill.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.Tidemill;
import io.tidemill.state.hash.Blake3;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class WasmCommandTest {
  private static final String HEADER = "0061736d01000000";

  /** Exports {@code div: (i32 i32) -> i32}, which divides. */
  private static final String DIVIDES =
      HEADER
          + "01070160027f7f017f"
          + "03020100"
          + "0707010364697600"
          + "00"
          + "0a09010700200020016d0b";

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path divides;

  @BeforeEach
  void writeModule() throws IOException {
    divides = write("divides.wasm", DIVIDES);
  }

  private Path write(String name, String hex) throws IOException {
    return Files.write(folder.resolve(name), HexFormat.of().parseHex(hex));
  }

  private int run(String... arguments) {
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void shouldPrintResultAndFuelOfACall() {
    final String file = divides.toString();
    assertThat(run("wasm", "run", file, "--invoke", "div", "--arg", "i32:-7", "--arg", "i32:2"))
        .isZero();
    assertThat(out.toString()).startsWith("ok").contains("i32 -3 (0xfffffffd)", "fuel 5");
  }

  @Test
  void shouldGiveTheSameAnswerOnBothBackends() {
    for (String backend : new String[] {"interpreter", "compiled"}) {
      out.getBuffer().setLength(0);
      final int code =
          run(
              "wasm",
              "run",
              divides.toString(),
              "--invoke",
              "div",
              "--arg",
              "i32:1",
              "--arg",
              "i32:0",
              "--backend",
              backend,
              "--json");
      assertThat(code).isEqualTo(1);
      assertThat(out.toString())
          .contains(
              "\"trap\":\"INTEGER_DIVISION_BY_ZERO\"",
              "\"backtrace\":[\"div\"]",
              "\"fuel_used\":5");
    }
  }

  @Test
  void shouldBreakFuelDownByClass() {
    run(
        "wasm",
        "run",
        divides.toString(),
        "--invoke",
        "div",
        "--arg",
        "i32:8",
        "--arg",
        "i32:2",
        "--profile-fuel");
    assertThat(out.toString()).containsPattern("3 +division").containsPattern("2 +simple");
  }

  @Test
  void shouldAcceptAPlainModuleUnderTheBareProfile() {
    assertThat(run("wasm", "validate", divides.toString(), "--profile", "bare")).isZero();
    assertThat(out.toString()).startsWith("accepted").contains("code hash");
  }

  @Test
  void shouldNameTheFirstBrokenRuleAndItsOffset() throws IOException {
    final Path simd =
        write("simd.wasm", HEADER + "010401600000" + "03020100" + "0a0501030" + "0fd0b");
    assertThat(run("wasm", "validate", simd.toString(), "--profile", "bare")).isEqualTo(1);
    assertThat(out.toString()).startsWith("refused: feature-simd at byte 23");
  }

  @Test
  void shouldWriteTheSameMeteredModuleEveryTime() throws IOException {
    final Path first = folder.resolve("first.wasm");
    final Path second = folder.resolve("second.wasm");
    assertThat(run("wasm", "instrument", divides.toString(), "-o", first.toString())).isZero();
    assertThat(run("wasm", "instrument", divides.toString(), "-o", second.toString())).isZero();
    assertThat(Files.readAllBytes(first)).isEqualTo(Files.readAllBytes(second));
    assertThat(new String(Files.readAllBytes(first), java.nio.charset.StandardCharsets.ISO_8859_1))
        .contains("tidemill_fuel", "tidemill_stack", "tidemill_start");
  }

  @Test
  void shouldSayWhatAScriptNeedsToKnowOfAMeteredModule() throws IOException {
    final Path metered = folder.resolve("metered.wasm");
    assertThat(run("wasm", "instrument", divides.toString(), "-o", metered.toString(), "--json"))
        .isZero();
    final byte[] bytes = Files.readAllBytes(metered);
    assertThat(out.toString())
        .contains("\"metered_bytes\":" + bytes.length)
        .contains("\"metered_hash\":\"" + Blake3.hash(bytes).toHex() + "\"");
    assertThat(
            run("wasm", "instrument", divides.toString(), "-o", folder.resolve("no/x").toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("cannot write");
  }

  @Test
  void shouldFoldARecursionIntoOneLineAndCountTheRest() throws IOException {
    // (func $down (export "down") (call $down)), with the name in the name section.
    final Path endless =
        write(
            "endless.wasm",
            HEADER
                + "010401600000"
                + "03020100"
                + "0708010464"
                + "6f776e0000"
                + "0a0601040010000b"
                + "000e046e616d65"
                + "0107010004646f1b6e");
    assertThat(run("wasm", "run", endless.toString(), "--invoke", "down")).isEqualTo(1);
    assertThat(out.toString())
        .startsWith("trap STACK_OVERFLOW (code 11)")
        .contains("  in do?n, 64 times", "  and 4033 frames more", "on the backend compiled");
    out.getBuffer().setLength(0);
    run("wasm", "run", endless.toString(), "--invoke", "down", "--json");
    assertThat(out.toString()).contains("\"trap_code\":11", "\"frames\":4097");
  }

  @Test
  void shouldSayWhatThereIsWhenSomethingIsNot() {
    run("wasm", "run", divides.toString(), "--invoke", "mul");
    assertThat(err.toString()).contains("exports no function mul; it has div");
    run("wasm", "run", divides.toString(), "--invoke", "div", "--arg", "i32:1", "--arg", "i32:x");
    assertThat(err.toString()).contains("i32:x is no i32, in decimal or in hex after 0x");
    run("wasm", "validate", folder.resolve("none").toString());
    assertThat(err.toString()).contains("there is no such file");
    assertThat(run("wasm", "spec", folder.toString())).isNotZero();
  }

  @Test
  void shouldCallItAUsageErrorWhenArgumentsDoNotFit() {
    assertThat(run("wasm", "run", divides.toString(), "--invoke", "div")).isEqualTo(2);
    assertThat(run("wasm", "run", divides.toString(), "--invoke", "none")).isEqualTo(2);
    assertThat(run("wasm", "validate", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(run("wasm")).isEqualTo(2);
  }
}
