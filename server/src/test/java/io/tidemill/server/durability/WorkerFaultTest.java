package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.Fate;
import io.tidemill.client.NodeException;
import io.tidemill.client.RetryPolicy;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveListener;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.client.wavefile.WaveGenerator;
import io.tidemill.client.wavefile.WaveReplay;
import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.ParallelWaveExecutor;
import io.tidemill.executor.Rules;
import io.tidemill.executor.WorkerPool;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.chain.ChainOpener;
import io.tidemill.server.chain.DevChain;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.TestNode;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import io.tidemill.v1.WaveSummary;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker that is interrupted or dies in the middle of a wave: the client hears that the node
 * cannot know the answer, nothing of the wave is kept, and the node gives the right answer when it
 * is started again.
 */
class WorkerFaultTest {
  private static final int TRANSACTIONS = 750;

  @TempDir private Path folder;

  /** Two waves; the second one is long enough to be in the middle of. */
  private static WaveFile waves() throws IOException {
    final byte[] token = Files.readAllBytes(Path.of("../executor/contracts/token/token.wasm"));
    return new WaveGenerator(
            new WaveGenerator.Settings(
                31_337, 11, 2, TRANSACTIONS, 0, 10, 5, 5, 40, 0, token, false))
        .generate();
  }

  private static TidemillClient connect(TidemillNode node) {
    return TidemillClient.connect(
        ClientOptions.plaintext("127.0.0.1", node.grpcPort()).withRetries(RetryPolicy.NEVER));
  }

  private static WaveRequest request(WaveFile file, long number, ByteString parent) {
    return WaveReplay.request(file, file.waves().get((int) number - 1), number, parent).committed();
  }

  private TidemillNode start(String data) {
    return TidemillNode.start(
        TestNode.config(
            Map.of(
                Setting.DATA_DIR,
                folder.resolve(data).toString(),
                Setting.EXECUTION_MODE,
                "parallel",
                Setting.EXECUTION_WORKERS,
                "2")));
  }

  /** What the waves come to when nothing happens. */
  private List<WaveSummary> expected(WaveFile file) {
    final List<WaveSummary> summaries = new ArrayList<>();
    try (TidemillNode node = start("sound");
        TidemillClient client = connect(node);
        WaveStream stream = client.openWaveStream()) {
      ByteString parent = client.reader().info().getExpectedParentRoot();
      for (long number = 1; number <= 2; number++) {
        summaries.add(stream.execute(request(file, number, parent)).summary());
        parent = summaries.getLast().getRoot().getBlake3();
      }
    }
    return summaries;
  }

  /** The second wave once more, on a node that was started again. */
  private static void assertRecovers(TidemillNode node, WaveFile file, List<WaveSummary> expected) {
    try (TidemillClient client = connect(node);
        WaveStream stream = client.openWaveStream()) {
      assertThat(client.reader().info().getExpectedWave()).isEqualTo(2);
      final ByteString parent = client.reader().info().getExpectedParentRoot();
      final WaveOutcome outcome = stream.execute(request(file, 2, parent));
      assertThat(outcome.summary()).isEqualTo(expected.get(1));
    }
  }

  private static void assertFaulted(NodeException failure, TidemillNode node) {
    assertThat(failure).as("the wave has no answer").isNotNull();
    assertThat(failure.fate()).as(failure.toString()).isEqualTo(Fate.NODE);
    assertThat(node.health().state().ready()).isFalse();
  }

