package io.tidemill.client;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.tidemill.client.tx.Address;
import io.tidemill.v1.DeployRequest;
import io.tidemill.v1.DeployResponse;
import io.tidemill.v1.ExecutionServiceGrpc;
import io.tidemill.v1.ExecutionServiceGrpc.ExecutionServiceBlockingStub;
import io.tidemill.v1.GetAccountRequest;
import io.tidemill.v1.GetAccountResponse;
import io.tidemill.v1.GetCodeRequest;
import io.tidemill.v1.GetCodeResponse;
import io.tidemill.v1.GetInfoRequest;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.GetProofResponse;
import io.tidemill.v1.GetReceiptRequest;
import io.tidemill.v1.GetReceiptResponse;
import io.tidemill.v1.GetStorageRequest;
import io.tidemill.v1.GetStorageResponse;
import io.tidemill.v1.GetWaveRequest;
import io.tidemill.v1.GetWaveResponse;
import io.tidemill.v1.QueryEventsRequest;
import io.tidemill.v1.QueryEventsResponse;
import io.tidemill.v1.ResolveNameRequest;
import io.tidemill.v1.SimulateRequest;
import io.tidemill.v1.SimulateResponse;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.StateServiceGrpc.StateServiceBlockingStub;
import java.util.Map;
import java.util.function.Function;

/**
 * Requests that change nothing. Each has a deadline and is repeated when the node is busy or away;
 * what fails for good is a {@link NodeException}.
 */
public final class NodeReader {
  private final Channel channel;
  private final ClientOptions options;

  NodeReader(Channel channel, ClientOptions options) {
    this.channel = channel;
    this.options = options;
  }

  /** The handshake: what the node is, where it stands, what it accepts. */
  public GetInfoResponse info() {
    return execution(stub -> stub.getInfo(GetInfoRequest.getDefaultInstance()));
  }

  /**
   * After a broken stream, the handshake says whether sending {@code wave} again makes sense.
   *
   * @throws NodeException if the node lost the waves before it
   */
  void checkStillWanted(long wave) {
    GetInfoResponse info = info();
    if (Long.compareUnsigned(wave, info.getExpectedWave()) > 0) {
      throw new NodeException(
          "the node lost waves: it expects wave " + info.getExpectedWave() + ", not " + wave,
          "WAVE_GAP",
          Fate.CALLER,
          Status.Code.OUT_OF_RANGE,
          Map.of("expected_wave", Long.toString(info.getExpectedWave())),
          null);
    }
  }

  /** The receipt of a committed transaction by its hash, 32 bytes. */
  public GetReceiptResponse receipt(byte[] transactionHash) {
    GetReceiptRequest request =
        GetReceiptRequest.newBuilder()
            .setTransactionHash(ByteString.copyFrom(transactionHash))
            .build();
    return execution(stub -> stub.getReceipt(request));
  }

  /** A retained wave without its receipts. */
  public GetWaveResponse wave(long wave) {
    return wave(GetWaveRequest.newBuilder().setWave(wave).build());
  }

  /** A retained wave with a page of its receipts. */
  public GetWaveResponse wave(GetWaveRequest request) {
    return execution(stub -> stub.getWave(request));
  }

  /** The address that {@code name} is registered for. */
  public Address resolve(String name) {
    ResolveNameRequest request = ResolveNameRequest.newBuilder().setName(name).build();
    return new Address(execution(stub -> stub.resolveName(request)).getAddress());
  }

  /** Executes on a retained state and forgets. */
  public SimulateResponse simulate(SimulateRequest request) {
    return execution(stub -> stub.simulate(request));
  }

  /** Checks a module, or prepares its deploy transaction. */
  public DeployResponse checkDeploy(DeployRequest request) {
    return execution(stub -> stub.deploy(request));
  }

  /** An account in the newest committed state. */
  public GetAccountResponse account(Address address) {
    return account(GetAccountRequest.newBuilder().setAddress(address.raw()).build());
  }

  /** An account in any retained state, with a proof if asked for. */
  public GetAccountResponse account(GetAccountRequest request) {
    return state(stub -> stub.getAccount(request));
  }

  /** Slots of a contract. */
  public GetStorageResponse storage(GetStorageRequest request) {
    return state(stub -> stub.getStorage(request));
  }

  /** A module. */
  public GetCodeResponse code(GetCodeRequest request) {
    return state(stub -> stub.getCode(request));
  }

  /** Proofs of keys, of a receipt or of an event. */
  public GetProofResponse proof(GetProofRequest request) {
    return state(stub -> stub.getProof(request));
  }

  /** A page of events. */
  public QueryEventsResponse events(QueryEventsRequest request) {
    return state(stub -> stub.queryEvents(request));
  }

  private <T> T execution(Function<ExecutionServiceBlockingStub, T> request) {
    return options
        .retries()
        .run(
            () ->
                request.apply(
                    ExecutionServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(options.callDeadline())));
  }

  private <T> T state(Function<StateServiceBlockingStub, T> request) {
    return options
        .retries()
        .run(
            () ->
                request.apply(
                    StateServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(options.callDeadline())));
  }
}
