package io.tidemill.server.cli;

import io.tidemill.server.author.AuthorException;
import io.tidemill.server.author.Problem;
import io.tidemill.server.author.TestDiscovery;
import io.tidemill.server.author.TestReport;
import io.tidemill.server.author.TestRunner;
import io.tidemill.server.author.TestSuite;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code contract test}: runs a contract's behavior tests on an in-process chain. */
@Command(
    name = "test",
    description = "Run tests/*.test.toml of a contract on an in-process chain.",
    footer = {
      "",
      "Exit codes: 0 all passed, 1 a test failed, 2 a file is missing or the module is refused,",
      "4 a test file or the manifest is malformed."
    })
final class ContractTestCommand implements Callable<Integer> {
  private static final int REFUSED = 2;
  private static final int MALFORMED = 4;

  /** Rules about what is not there, as opposed to what is wrong. */
  private static final Set<String> MISSING = Set.of("NotReadable", "WasmNotFound");

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIR",
      description = "The contract's folder. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of(".");

  @Option(
      names = {"--wasm", "--bundle"},
      paramLabel = "FILE",
      description = "Another module, or a bundle folder that holds contract.wasm.")
  private @Nullable Path wasm;

  @Option(
      names = "--filter",
      paramLabel = "TEXT",
      description = "Run only tests whose name contains it; may be given again.")
  private List<String> filters = List.of();

  @Option(
      names = "--dry-run",
      description = "Read everything, print addresses, slots and calldata; run nothing.")
  private boolean dryRun;

  @Option(
      names = {"-v", "--verbose"},
      description = "Also fuel; -vv calls, events, debug logs; -vvv frames; -vvvv what changed.")
  private boolean[] verbosity = {};

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Backend backend = Backend.compiled;

  @Option(names = "--json", description = "Print one JSON object per line.")
  private boolean json;

  @Mixin private HelpOption help;

  @Override
  public Integer call() throws Exception {
    return WorkerThread.call(this::test);
  }

  private int test() {
    final List<TestSuite> suites;
    try {
      suites = TestDiscovery.suites(folder, module());
    } catch (AuthorException refused) {
      return refuse(refused, MALFORMED);
    }
    final TestRunner runner = new TestRunner(backend.engine());
    try {
      for (TestSuite suite : suites) {
        runner.admit(suite);
      }
    } catch (AuthorException refused) {
      return refuse(refused, REFUSED);
    }
    if (suites.isEmpty()) {
      spec.commandLine().getErr().println("warning: " + folder + " holds no test files");
      spec.commandLine().getErr().flush();
    }
    final boolean color = !json && Ansi.AUTO.enabled();
    final TestReport report =
        new TestReport(spec.commandLine().getOut(), json, color, verbosity.length);
    for (TestSuite suite : suites) {
      report.begin(suite);
      if (dryRun && !json) {
        report.plan(suite);
      }
      runner.run(suite, name -> !dryRun && chosen(name), report::add);
    }
    return report.end() ? 0 : 1;
  }

  private @Nullable Path module() {
    return wasm != null && wasm.toFile().isDirectory() ? wasm.resolve("contract.wasm") : wasm;
  }

  private boolean chosen(String name) {
    return filters.isEmpty() || filters.stream().anyMatch(name::contains);
  }

  private int refuse(AuthorException refused, int otherwise) {
    final PrintWriter err = spec.commandLine().getErr();
    int code = otherwise;
    for (Problem problem : refused.problems()) {
      err.println(problem);
      code = MISSING.contains(problem.rule()) ? REFUSED : code;
    }
    err.flush();
    return code;
  }
}
