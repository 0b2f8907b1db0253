package io.tidemill.client;

import io.grpc.Channel;
import io.tidemill.v1.DeployRequest;
import io.tidemill.v1.DeployResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import io.tidemill.v1.OpenSessionRequest;
import io.tidemill.v1.OpenSessionResponse;
import io.tidemill.v1.SessionCommitRequest;
import io.tidemill.v1.SessionDropRequest;
import io.tidemill.v1.SessionExecuteRequest;
import io.tidemill.v1.SessionExecuteResponse;
import io.tidemill.v1.SimulateOptions;
import io.tidemill.v1.SimulatedWave;
import io.tidemill.v1.StateCommit;
import io.tidemill.v1.StateRef;
import io.tidemill.v1.WaveRef;
import java.util.List;
import java.util.function.Function;

/**
 * A copy of a state to work in: what is executed stays in it, and nowhere else, until it is
 * committed beside the chain. Many can be open at once. Closing drops it.
 *
 * <p>Safe for use by many threads; what they send is executed one after the other. Executing is not
 * repeated when the connection breaks, because it may have been done.
 */
public final class Session implements AutoCloseable {
  private final Channel channel;
  private final ClientOptions options;
  private final String id;
  private final WaveRef base;
  private volatile boolean ended;

  private Session(Channel channel, ClientOptions options, OpenSessionResponse opened) {
    this.channel = channel;
    this.options = options;
    this.id = opened.getSessionId();
    this.base = opened.getBase();
  }

  static Session open(Channel channel, ClientOptions options, StateRef base) {
    OpenSessionRequest request = OpenSessionRequest.newBuilder().setBase(base).build();
    return new Session(
        channel, options, options.retries().run(() -> stub(channel, options).openSession(request)));
  }

  /** Its name on the node. */
  public String id() {
    return id;
  }

  /** The state it started from. */
  public WaveRef base() {
    return base;
  }

  /** The state in it as a base for reads and simulations. */
  public StateRef state() {
    return StateRef.newBuilder().setSessionId(id).build();
  }

  /** Executes waves; each call in them has its own gas limit, and a signature or none. */
  public SessionExecuteResponse execute(List<SimulatedWave> waves, SimulateOptions with) {
    SessionExecuteRequest request =
        SessionExecuteRequest.newBuilder()
            .setSessionId(id)
            .addAllWaves(waves)
            .setOptions(with)
            .build();
    return once(stub -> stub.sessionExecute(request));
  }

  /** Deploys a module; mode and session of the request are set here. */
  public DeployResponse deploy(DeployRequest request) {
    DeployRequest inSession =
        request.toBuilder().setMode(DeployRequest.Mode.MODE_EXECUTE).setSessionId(id).build();
    return once(stub -> stub.deploy(inSession));
  }

  /** Keeps the state beside the chain, under its root, and ends the session. */
  public StateCommit commit() {
    SessionCommitRequest request = SessionCommitRequest.newBuilder().setSessionId(id).build();
    StateCommit commit = once(stub -> stub.sessionCommit(request)).getCommit();
    ended = true;
    return commit;
  }

  /** Forgets what was done in it, unless it was committed. */
  @Override
  public void close() {
    if (!ended) {
      ended = true;
      SessionDropRequest request = SessionDropRequest.newBuilder().setSessionId(id).build();
      once(stub -> stub.sessionDrop(request));
    }
  }

  private <T> T once(Function<ExecutionServiceBlockingStub, T> request) {
    return RetryPolicy.NEVER.run(() -> request.apply(stub(channel, options)));
  }

  private static ExecutionServiceBlockingStub stub(Channel channel, ClientOptions options) {
    return ExecutionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(options.callDeadline());
  }
}
