package io.tidemill.server.cli;

import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.ConfigReader;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.jsonrpc.Extension;
import io.tidemill.server.observe.Logs;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code tidemill node}: runs a node until it is told to stop. When every listener is open it says
 * so in one line on standard output; with {@code --json} that line is one JSON object with the
 * ports, so that whoever started it on port 0 finds it.
 */
@Command(name = "node", description = "Run a node until it is told to stop (SIGTERM or Ctrl-C).")
public final class NodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file with settings; without it, the variable TIDEMILL_CONFIG.")
  private @Nullable Path file;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Folder of the state, the same as --set data.dir=DIR.")
  private @Nullable String dataDir;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      description = "gRPC for the consensus client; 0 takes a free port.")
  private @Nullable Integer grpcPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "JSON-RPC over HTTP; 0 takes a free port, -1 is none.")
  private @Nullable Integer httpPort;

  @Option(
      names = "--health-port",
      paramLabel = "PORT",
      description = "gRPC health on its own port; 0 takes a free port, -1 is none.")
  private @Nullable Integer healthPort;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any setting of the configuration, for example simulate.workers=2.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--explorer", description = "Serve the explorer page at /ui of the HTTP port.")
  private boolean explorer;

  @Option(names = "--json", description = "Say that it is ready as one JSON object.")
  private boolean json;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public NodeCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    SidecarConfig config = config();
    Logs.apply(config.observe().jsonLog(), config.observe().logLevel());
    TidemillNode node = TidemillNode.start(config, explorer ? Extension.EXPLORER : Extension.NONE);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  node.close();
                  stopped.countDown();
                },
                "stop"));
    ready(node, spec.commandLine().getOut());
    stopped.await();
    return 0;
  }

  private void ready(TidemillNode node, PrintWriter out) {
    if (json) {
      out.printf(
          "{\"ready\":true,\"grpc_port\":%d,\"health_port\":%d,\"http_port\":%d,\"pid\":%d}%n",
          node.grpcPort(), node.healthPort(), node.httpPort(), ProcessHandle.current().pid());
    } else {
      out.printf(
          "ready: grpc port %d, health port %d, http port %d%n",
          node.grpcPort(), node.healthPort(), node.httpPort());
    }
    out.flush();
  }

  private SidecarConfig config() {
    Map<String, String> flags = new LinkedHashMap<>(settings);
    put(flags, Setting.DATA_DIR, dataDir);
    put(flags, Setting.GRPC_PORT, grpcPort);
    put(flags, Setting.HTTP_PORT, httpPort);
    put(flags, Setting.HEALTH_PORT, healthPort);
    String variable = System.getenv("TIDEMILL_CONFIG");
    Path path = file != null || variable == null ? file : Path.of(variable);
    try {
      return ConfigReader.read(path, System.getenv(), flags).config();
    } catch (ConfigException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static void put(Map<String, String> flags, Setting setting, @Nullable Object value) {
    if (value != null) {
      flags.put(setting.key(), value.toString());
    }
  }
}
