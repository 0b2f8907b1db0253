package io.tidemill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.ReceiptCodec;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.config.SidecarConfig.Limits;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.CommitFeed;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.simulate.Simulation;
import io.tidemill.server.simulate.Simulator;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.server.wire.Fields;
import io.tidemill.server.wire.InfoCodec;
import io.tidemill.server.wire.SimulateCodec;
import io.tidemill.server.wire.StateCodec;
import io.tidemill.server.wire.StatusMapper;
import io.tidemill.server.wire.WaveCodec;
import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.Snapshot;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.CommitWaveResponse;
import io.tidemill.v1.DeployRequest;
import io.tidemill.v1.DeployResponse;
import io.tidemill.v1.ExecuteWaveRequest;
import io.tidemill.v1.ExecuteWaveResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.GetReceiptRequest;
import io.tidemill.v1.GetReceiptResponse;
import io.tidemill.v1.GetWaveRequest;
import io.tidemill.v1.GetWaveResponse;
import io.tidemill.v1.OpenSessionRequest;
import io.tidemill.v1.OpenSessionResponse;
import io.tidemill.v1.ResolveNameRequest;
import io.tidemill.v1.ResolveNameResponse;
import io.tidemill.v1.RollbackWaveRequest;
import io.tidemill.v1.RollbackWaveResponse;
import io.tidemill.v1.SessionCommitRequest;
import io.tidemill.v1.SessionCommitResponse;
import io.tidemill.v1.SessionDropRequest;
import io.tidemill.v1.SessionDropResponse;
import io.tidemill.v1.SessionExecuteRequest;
import io.tidemill.v1.SessionExecuteResponse;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulateResponse;
import io.tidemill.v1.SubscribeWavesRequest;
import io.tidemill.v1.SubscribeWavesResponse;
import io.tidemill.v1.TraceTransactionRequest;
import io.tidemill.v1.TraceTransactionResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** ExecutionService: waves, receipts and names. */
public final class ExecutionEndpoint extends ExecutionServiceGrpc.ExecutionServiceImplBase {
  /** What a client is told to wait when no further stream may be open. */
  private static final long RETRY_MILLIS = 500;

  private final WavePipeline pipeline;
  private final ChainReader reader;
  private final Simulator simulator;
  private final SessionCalls sessions;
  private final CommitFeed feed;
  private final WaveCodec codec;
  private final InfoCodec info;
  private final NodeHealth health;
  private final Limits limits;
  private final Executor executor;
  private final Unary unary;
  private final Set<WaveStream> streams = ConcurrentHashMap.newKeySet();

  /** The service over a running pipeline; {@code executor} runs what a stream has to send. */
  public ExecutionEndpoint(
      WavePipeline pipeline,
      ChainReader reader,
      Simulator simulator,
      SessionCalls sessions,
      CommitFeed feed,
      WaveCodec codec,
      InfoCodec info,
      NodeHealth health,
      Limits limits,
      Telemetry telemetry,
      Executor executor) {
    this.pipeline = pipeline;
    this.reader = reader;
    this.simulator = simulator;
    this.sessions = sessions;
    this.feed = feed;
    this.codec = codec;
    this.info = info;
    this.health = health;
    this.limits = limits;
    this.executor = executor;
    this.unary = new Unary(telemetry);
    telemetry.gauge(MetricCatalogue.STREAMS, streams::size);
    telemetry.gauge(MetricCatalogue.FOLLOWERS, feed::size);
    health.watch(this::healthChanged);
  }

  private void healthChanged(NodeHealth.Report report) {
    if (report.state() == NodeHealth.State.DRAINING) {
      streams.forEach(stream -> stream.endWith(Refusal.of(Reason.NODE_DRAINING)));
      feed.drain();
    }
  }

  @Override
  public void getInfo(GetInfoRequest request, StreamObserver<GetInfoResponse> call) {
    unary.answer(
        "GetInfo",
        call,
        () -> info.info(pipeline.position(), health.report(), reader.store().oldestWave()));
  }

