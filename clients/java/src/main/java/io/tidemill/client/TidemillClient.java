package io.tidemill.client;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.tidemill.v1.CommitWaveRequest;
import io.tidemill.v1.DeleteCommitRequest;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.ListCommitsRequest;
import io.tidemill.v1.ListCommitsResponse;
import io.tidemill.v1.RollbackWaveRequest;
import io.tidemill.v1.RollbackWaveResponse;
import io.tidemill.v1.StateCommit;
import io.tidemill.v1.StateRef;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.WaveRef;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A connection to one node. Closing it ends every stream and request.
 *
 * <p>Waves go through {@link #openWaveStream} or {@link #openWavesAhead}, everything that only
 * reads through {@link #reader}.
 */
public final class TidemillClient implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  private final ClientOptions options;
  private final ManagedChannel connection;
  private final Channel channel;
  private final NodeReader reader;

  private TidemillClient(ClientOptions options, ManagedChannel connection) {
    this.options = options;
    this.connection = connection;
    this.channel = authenticated(options, eager(connection));
    this.reader = new NodeReader(channel, options);
  }

  /** A client of the node that {@code options} name; connects at the first request. */
  public static TidemillClient connect(ClientOptions options) {
    ManagedChannel connection =
        NettyChannelBuilder.forAddress(options.host(), options.port())
            .usePlaintext()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .build();
    return new TidemillClient(options, connection);
  }

  /** Requests that change nothing, repeated when the node is busy or away. */
  public NodeReader reader() {
    return reader;
  }

  /** Opens a stream for waves; one at a time per node is useful. */
  public WaveStream openWaveStream() {
    return new WaveStream(channel, reader, options);
  }

  /**
   * Opens a stream for waves that are sent without waiting for the answers of those before.
   *
   * @throws NodeException if the node cannot be asked how many it takes
   */
  public WavesAhead openWavesAhead() {
    return new WavesAhead(channel, reader, options);
  }

  /**
   * Makes the pending wave durable. Safe to repeat: committing the newest committed wave again
   * succeeds.
   *
   * @return the newest durable wave
   */
  public WaveRef commit(WaveOutcome outcome) {
    return commit(outcome.summary().getWave(), outcome.root());
  }

  /** Makes the pending wave durable, by its number and Blake3 root. */
  public WaveRef commit(long wave, ByteString root) {
    CommitWaveRequest request = CommitWaveRequest.newBuilder().setWave(wave).setRoot(root).build();
    return options.retries().run(() -> blocking().commitWave(request).getHead());
  }

  /** Discards the pending wave or undoes committed ones, until {@code toWave} is the head. */
  public RollbackWaveResponse rollback(long toWave) {
    RollbackWaveRequest request = RollbackWaveRequest.newBuilder().setToWave(toWave).build();
    return options.retries().run(() -> blocking().rollbackWave(request));
  }

  /** Exports of the whole state. */
  public StateSnapshots snapshots() {
    return new StateSnapshots(channel, options);
  }

  /** Opens a session on any retained wave or kept state; an empty reference is the newest wave. */
  public Session openSession(StateRef base) {
    return Session.open(channel, options, base);
  }

  /** The states that sessions kept, oldest first. */
  public List<StateCommit> commits() {
    List<StateCommit> commits = new ArrayList<>();
    String token = "";
    do {
      ListCommitsRequest request = ListCommitsRequest.newBuilder().setPageToken(token).build();
      ListCommitsResponse page = options.retries().run(() -> state().listCommits(request));
      commits.addAll(page.getCommitsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return commits;
  }

  /**
   * Forgets a kept state by its Blake3 root; sessions that started from it go on.
   *
   * @return whether there was one
   */
  public boolean deleteCommit(ByteString root) {
    DeleteCommitRequest request = DeleteCommitRequest.newBuilder().setRoot(root).build();
    return options.retries().run(() -> state().deleteCommit(request).getDeleted());
  }

  /** The channel, for methods of the protocol that have no shorter way here. */
  public Channel channel() {
    return channel;
  }

  @Override
  public void close() {
    connection.shutdownNow();
    try {
      if (!connection.awaitTermination(5, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the connection did not end within 5 seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private StateServiceGrpc.StateServiceBlockingStub state() {
    return StateServiceGrpc.newBlockingStub(channel).withDeadlineAfter(options.callDeadline());
  }

  private ExecutionServiceGrpc.ExecutionServiceBlockingStub blocking() {
    return ExecutionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(options.callDeadline());
  }

  /** A channel that connects at once when it is asked: how long to wait is the retry policy's. */
  private static Channel eager(ManagedChannel connection) {
    return ClientInterceptors.intercept(
        connection,
        new ClientInterceptor() {
          @Override
          public <Q, A> ClientCall<Q, A> interceptCall(
              MethodDescriptor<Q, A> method, CallOptions callOptions, Channel next) {
            if (connection.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
              connection.resetConnectBackoff();
            }
            return next.newCall(method, callOptions);
          }
        });
  }

  private static Channel authenticated(ClientOptions options, Channel connection) {
    if (options.token() == null) {
      return connection;
    }
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + options.token());
    return ClientInterceptors.intercept(
        connection, MetadataUtils.newAttachHeadersInterceptor(headers));
  }
}
