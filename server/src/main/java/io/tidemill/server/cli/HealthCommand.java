package io.tidemill.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemill health}: asks a running node whether it is ready, where there is no curl. */
@Command(
    name = "health",
    description = "Ask a running node over HTTP whether it is ready. Exit 0 if it is, 1 if not.")
public final class HealthCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Spec private CommandSpec spec;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:9933",
      description = "The HTTP port of the node; the default is ${DEFAULT-VALUE}.")
  private String url;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Mixin private HelpOption help;

  /** Created by the command line. */
  public HealthCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    final HttpRequest request;
    try {
      request =
          HttpRequest.newBuilder(URI.create(url.replaceAll("/$", "") + "/readyz"))
              .timeout(PATIENCE)
              .build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--url " + url + " is not an address: " + e.getMessage(), e);
    }
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      final HttpResponse<String> answer =
          client.send(request, HttpResponse.BodyHandlers.ofString());
      final JsonNode report = new ObjectMapper().readTree(answer.body());
      final boolean ready = answer.statusCode() == 200;
      say(ready, report.path("state").asText("unknown"), report.path("detail").asText(""));
      return ready ? 0 : 1;
    } catch (IOException e) {
      final String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      say(false, "unreachable", "no answer from " + url + ": " + reason);
      return 1;
    }
  }

  private void say(boolean ready, String state, String detail) {
    final PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new Json().flag("ready", ready).text("state", state).text("detail", detail));
    } else {
      out.println(detail.isEmpty() ? state : state + ": " + detail);
    }
    out.flush();
  }
}
