package io.tidemill.client;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
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

/**
 * A connection to one node. Closing it ends every stream and request.
 *
 * <p>Waves go through {@link #openWaveStream} or {@link #openWavesAhead}, everything that only
 * reads through {@link #reader}.
 */
public final class TidemillClient implements AutoCloseable {
  private final ClientOptions options;
  private final Transport transport;
  private final Channel channel;
  private final NodeReader reader;

  private TidemillClient(ClientOptions options) {
    this.options = options;
    this.transport = new Transport(options);
    this.channel = transport.channel();
    this.reader = new NodeReader(channel, options);
  }

  /** A client of the node that {@code options} name; connects at the first request. */
  public static TidemillClient connect(ClientOptions options) {
    return new TidemillClient(options);
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
    transport.close();
  }

  private StateServiceGrpc.StateServiceBlockingStub state() {
    return StateServiceGrpc.newBlockingStub(channel).withDeadlineAfter(options.callDeadline());
  }

  private ExecutionServiceGrpc.ExecutionServiceBlockingStub blocking() {
    return ExecutionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(options.callDeadline());
  }
}
