package io.tidemill.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.ConfigReader;
import io.tidemill.server.config.Setting;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemill config}: checks the configuration and shows what is in force. */
@Command(
    name = "config",
    description = "Check the configuration, or print what is in force and where it was set.",
    subcommands = {ConfigCommand.Check.class, ConfigCommand.Print.class})
public final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public ConfigCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command: check or print");
  }

  /** Where the configuration comes from. */
  static final class Sources {
    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "YAML file; without it, the variable TIDEMILL_CONFIG.")
    private @Nullable Path file;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "A setting, for example simulate.workers=2.")
    private Map<String, String> settings = new LinkedHashMap<>();

    ConfigReader read() {
      final String variable = System.getenv("TIDEMILL_CONFIG");
      return ConfigReader.read(
          file != null || variable == null ? file : Path.of(variable), System.getenv(), settings);
    }
  }

  /** {@code tidemill config check}. */
  @Command(name = "check", description = "Exit 0 when the configuration is usable, 1 when not.")
  static final class Check implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @picocli.CommandLine.Mixin private Sources sources = new Sources();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin private HelpOption help;

    @Override
    public Integer call() {
      String problem = "";
      try {
        sources.read().config();
      } catch (ConfigException e) {
        problem = String.valueOf(e.getMessage());
        spec.commandLine().getErr().println(problem);
      }
      final boolean usable = problem.isEmpty();
      if (json) {
        spec.commandLine().getOut().println(new Json().flag("ok", usable).text("problem", problem));
      } else if (usable) {
        spec.commandLine().getOut().println("the configuration is usable");
      }
      return usable ? 0 : 1;
    }
  }

  /** {@code tidemill config print}. */
  @Command(name = "print", description = "Print every setting, its value and where it was set.")
  static final class Print implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @picocli.CommandLine.Mixin private Sources sources = new Sources();

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Mixin private HelpOption help;

    @Override
    public Integer call() {
      final ConfigReader reader;
      try {
        reader = sources.read();
        reader.config();
      } catch (ConfigException e) {
        spec.commandLine().getErr().println(e.getMessage());
        return 1;
      }
      final PrintWriter out = spec.commandLine().getOut();
      final ObjectNode object = JsonNodeFactory.instance.objectNode();
      for (Setting setting : Setting.values()) {
        final ConfigReader.Given given = reader.effective(setting);
        object.putObject(setting.key()).put("value", given.value()).put("source", given.source());
        if (!json) {
          out.printf("%-28s %-24s # %s%n", setting.key(), given.value(), given.source());
        }
      }
      if (json) {
        out.println(object);
      }
      return 0;
    }
  }
}
