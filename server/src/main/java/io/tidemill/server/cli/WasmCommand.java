package io.tidemill.server.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.Instrumenter;
import io.tidemill.executor.wasm.InvalidModuleException;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.spec.SpecReport;
import io.tidemill.executor.wasm.spec.SpecRunner;
import io.tidemill.state.hash.Blake3;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemill wasm}: tools for whoever wants to know what a module is and what it costs. */
@Command(
    name = "wasm",
    description = "Validate, meter and run WebAssembly modules.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      WasmValidateCommand.class,
      WasmCommand.Instrument.class,
      WasmRunCommand.class,
      WasmCommand.SpecScripts.class
    })
public final class WasmCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public WasmCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** The bytes of a file that was named on the command line; a usage error when it is not there. */
  static byte[] read(CommandSpec spec, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      final String reason =
          Files.notExists(file)
              ? "there is no such file"
              : Files.isDirectory(file) ? "it is a folder" : e.toString();
      throw new ParameterException(spec.commandLine(), "cannot read " + file + ": " + reason);
    }
  }

  /** Says which rule a module breaks. */
  static int refuse(PrintWriter out, boolean json, InvalidModuleException refused) {
    if (json) {
      final ObjectNode answer = new ObjectMapper().createObjectNode();
      answer.put("accepted", false).put("rule", refused.rule().label());
      answer.put("offset", refused.offset()).put("text", refused.getMessage());
      out.println(answer);
    } else {
      out.println("refused: " + refused.getMessage());
    }
    out.flush();
    return 1;
  }

  /** {@code wasm instrument}. */
  @Command(
      name = "instrument",
      description = "Write the self-contained metered module.",
      footer = {
        "",
        "The module exports the mutable globals tidemill_fuel, tidemill_frames,",
        "tidemill_stack and tidemill_pages, and the function tidemill_start,",
        "which is to be called before any other. The same module always becomes",
        "the same bytes.",
        "",
        "Exit codes: 0 written, 1 the module is refused, 2 called wrongly."
      })
  static final class Instrument implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "The module.")
    private Path file = Path.of("");

    @Option(
        names = {"-o", "--output"},
        required = true,
        paramLabel = "OUT",
        description = "Where the metered module goes.")
    private Path output = Path.of("");

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin private HelpOption help;

    @Override
    public Integer call() {
      final PrintWriter out = spec.commandLine().getOut();
      final Module module;
      try {
        module = ModuleValidator.validate(read(spec, file), WasmProfile.CONTRACT);
      } catch (InvalidModuleException e) {
        return refuse(out, json, e);
      }
      final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
      final byte[] metered = Instrumenter.instrument(module, plan).bytes();
      try {
        Files.write(output, metered);
      } catch (IOException e) {
        throw new ParameterException(
            spec.commandLine(), "cannot write " + output + ": " + e.toString());
      }
      if (json) {
        final ObjectNode answer = new ObjectMapper().createObjectNode();
        answer.put("output", output.toString()).put("code_hash", module.codeHash().toHex());
        answer.put("bytes", module.bytes().length).put("metered_bytes", metered.length);
        answer.put("metered_hash", Blake3.hash(metered).toHex());
        out.println(answer);
      } else {
        out.println(output + ": " + module.bytes().length + " bytes became " + metered.length);
      }
      return 0;
    }
  }

  /** {@code wasm spec}. */
  @Command(
      name = "spec",
      description = "Run WebAssembly spec scripts (.wast) with metering on.",
      footer = {
        "",
        "Needs wast2json, of the package wabt.",
        "Exit codes: 0 every assertion holds, 1 some fail, 2 called wrongly."
      })
  static final class SpecScripts implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = "A folder with .wast files.")
    private Path folder = Path.of("");

    @Option(
        names = "--backend",
        paramLabel = "NAME",
        description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Backend backend = Backend.compiled;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin private HelpOption help;

    @Override
    public Integer call() throws IOException {
      if (!Files.isDirectory(folder)) {
        throw new ParameterException(spec.commandLine(), folder + " is not a folder");
      }
      if (!SpecRunner.converterPresent()) {
        throw new IllegalStateException("wast2json is not installed; it comes with wabt");
      }
      final PrintWriter out = spec.commandLine().getOut();
      final PrintWriter err = spec.commandLine().getErr();
      final SpecReport report = new SpecRunner(backend::engine).runAll(folder, err::println);
      if (report.passed() + report.failures().size() + report.skipped() == 0) {
        throw new ParameterException(
            spec.commandLine(), folder + " holds no .wast files, and none of its folders does");
      }
      if (json) {
        final ObjectNode answer = new ObjectMapper().createObjectNode();
        answer.put("backend", backend.name()).put("passed", report.passed());
        answer.put("failed", report.failures().size()).put("skipped", report.skipped());
        final ArrayNode failures = answer.putArray("failures");
        report.failures().forEach(failures::add);
        final ArrayNode notes = answer.putArray("notes");
        report.notes().forEach(notes::add);
        out.println(answer);
        return report.failures().isEmpty() ? 0 : 1;
      }
      report.notes().forEach(note -> out.println("skipped " + note));
      report.failures().forEach(failure -> out.println("failed " + failure));
      out.println(report.summary());
      return report.failures().isEmpty() ? 0 : 1;
    }
  }
}
