package io.tidemill.server.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemill version}: what is running, for a person or for a script. */
@Command(name = "version", description = "Print the version of Tidemill and of the Java runtime.")
public final class VersionCommand implements Callable<Integer> {
  /** The version of this build, the same as in the parent pom. */
  public static final String VERSION = "0.1.0";

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public VersionCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    String java = Runtime.version().toString();
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (json) {
      out.println(new Json().text("version", VERSION).text("java", java).text("system", system));
    } else {
      out.printf("tidemill %s%njava %s%n%s%n", VERSION, java, system);
    }
    return 0;
  }
}
