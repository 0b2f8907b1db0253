package io.tidemill.server.cli;

import io.tidemill.executor.abi.AbiDecoder;
import io.tidemill.executor.abi.AbiDecoding;
import io.tidemill.executor.abi.AbiError;
import io.tidemill.executor.abi.AbiRules;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.abi.AbiViolation;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.server.author.AbiJson;
import io.tidemill.server.author.AuthorException;
import io.tidemill.server.author.ContractPacker;
import io.tidemill.server.author.Manifest;
import io.tidemill.server.author.ManifestReader;
import io.tidemill.server.author.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemill contract}: tools for the authors of contracts. */
@Command(
    name = "contract",
    description = "Pack, print, check and test contracts.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ContractCommand.Pack.class,
      ContractCommand.Abi.class,
      ContractCheckCommand.class,
      ContractTestCommand.class
    })
public final class ContractCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public ContractCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** Prints every fault; the exit code is 2 for a file that is not there, else 1. */
  static int refuse(PrintWriter err, AuthorException refused) {
    boolean missing = false;
    for (Problem problem : refused.problems()) {
      err.println(problem);
      missing |= problem.rule().equals("NotReadable") || problem.rule().equals("WasmNotFound");
    }
    err.flush();
    return missing ? 2 : 1;
  }

  /** Reads a module that must be there. */
  static byte @Nullable [] readModule(PrintWriter err, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      err.println(file + ": WasmNotFound: cannot be read: " + e.getMessage());
      err.flush();
      return null;
    }
  }

  /** {@code contract pack}. */
  @Command(
      name = "pack",
      description = "Write the pyde.abi section of a manifest into a module.",
      footer = {"", "Exit codes: 0 packed, 1 a rule is broken, 2 a file is missing."})
  static final class Pack implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "WASM",
        description = "The module; the manifest's output without it.")
    private @Nullable Path wasm;

    @Option(
        names = {"--manifest", "--config"},
        paramLabel = "FILE",
        description = "The manifest. Default: ${DEFAULT-VALUE}.")
    private Path manifestFile = Path.of("otigen.toml");

    @Option(
        names = {"-o", "--output"},
        required = true,
        paramLabel = "OUT",
        description = "Where the packed module goes.")
    private Path output = Path.of("");

    @Option(
        names = "--no-strict",
        description = "Allow debug_log, which exists only under contract test.")
    private boolean lenient;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin private HelpOption help;

    @Override
    public Integer call() throws IOException {
      final PrintWriter err = spec.commandLine().getErr();
      try {
        final Manifest manifest = ManifestReader.read(manifestFile);
        final Path source = wasm != null ? wasm : built(manifest);
        final byte[] bytes = readModule(err, source);
        if (bytes == null) {
          return 2;
        }
        final ContractPacker.Packed packed =
            ContractPacker.pack(manifest, bytes, source.toString(), !lenient);
        for (String notice : packed.notices()) {
          err.println("note: " + notice);
        }
        err.flush();
        write(packed.wasm());
        report(packed);
        return 0;
      } catch (AuthorException refused) {
        err.println("BuildRejected: " + refused.problems().get(0).rule());
        return refuse(err, refused);
      }
    }

    private Path built(Manifest manifest) {
      final String named = manifest.output();
      if (named == null) {
        throw new ParameterException(
            spec.commandLine(), "Missing WASM: the manifest names no [contract.lang] output");
      }
      return manifest.folder().resolve(named);
    }

    /** Whole or not at all. */
    private void write(byte[] bytes) throws IOException {
      final Path target = output.toAbsolutePath();
      final Path folder = target.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      final Path fresh = target.resolveSibling(target.getFileName() + ".tmp");
      Files.write(fresh, bytes);
      Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
    }

    private void report(ContractPacker.Packed packed) {
      final PrintWriter out = spec.commandLine().getOut();
      final int functions = packed.abi().functions().size();
      final int events = packed.abi().events().size();
      if (json) {
        out.printf(
            "{\"event\":\"build_success\",\"function_count\":%d,\"event_count\":%d,\"bytes\":%d}%n",
            functions, events, packed.wasm().length);
      } else {
        out.printf(
            "packed %s: %d functions, %d events, %d bytes%n",
            output, functions, events, packed.wasm().length);
      }
      out.flush();
    }
  }

  /** {@code contract abi}. */
  @Command(
      name = "abi",
      description = "Print the pyde.abi section of a module as JSON.",
      footer = {"", "Exit codes: 0 printed, 1 missing, malformed or against a rule, 2 no file."})
  static final class Abi implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "The module.")
    private Path wasm = Path.of("");

    @Mixin private HelpOption help;

    @Override
    public Integer call() {
      final PrintWriter err = spec.commandLine().getErr();
      final byte[] bytes = readModule(err, wasm);
      if (bytes == null) {
        return 2;
      }
      try {
        final List<AbiSection.Custom> sections = AbiSection.find(bytes, ContractAbi.SECTION);
        if (sections.size() != 1) {
          final String rule = sections.isEmpty() ? "MissingAbiSection" : "DuplicateAbiSection";
          return fail(rule + ": the module has " + sections.size() + " sections of that name");
        }
        return switch (AbiDecoder.decode(sections.get(0).payload(), ContractAbi.V1_3)) {
          case AbiDecoding.Refused(AbiError error) -> fail(error.toString());
          case AbiDecoding.Decoded(ContractAbi abi) -> print(abi);
        };
      } catch (AbiSection.MalformedModuleException e) {
        return fail("WasmParse: " + e.getMessage());
      }
    }

    private int print(ContractAbi abi) {
      spec.commandLine().getOut().println(AbiJson.of(abi).toPrettyString());
      spec.commandLine().getOut().flush();
      final List<AbiViolation> violations = AbiRules.violations(abi);
      for (AbiViolation violation : violations) {
        fail(violation.toString());
      }
      return violations.isEmpty() ? 0 : 1;
    }

    private int fail(String text) {
      spec.commandLine().getErr().println(wasm + ": " + text);
      spec.commandLine().getErr().flush();
      return 1;
    }
  }
}
