package io.tidemill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A real Chromium without a window, driven over the Chrome DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private Chromium(Process process, URI page) {
    this.process = process;
    this.socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(page, new Reader()).join();
    call("Runtime.enable", JSON.createObjectNode());
    call("Log.enable", JSON.createObjectNode());
    call("Page.enable", JSON.createObjectNode());
  }

  /** The program, or null when there is none. */
  static @Nullable Path find() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(
            name ->
                Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator, -1))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  /** Starts it with an empty page; {@code profile} is a folder of its own. */
  static Chromium start(Path program, Path profile) throws IOException, InterruptedException {
    final Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--window-size=1280,1000",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("chromium.log").toFile())
            .start();
    final Path said = profile.resolve("DevToolsActivePort");
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.exists(said) && Files.size(said) > 0);
    final String port = Files.readAllLines(said, StandardCharsets.UTF_8).getFirst();
    final String pages =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json")).build(),
                BodyHandlers.ofString())
            .body();
    for (JsonNode page : JSON.readTree(pages)) {
      if (page.get("type").textValue().equals("page")) {
        return new Chromium(process, URI.create(page.get("webSocketDebuggerUrl").textValue()));
      }
    }
    process.destroy();
    throw new IOException("no page in " + pages);
  }

  private final class Reader implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          heard(JSON.readTree(text.toString()));
        } catch (IOException e) {
          complaints.add("not JSON: " + text);
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void heard(JsonNode message) {
    if (message.has("id")) {
      waiting.remove(message.get("id").intValue()).complete(message);
      return;
    }
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" -> complaints.add(message.get("params").toString());
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning").contains(message.at("/params/type").asText())) {
          complaints.add(message.get("params").toString());
        }
      }
      case "Log.entryAdded" -> {
        if (message.at("/params/entry/level").asText().equals("error")) {
          complaints.add(message.at("/params/entry").toString());
        }
      }
      default -> {
        // Nothing that a test asks about.
      }
    }
  }

  private JsonNode call(String method, ObjectNode params) {
    final int id = ids.incrementAndGet();
    final CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    final ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", params);
    socket.sendText(message.toString(), true).join();
    return answer.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** Opens an address. */
  void open(String url) {
    call("Page.navigate", JSON.createObjectNode().put("url", url));
  }

  /** The value of an expression, which may be a promise. */
  JsonNode evaluate(String expression) {
    final JsonNode answer =
        call(
            "Runtime.evaluate",
            JSON.createObjectNode()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("returnByValue", true));
    if (answer.at("/result/exceptionDetails").isObject()) {
      throw new AssertionError(expression + ": " + answer);
    }
    return answer.at("/result/result/value");
  }

  /** Waits until the text of what {@code selector} finds contains {@code text}. */
  void await(String selector, String text) {
    final String expression =
        "[...document.querySelectorAll("
            + JSON.getNodeFactory().textNode(selector)
            + ")].map(e => e.textContent).join('\\n')";
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .failFast(() -> !process.isAlive())
        .untilAsserted(
            () ->
                org.assertj.core.api.Assertions.assertThat(evaluate(expression).asText())
                    .contains(text));
  }

  /** Makes the window as large as this, in CSS pixels. */
  void resize(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        JSON.createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", width < 600));
  }

  /** Lets the page see that its reader prefers {@code dark} or {@code light}. */
  void prefer(String scheme) {
    final ObjectNode params = JSON.createObjectNode();
    params
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", scheme);
    call("Emulation.setEmulatedMedia", params);
  }

  /** A picture of the whole page. */
  byte[] screenshot() {
    final JsonNode size =
        call("Page.getLayoutMetrics", JSON.createObjectNode()).at("/result/cssContentSize");
    final ObjectNode params = JSON.createObjectNode().put("captureBeyondViewport", true);
    params
        .putObject("clip")
        .put("x", 0)
        .put("y", 0)
        .put("width", size.path("width").asInt())
        .put("height", Math.min(4_000, size.path("height").asInt()))
        .put("scale", 1);
    return Base64.getDecoder()
        .decode(call("Page.captureScreenshot", params).at("/result/data").asText());
  }

  /** Errors of scripts, of the console, of the network and of the content policy. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
