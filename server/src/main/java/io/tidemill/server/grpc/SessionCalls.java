package io.tidemill.server.grpc;

import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.simulate.Deployer;
import io.tidemill.server.simulate.Sessions;
import io.tidemill.server.simulate.Simulated;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.server.wire.Fields;
import io.tidemill.server.wire.SimulateCodec;
import io.tidemill.server.wire.StateCodec;
import io.tidemill.v1.DeployRequest;
import io.tidemill.v1.DeployResponse;
import io.tidemill.v1.DeployViolation;
import io.tidemill.v1.OpenSessionRequest;
import io.tidemill.v1.OpenSessionResponse;
import io.tidemill.v1.SessionCommitRequest;
import io.tidemill.v1.SessionCommitResponse;
import io.tidemill.v1.SessionDropRequest;
import io.tidemill.v1.SessionDropResponse;
import io.tidemill.v1.SessionExecuteRequest;
import io.tidemill.v1.SessionExecuteResponse;
import java.time.Duration;

/** Sessions and deploys, between messages and values. */
public final class SessionCalls {
  private final Sessions sessions;
  private final Deployer deployer;

  public SessionCalls(Sessions sessions, Deployer deployer) {
    this.sessions = sessions;
    this.deployer = deployer;
  }

  OpenSessionResponse open(OpenSessionRequest request) {
    final Sessions.Opened opened =
        sessions.open(
            StateCodec.base(request.getBase()),
            Duration.ofSeconds(Integer.toUnsignedLong(request.getIdleTimeoutSeconds())));
    return OpenSessionResponse.newBuilder()
        .setSessionId(opened.id())
        .setBase(AnswerCodec.ref(opened.wave(), opened.root()))
        .build();
  }

  SessionExecuteResponse execute(SessionExecuteRequest request) {
    final Simulated result =
        sessions.execute(
            request.getSessionId(),
            SimulateCodec.waves(request.getWavesList()),
            SimulateCodec.options(request.getOptions()));
    final SessionExecuteResponse.Builder builder = SessionExecuteResponse.newBuilder();
    result.waves().forEach(wave -> builder.addWaves(SimulateCodec.wave(wave)));
    return builder.build();
  }

  SessionCommitResponse commit(SessionCommitRequest request) {
    return SessionCommitResponse.newBuilder()
        .setCommit(StateCodec.commit(sessions.commit(request.getSessionId())))
        .build();
  }

  SessionDropResponse drop(SessionDropRequest request) {
    sessions.drop(request.getSessionId());
    return SessionDropResponse.getDefaultInstance();
  }

  DeployResponse deploy(DeployRequest request) {
    final Deployer.Mode mode =
        switch (request.getMode()) {
          case MODE_CHECK -> Deployer.Mode.CHECK;
          case MODE_PREPARE -> Deployer.Mode.PREPARE;
          case MODE_EXECUTE -> Deployer.Mode.EXECUTE;
          case MODE_UNSPECIFIED, UNRECOGNIZED -> throw Refusal.field("mode", "is missing");
        };
    if (!request.getAbi().isEmpty()) {
      throw Refusal.field("abi", "pack the ABI into the module first: tidemill contract pack");
    }
    final Deployer.Answer answer =
        deployer.deploy(
            new Deployer.Request(
                mode,
                StateCodec.base(request.getBase()),
                request.getName(),
                request.getWasm().toByteArray(),
                request.getContractType() == DeployRequest.ContractType.CONTRACT_TYPE_PARACHAIN
                    ? 1
                    : 0,
                request.getInitCalldata().toByteArray(),
                request.getFrom().isEmpty() ? null : Fields.address(request.getFrom(), "from"),
                Fields.u128(request.getValue(), "value"),
                request.hasGasLimit() ? request.getGasLimit() : null,
                request.hasNonce() ? request.getNonce() : null,
                request.getSessionId(),
                request.getRequestId()));
    return response(answer);
  }

  private static DeployResponse response(Deployer.Answer answer) {
    final ContractLifecycle.Report report = answer.report();
    final DeployResponse.Builder builder =
        DeployResponse.newBuilder()
            .setAcceptable(report.violations().isEmpty())
            .setAddress(Fields.bytes(report.address()))
            .setCodeHash(Fields.bytes(report.codeHash()))
            .setGasLimit(answer.gasLimit());
    for (ContractLifecycle.Violation violation : report.violations()) {
      builder.addViolations(
          DeployViolation.newBuilder()
              .setRow(violation.row())
              .setRule(violation.rule())
              .setMessage(violation.text()));
    }
    if (answer.transaction() != null) {
      builder.setTransaction(Fields.wrap(answer.transaction()));
    }
    if (answer.transactionHash() != null) {
      builder.setTransactionHash(Fields.bytes(answer.transactionHash()));
    }
    if (answer.receipt() != null) {
      builder.setReceipt(AnswerCodec.receipt(answer.receipt()));
    }
    return builder.build();
  }
}