  @Override
  public StreamObserver<ExecuteWaveRequest> executeWave(StreamObserver<ExecuteWaveResponse> call) {
    final WaveStream stream = admit((ServerCallStreamObserver<ExecuteWaveResponse>) call);
    if (stream == null) {
      call.onError(
          StatusMapper.status(
              Refusal.full(Limit.WAVE_STREAMS, NodeFacts.MAX_WAVE_STREAMS, RETRY_MILLIS)));
      return Ignored.frames();
    }
    stream.open();
    return stream;
  }

  /** A stream of its own for {@code call}, or null when there are too many. */
  private synchronized @Nullable WaveStream admit(
      ServerCallStreamObserver<ExecuteWaveResponse> call) {
    if (streams.size() >= NodeFacts.MAX_WAVE_STREAMS) {
      return null;
    }
    final WaveStream stream =
        new WaveStream(pipeline, codec, limits, call, executor, streams::remove);
    streams.add(stream);
    return stream;
  }

  @Override
  public void commitWave(CommitWaveRequest request, StreamObserver<CommitWaveResponse> call) {
    unary.answer(
        "CommitWave",
        call,
        () ->
            CommitWaveResponse.newBuilder()
                .setHead(
                    AnswerCodec.ref(
                        pipeline
                            .commit(request.getWave(), Fields.hash(request.getRoot(), "root"))
                            .join()))
                .build());
  }

  @Override
  public void rollbackWave(RollbackWaveRequest request, StreamObserver<RollbackWaveResponse> call) {
    unary.answer(
        "RollbackWave",
        call,
        () -> {
          final WavePipeline.Rollback rollback = pipeline.rollback(request.getToWave()).join();
          return RollbackWaveResponse.newBuilder()
              .setHead(AnswerCodec.ref(rollback.head()))
              .setDiscardedPending(rollback.discardedPending())
              .setUndoneWaves(rollback.undoneWaves())
              .build();
        });
  }

  @Override
  public void simulate(SimulateRequest request, StreamObserver<SimulateResponse> call) {
    unary.answer(
        "Simulate",
        call,
        () -> SimulateCodec.response(simulator.simulate(SimulateCodec.simulation(request))));
  }

  @Override
  public void traceTransaction(
      TraceTransactionRequest request, StreamObserver<TraceTransactionResponse> call) {
    unary.answer(
        "TraceTransaction",
        call,
        () -> {
          final ReceiptLocation at =
              switch (request.getKeyCase()) {
                case TRANSACTION_HASH ->
                    reader.requireTransaction(
                        Fields.hash(request.getTransactionHash(), "transaction_hash"));
                case POSITION ->
                    new ReceiptLocation(
                        request.getPosition().getWave(),
                        request.getPosition().getTransactionIndex());
                case KEY_NOT_SET -> throw Refusal.field("key", "is missing");
              };
          return TraceTransactionResponse.newBuilder()
              .setResult(
                  SimulateCodec.call(
                      simulator.trace(
                          at.wave(), at.index(), Simulation.Options.trace(request.getTraceText()))))
              .build();
        });
  }

  @Override
  public void openSession(OpenSessionRequest request, StreamObserver<OpenSessionResponse> call) {
    unary.answer("OpenSession", call, () -> sessions.open(request));
  }

  @Override
  public void sessionExecute(
      SessionExecuteRequest request, StreamObserver<SessionExecuteResponse> call) {
    unary.answer("SessionExecute", call, () -> sessions.execute(request));
  }

  @Override
  public void sessionCommit(
      SessionCommitRequest request, StreamObserver<SessionCommitResponse> call) {
    unary.answer("SessionCommit", call, () -> sessions.commit(request));
  }

  @Override
  public void sessionDrop(SessionDropRequest request, StreamObserver<SessionDropResponse> call) {
    unary.answer("SessionDrop", call, () -> sessions.drop(request));
  }

