package io.tidemill.server.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.executor.host.Events;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.jsonrpc.Extension;
import io.tidemill.server.testing.DevNode;
import io.tidemill.server.testing.Http;
import io.tidemill.server.testing.TestNode;
import io.tidemill.server.testing.WaveClient;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetInfoResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Nodes that run every wave on both engines, one of which is wrong about events: they halt on the
 * first wave that shows it, say all of the difference, and go on when the engine is right again.
 */
class CheckedNodeTest {
  private static final int TRANSFERS = 8;

  private static final Logger LOG =
      (Logger) LoggerFactory.getLogger("io.tidemill.server.pipeline.Tip");

  private final ListAppender<ILoggingEvent> heard = new ListAppender<>();

  @TempDir private Path folder;

  /** What a wrong compiler does in place of {@code emit_event}. */
  public static final class WrongEvents {
    private WrongEvents() {}

    /** Takes too much fuel and emits one byte less. */
    public static int emitEvent(Instance instance, int topics, int count, int data, int length) {
      instance.charge(100_000);
      return Events.emitEvent(instance, topics, count, data, length - 1);
    }
  }

  private record WrongEngine(Engine engine) implements Engine {
    @Override
    public String name() {
      return engine.name();
    }

    @Override
    public CompiledModule compile(Module module, MeteringPlan plan, List<HostBinding> imports) {
      return engine.compile(module, plan, imports.stream().map(WrongEngine::wrong).toList());
    }

    private static HostBinding wrong(HostBinding binding) {
      return binding.name().equals("emit_event")
          ? new HostBinding(
              binding.module(), binding.name(), binding.type(), WrongEvents.class, binding.method())
          : binding;
    }
  }

  private TidemillNode start(String mode, UnaryOperator<Engine> engine) {
    final SidecarConfig config =
        TestNode.config(
            Map.of(
                Setting.DATA_DIR,
                folder.resolve("data").toString(),
                Setting.EXECUTION_MODE,
                mode,
                Setting.EXECUTION_WORKERS,
                "2"));
    return TidemillNode.start(config, ChainOpener.open(config, engine), Extension.NONE);
  }

  private static ManagedChannel channel(TidemillNode node) {
    return NettyChannelBuilder.forAddress("127.0.0.1", node.grpcPort()).usePlaintext().build();
  }

  /** Keeps the reports, which this test provokes, to itself. */
  @BeforeEach
  void listen() {
    heard.start();
    LOG.setAdditive(false);
    LOG.addAppender(heard);
  }

  @AfterEach
  void stopListening() {
    LOG.detachAppender(heard);
    LOG.setAdditive(true);
  }

  private String whole() {
    return heard.list.stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(message -> message.startsWith("the whole difference"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldHaltWithTheWholeDifferenceAndRunTheWaveSafelyAfterARestart() {
    final List<Transaction> first = new ArrayList<>(List.of(TokenWaves.deploy()));
    first.addAll(TokenWaves.transfers(1, TRANSFERS));
    final List<Transaction> second = TokenWaves.transfers(1 + TRANSFERS, TRANSFERS);
    final List<WaveClient.Answer> expected = undisturbed(first, second);
    try (TidemillNode node = start("both-engines", WrongEngine::new)) {
      final ManagedChannel channel = channel(node);
      try {
        assertHalts(channel, node, 1, first);
        assertReport(whole());
        // It stays halted, and answers reads of what it had acknowledged.
        assertThat(refusal(channel, first)).contains("two executors disagree");
        assertThat(info(channel).getHead().getWave()).isZero();
      } finally {
        channel.shutdownNow();
      }
    }
    // Nothing of the wave was kept, and the interpreter goes first (ADR 15); then it compiles
    // again.
    try (TidemillNode node = start("both-engines", WrongEngine::new)) {
      final ManagedChannel channel = channel(node);
      try {
        assertThat(info(channel).getExpectedWave()).isEqualTo(1);
        assertThat(Http.get(node.httpPort(), "/healthz").status()).isEqualTo(200);
        assertSame(DevNode.execute(channel, first), expected.getFirst());
        assertHalts(channel, node, 2, second);
      } finally {
        channel.shutdownNow();
      }
    }
    try (TidemillNode node = start("both-engines", UnaryOperator.identity())) {
      final ManagedChannel channel = channel(node);
      try {
        assertSame(DevNode.execute(channel, second), expected.getLast());
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** Both executors stand on one engine in this mode: it is wrong twice, and nobody can see it. */
  @Test
  void shouldNotSeeWhatBothExecutorsGetWrong() {
    try (TidemillNode node = start("both", WrongEngine::new)) {
      final ManagedChannel channel = channel(node);
      try {
        DevNode.execute(channel, List.of(TokenWaves.deploy()));
        DevNode.execute(channel, TokenWaves.transfers(1, 1));
        assertThat(node.health().state().ready()).isTrue();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static List<WaveClient.Answer> undisturbed(
      List<Transaction> first, List<Transaction> second) {
    try (DevNode node = new DevNode(Map.of(Setting.EXECUTION_MODE, "serial"))) {
      return List.of(DevNode.execute(node.channel, first), DevNode.execute(node.channel, second));
    }
  }

  private static void assertSame(WaveClient.Answer actual, WaveClient.Answer expected) {
    assertThat(actual.receipts()).isEqualTo(expected.receipts());
    assertThat(actual.diff()).isEqualTo(expected.diff());
    assertThat(actual.result().getSummary()).isEqualTo(expected.result().getSummary());
  }

  private static GetInfoResponse info(ManagedChannel channel) {
    return ExecutionServiceGrpc.newBlockingStub(channel)
        .getInfo(GetInfoRequest.getDefaultInstance());
  }

  private static String refusal(ManagedChannel channel, List<Transaction> transfers) {
    final StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> DevNode.execute(channel, transfers));
    assertThat(refused).as("a wave without an answer").isNotNull();
    return String.valueOf(refused.getStatus().getDescription());
  }

  private static void assertHalts(
      ManagedChannel channel, TidemillNode node, int wave, List<Transaction> transfers) {
    assertThat(refusal(channel, transfers))
        .contains("wave " + wave + ": two executors disagree")
        .contains("transaction 0 (");
    assertThat(node.health().state().ready()).isFalse();
    assertThat(Http.get(node.httpPort(), "/healthz").status()).isEqualTo(503);
    assertThat(Http.get(node.httpPort(), "/metrics").body())
        .containsPattern("(?m)^tidemill_root_divergences(_total)?(\\{.*})? 1(\\.0)?$");
  }

  /** Receipts first, with their events; then events, fuel, state and root. */
  private static void assertReport(String report) {
    final int[] places = {
      report.indexOf("transaction 0 ("),
      report.indexOf(" gas used: expected "),
      report.indexOf("event 0 data: expected "),
      report.indexOf("transaction " + TRANSFERS + " ("),
      report.indexOf("\nevents root: expected "),
      report.indexOf("\ntotals: expected "),
      report.indexOf("\nstate "),
      report.indexOf("\nroot: expected "),
      report.indexOf("\nreceipts digest: expected "),
    };
    assertThat(places).as(report).isSorted().doesNotContain(-1);
  }
}