  @Test
  void shouldGiveNoAnswerWhenWorkersAreInterruptedAndTheSameOneAfterARestart() throws Exception {
    final WaveFile file = waves();
    final List<WaveSummary> expected = expected(file);
    final Set<Thread> others = workers();
    try (TidemillNode node = start("disturbed");
        TidemillClient client = connect(node);
        WaveStream stream = client.openWaveStream()) {
      final ByteString genesis = client.reader().info().getExpectedParentRoot();
      final WaveSummary first = stream.execute(request(file, 1, genesis)).summary();
      assertThat(first).isEqualTo(expected.getFirst());

      final Set<Thread> workers = workers();
      workers.removeAll(others);
      assertThat(workers).hasSize(2);
      final AtomicBoolean over = new AtomicBoolean();
      final WaveListener interrupting =
          new WaveListener() {
            @Override
            public void onTransactionsReceived(int nextIndex) {
              if (nextIndex == TRANSACTIONS) {
                Thread.ofVirtual()
                    .start(
                        () -> {
                          while (!over.get()) {
                            workers.forEach(Thread::interrupt);
                            Thread.yield();
                          }
                        });
              }
            }
          };
      final NodeException failure =
          catchThrowableOfType(
              NodeException.class,
              () -> stream.execute(request(file, 2, first.getRoot().getBlake3()), interrupting));
      over.set(true);
      assertFaulted(failure, node);
    }
    try (TidemillNode node = start("disturbed")) {
      assertRecovers(node, file, expected);
    }
  }

  private static Set<Thread> workers() {
    final Set<Thread> workers = new HashSet<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("tidemill-worker-")) {
        workers.add(thread);
      }
    }
    return workers;
  }

  /** Runtimes under which the worker dies that makes one of the calls. */
  private record Deadly(ContractRuntimes sound, AtomicInteger callsLeft)
      implements ContractRuntimes {
    @Override
    public ContractRuntime runtime(Rules rules, boolean reference) {
      final ContractRuntime inner = sound.runtime(rules, reference);
      return (ContractRuntime)
          Proxy.newProxyInstance(
              ContractRuntime.class.getClassLoader(),
              new Class<?>[] {ContractRuntime.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("call") && callsLeft.decrementAndGet() == 0) {
                  throw new InternalError("the worker dies");
                }
                try {
                  return method.invoke(inner, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }

    @Override
    public ContractLifecycle lifecycle(Rules rules, boolean reference) {
      return sound.lifecycle(rules, reference);
    }
  }

  @Test
  void shouldGiveNoAnswerWhenAWorkerDiesAndTheSameOneAfterARestart() throws Exception {
    final WaveFile file = waves();
    final List<WaveSummary> expected = expected(file);
    final ChicoryEngine engine = new ChicoryEngine();
    final ContractRuntimes sound = new WasmContractRuntimes(engine, engine);
    final AtomicInteger callsLeft = new AtomicInteger(Integer.MAX_VALUE);
    final Deadly deadly = new Deadly(sound, callsLeft);
    final Path data = folder.resolve("deadly");
    try (WorkerPool pool = new WorkerPool(2, WorkerPool.STACK_BYTES);
        TidemillNode node = startWith(data, deadly, pool);
        TidemillClient client = connect(node);
        WaveStream stream = client.openWaveStream()) {
      final ByteString genesis = client.reader().info().getExpectedParentRoot();
      final WaveSummary first = stream.execute(request(file, 1, genesis)).summary();
      assertThat(first).isEqualTo(expected.getFirst());
      callsLeft.set(100);
      final NodeException failure =
          catchThrowableOfType(
              NodeException.class,
              () -> stream.execute(request(file, 2, first.getRoot().getBlake3())));
      assertFaulted(failure, node);
      assertThat(node.health().detail()).contains("the worker dies");
    }
    try (WorkerPool pool = new WorkerPool(2, WorkerPool.STACK_BYTES);
        TidemillNode node = startWith(data, sound, pool)) {
      assertRecovers(node, file, expected);
    }
  }

  private static TidemillNode startWith(Path data, ContractRuntimes runtimes, WorkerPool pool)
      throws IOException {
    Files.createDirectories(data);
    final long chainId = DevChain.specification().chainId();
    final RocksStateStore store = RocksStateStore.open(data, RocksOptions.of(chainId));
    if (store.head() == null) {
      ChainOpener.seed(store, DevChain.genesis());
    }
    final ExecutorParts parts =
        new ExecutorParts(DevChain.specification(), runtimes, SignatureVerifier.TRUSTING);
    return TidemillNode.start(
        TestNode.config(Map.of()),
        new TidemillNode.Parts(
            DevChain.specification(),
            store,
            new ParallelWaveExecutor(parts, pool, System::nanoTime),
            runtimes));
  }
}
