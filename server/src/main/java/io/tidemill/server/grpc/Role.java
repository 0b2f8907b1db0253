package io.tidemill.server.grpc;

import java.util.Set;

/** Who a caller is. A method that no role names is refused for everybody. */
enum Role {
  /** May do everything. */
  CONSENSUS(Set.of()),
  /** Checks and prepares contracts, works in sessions, and reads. */
  DEPLOYER(
      Set.of(
          "tidemill.v1.ExecutionService/Deploy",
          "tidemill.v1.ExecutionService/OpenSession",
          "tidemill.v1.ExecutionService/SessionExecute",
          "tidemill.v1.ExecutionService/SessionCommit",
          "tidemill.v1.ExecutionService/SessionDrop",
          "tidemill.v1.StateService/DeleteCommit")),
  /** Reads and simulates. */
  READER(Set.of());

  private static final Set<String> READS =
      Set.of(
          "tidemill.v1.ExecutionService/GetInfo",
          "tidemill.v1.ExecutionService/Simulate",
          "tidemill.v1.ExecutionService/TraceTransaction",
          "tidemill.v1.ExecutionService/GetReceipt",
          "tidemill.v1.ExecutionService/GetWave",
          "tidemill.v1.ExecutionService/ResolveName",
          "tidemill.v1.ExecutionService/SubscribeWaves",
          "tidemill.v1.StateService/GetAccount",
          "tidemill.v1.StateService/GetStorage",
          "tidemill.v1.StateService/GetCode",
          "tidemill.v1.StateService/GetProof",
          "tidemill.v1.StateService/QueryEvents",
          "tidemill.v1.StateService/SubscribeEvents",
          "tidemill.v1.StateService/ListSnapshots",
          "tidemill.v1.StateService/DownloadSnapshot",
          "tidemill.v1.StateService/ListCommits",
          "grpc.health.v1.Health/Check",
          "grpc.health.v1.Health/Watch");

  @SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable
  private final Set<String> more;

  Role(Set<String> more) {
    this.more = more;
  }

  /** Whether this role may call {@code method}, its full name. */
  boolean may(String method) {
    return this == CONSENSUS || READS.contains(method) || more.contains(method);
  }
}