  @Override
  public void deploy(DeployRequest request, StreamObserver<DeployResponse> call) {
    unary.answer("Deploy", call, () -> sessions.deploy(request));
  }

  @Override
  public void getReceipt(GetReceiptRequest request, StreamObserver<GetReceiptResponse> call) {
    unary.answer("GetReceipt", call, () -> receipt(request));
  }

  private GetReceiptResponse receipt(GetReceiptRequest request) {
    final String key;
    final byte[] stored;
    switch (request.getKeyCase()) {
      case TRANSACTION_HASH -> {
        final var hash = Fields.hash(request.getTransactionHash(), "transaction_hash");
        key = hash.toHex();
        stored = reader.store().receiptByHash(hash);
      }
      case POSITION -> {
        final var at = request.getPosition();
        key = Long.toUnsignedString(at.getWave()) + "/" + at.getTransactionIndex();
        stored =
            reader.store().receipt(new ReceiptLocation(at.getWave(), at.getTransactionIndex()));
      }
      default -> throw Refusal.field("key", "is missing");
    }
    if (stored == null) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "receipt", "key", key);
    }
    final Receipt receipt = ReceiptCodec.decode(stored);
    return GetReceiptResponse.newBuilder()
        .setReceipt(AnswerCodec.receipt(receipt))
        .setBorsh(Fields.wrap(stored))
        .build();
  }

  @Override
  public void getWave(GetWaveRequest request, StreamObserver<GetWaveResponse> call) {
    unary.answer("GetWave", call, () -> wave(request));
  }

  private GetWaveResponse wave(GetWaveRequest request) {
    final long wave = request.hasWave() ? request.getWave() : pipeline.position().head().wave();
    final WaveAnswer answer = pipeline.answerOf(wave);
    if (answer == null) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "wave", "key", Long.toUnsignedString(wave));
    }
    final int from = Pages.index(request.getPageToken());
    final int end =
        (int) Math.min(answer.receipts().size(), (long) from + Pages.size(request.getPageSize()));
    final GetWaveResponse.Builder builder =
        GetWaveResponse.newBuilder().setSummary(AnswerCodec.summary(answer));
    int bytes = 0;
    int at = from;
    // A page also ends before the message grows too large for a client's default limit.
    while (at < end && bytes < Pages.BYTES) {
      final Receipt receipt = answer.receipts().get(at++);
      bytes += AnswerCodec.estimate(receipt);
      builder.addReceipts(AnswerCodec.receipt(receipt));
    }
    if (request.getPageSize() > 0 && at < answer.receipts().size()) {
      builder.setNextPageToken(Integer.toString(at));
    }
    return builder.build();
  }

  @Override
  public void resolveName(ResolveNameRequest request, StreamObserver<ResolveNameResponse> call) {
    unary.answer("ResolveName", call, () -> resolve(request));
  }

  private ResolveNameResponse resolve(ResolveNameRequest request) {
    try (Snapshot state = reader.open(StateCodec.base(request.getBase()))) {
      final Address address;
      final String name;
      switch (request.getQueryCase()) {
        case NAME -> {
          name = request.getName();
          address = ChainReader.requireName(state, name);
        }
        case ADDRESS -> {
          address = Fields.address(request.getAddress(), "address");
          name = ChainReader.nameOf(state, address);
          if (name == null) {
            throw Refusal.of(Reason.NOT_FOUND, "what", "name of", "key", address);
          }
        }
        default -> throw Refusal.field("query", "is missing");
      }
      return ResolveNameResponse.newBuilder()
          .setName(name)
          .setAddress(Fields.bytes(address))
          .setBase(StateCodec.ref(state))
          .build();
    }
  }

  @Override
  public void subscribeWaves(
      SubscribeWavesRequest request, StreamObserver<SubscribeWavesResponse> call) {
    new WaveFollower(
            pipeline,
            reader.store(),
            feed,
            request,
            (ServerCallStreamObserver<SubscribeWavesResponse>) call,
            executor)
        .open();
  }
}
