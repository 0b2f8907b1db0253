package io.tidemill.server.testing;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.Rules;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.config.Setting;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.jsonrpc.Extension;
import io.tidemill.state.Proposal;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateStore;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.TransactionChunk;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveEnd;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A node with real listeners on free ports, a store on the heap and a fake executor. */
public final class TestNode implements AutoCloseable {
  /** The rules of every test. */
  public static final ChainSpecification CHAIN =
      ChainSpecification.always(Rules.of(31_337, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED));

  public final FakeExecutor executor = new FakeExecutor();
  public final StateStore store;
  public final TidemillNode node;
  public final ManagedChannel channel;

  public TestNode() {
    this(Map.of());
  }

  public TestNode(Map<Setting, String> settings) {
    this(settings, Extension.NONE);
  }

  /** A node whose store is what {@code around} makes of one on the heap. */
  public TestNode(Map<Setting, String> settings, UnaryOperator<StateStore> around) {
    this(settings, around, Extension.NONE);
  }

  public TestNode(Map<Setting, String> settings, Extension extension) {
    this(settings, UnaryOperator.identity(), extension);
  }

  private TestNode(
      Map<Setting, String> settings, UnaryOperator<StateStore> around, Extension extension) {
    store = around.apply(withGenesis(MemoryStateStore.create()));
    node =
        TidemillNode.start(
            config(settings),
            new TidemillNode.Parts(CHAIN, store, executor, runtimes()),
            extension);
    channel = channel();
  }

  /** The configuration of a test: loopback, free ports, and no files unless it names a folder. */
  public static SidecarConfig config(Map<Setting, String> settings) {
    final Map<Setting, String> values = new EnumMap<>(Setting.class);
    values.put(Setting.GRPC_PORT, "0");
    values.put(Setting.HEALTH_PORT, "0");
    values.put(Setting.HTTP_PORT, "0");
    values.put(Setting.SHUTDOWN_GRACE, "1s");
    values.put(Setting.DATA_STORE, settings.containsKey(Setting.DATA_DIR) ? "rocks" : "memory");
    values.putAll(settings);
    return SidecarConfig.with(values);
  }

  /** {@code store} with an empty genesis. */
  public static StateStore withGenesis(StateStore store) {
    final Proposal genesis = store.propose(StateDelta.EMPTY);
    genesis.commit(new WaveArtifacts(new byte[0], Hash32.ZERO, List.of(), List.of(), List.of()));
    return store;
  }

  /** Runtimes on the reference interpreter. */
  private static ContractRuntimes runtimes() {
    final ChicoryEngine engine = new ChicoryEngine();
    return new WasmContractRuntimes(engine, engine);
  }

  /** One more connection. */
  public ManagedChannel channel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", node.grpcPort()).usePlaintext().build();
  }

  public ExecutionServiceGrpc.ExecutionServiceBlockingStub execution() {
    return ExecutionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  public StateServiceGrpc.StateServiceBlockingStub state() {
    return StateServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  /** A wave stream. */
  public WaveClient stream() {
    return new WaveClient(channel);
  }

  /** Executes a wave on the expected parent and waits for its result. */
  public WaveClient.Answer execute(long wave, String... transactions) {
    try (WaveClient client = stream()) {
      client.sendAll(frames(wave, parent(), false, transactions));
      return client.awaitResult();
    }
  }

  /** The root the node expects as the parent of the next wave. */
  public ByteString parent() {
    return execution()
        .getInfo(io.tidemill.v1.GetInfoRequest.getDefaultInstance())
        .getExpectedParentRoot();
  }

  /** Header, one chunk, end. */
  public static List<ExecuteWaveRequest> frames(
      long wave, ByteString parent, boolean commit, String... transactions) {
    final List<ExecuteWaveRequest> frames = new ArrayList<>();
    frames.add(header(wave, parent));
    frames.add(chunk(0, transactions));
    frames.add(end(transactions.length, commit));
    return frames;
  }

  public static ExecuteWaveRequest header(long wave, ByteString parent) {
    return ExecuteWaveRequest.newBuilder()
        .setHeader(
            WaveHeader.newBuilder()
                .setWave(wave)
                .setParentRoot(parent)
                .setWantStateDiff(true)
                .setContext(
                    WaveContext.newBuilder()
                        .setTimestamp(1_700_000_000L + wave)
                        .setChainId(31_337)))
        .build();
  }

  public static ExecuteWaveRequest chunk(int first, String... transactions) {
    final TransactionChunk.Builder chunk = TransactionChunk.newBuilder().setFirstIndex(first);
    for (String transaction : transactions) {
      chunk.addTransactions(
          WaveTransaction.newBuilder()
              .setTransaction(ByteString.copyFrom(transaction, StandardCharsets.UTF_8)));
    }
    return ExecuteWaveRequest.newBuilder().setTransactions(chunk).build();
  }

  public static ExecuteWaveRequest end(int count, boolean commit) {
    return ExecuteWaveRequest.newBuilder()
        .setEnd(WaveEnd.newBuilder().setTransactionCount(count).setCommit(commit))
        .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    node.close();
  }
}
