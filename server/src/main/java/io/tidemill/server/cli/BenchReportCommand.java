package io.tidemill.server.cli;

import io.tidemill.server.report.BenchmarkPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemill bench-report}: what the launcher's {@code bench report} runs. */
@Command(
    name = "bench-report",
    hidden = true,
    description = "Write docs/benchmarks.md and its plots from what was measured.")
public final class BenchReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--docs",
      paramLabel = "DIR",
      description = "The folder of the documentation; the default is that of this clone.")
  private Path docs = Path.of(System.getProperty("tidemill.home", "."), "docs");

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public BenchReportCommand() {}

  @Override
  public Integer call() throws IOException {
    for (Map.Entry<String, String> file : BenchmarkPage.files(docs).entrySet()) {
      Files.writeString(docs.resolve(file.getKey()), file.getValue());
      spec.commandLine().getOut().println(docs.resolve(file.getKey()));
    }
    return 0;
  }
}
