package io.tidemill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.CommitFeed;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.query.EventRecords;
import io.tidemill.server.query.EventSearch;
import io.tidemill.server.query.SnapshotExports;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.server.wire.Fields;
import io.tidemill.server.wire.StateCodec;
import io.tidemill.server.wire.StatusMapper;
import io.tidemill.state.Commit;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import io.tidemill.v1.CreateSnapshotRequest;
import io.tidemill.v1.CreateSnapshotResponse;
import io.tidemill.v1.DeleteCommitRequest;
import io.tidemill.v1.DeleteCommitResponse;
import io.tidemill.v1.DownloadSnapshotRequest;
import io.tidemill.v1.DownloadSnapshotResponse;
import io.tidemill.v1.GetAccountRequest;
import io.tidemill.v1.GetAccountResponse;
import io.tidemill.v1.GetCodeRequest;
import io.tidemill.v1.GetCodeResponse;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.GetProofResponse;
import io.tidemill.v1.GetStorageRequest;
import io.tidemill.v1.GetStorageResponse;
import io.tidemill.v1.ListCommitsRequest;
import io.tidemill.v1.ListCommitsResponse;
import io.tidemill.v1.ListSnapshotsRequest;
import io.tidemill.v1.ListSnapshotsResponse;
import io.tidemill.v1.PendingUpgrade;
import io.tidemill.v1.QueryEventsRequest;
import io.tidemill.v1.QueryEventsResponse;
import io.tidemill.v1.StateRef;
import io.tidemill.v1.StateServiceGrpc;
import io.tidemill.v1.StorageEntry;
import io.tidemill.v1.SubscribeEventsRequest;
import io.tidemill.v1.SubscribeEventsResponse;
import java.util.List;
import java.util.concurrent.Executor;

/** StateService: accounts, slots, code, events and kept states. */
public final class StateEndpoint extends StateServiceGrpc.StateServiceImplBase {
  private static final int DEFAULT_PAGE = 100;

  private final ChainReader reader;
  private final EventSearch events;
  private final ProofCalls proofs;
  private final SnapshotExports exports;
  private final CommitFeed feed;
  private final Executor executor;
  private final Unary unary;

  /** The service over {@code reader}; {@code executor} runs what a stream has to send. */
  public StateEndpoint(
      ChainReader reader,
      SnapshotExports exports,
      CommitFeed feed,
      Telemetry telemetry,
      Executor executor) {
    this.reader = reader;
    this.proofs = new ProofCalls(reader);
    this.exports = exports;
    this.events = new EventSearch(reader.store());
    this.feed = feed;
    this.executor = executor;
    this.unary = new Unary(telemetry);
  }

  @Override
  public void getAccount(GetAccountRequest request, StreamObserver<GetAccountResponse> call) {
    unary.answer("GetAccount", call, () -> account(request));
  }

  private GetAccountResponse account(GetAccountRequest request) {
    try (Snapshot state = open(request.getBase(), request.getWantProof())) {
      final Address address =
          switch (request.getTargetCase()) {
            case ADDRESS -> Fields.address(request.getAddress(), "address");
            case NAME -> ChainReader.requireName(state, request.getName());
            case TARGET_NOT_SET -> throw Refusal.field("target", "is missing");
          };
      final GetAccountResponse.Builder builder =
          GetAccountResponse.newBuilder().setBase(StateCodec.ref(state));
      final Account account = ChainReader.account(state, address);
      final byte[] record = state.get(StateKeys.account(address));
      if (account != null && record != null) {
        builder
            .setExists(true)
            .setAccount(
                StateCodec.account(
                    account,
                    ChainReader.contract(state, address),
                    ChainReader.nameOf(state, address),
                    record));
      }
      if (request.getWantProof()) {
        builder.setProof(ProofCalls.of(state, StateKeys.account(address)));
      }
      return builder.build();
    }
  }

  private Snapshot open(StateRef base, boolean provable) {
    return provable
        ? reader.openProvable(StateCodec.base(base))
        : reader.open(StateCodec.base(base));
  }

  @Override
  public void getStorage(GetStorageRequest request, StreamObserver<GetStorageResponse> call) {
    unary.answer("GetStorage", call, () -> storage(request));
  }

  private GetStorageResponse storage(GetStorageRequest request) {
    if (request.getSlotsCount() == 0) {
      throw Refusal.of(
          Reason.FEATURE_OFF,
          "feature",
          "listing the slots of a contract",
          "detail",
          "name the slots");
    }
    final Address contract = Fields.address(request.getContract(), "contract");
    final List<Hash32> slots =
        Fields.hashes(request.getSlotsList(), "slots", Limit.SLOTS, NodeFacts.MAX_SLOTS);
    try (Snapshot state = open(request.getBase(), request.getWantProof())) {
      final GetStorageResponse.Builder builder =
          GetStorageResponse.newBuilder().setBase(StateCodec.ref(state));
      for (Hash32 slot : slots) {
        final StorageEntry.Builder entry = StorageEntry.newBuilder().setSlot(Fields.bytes(slot));
        final StateKey key = StateKeys.slot(contract, slot);
        if (key != null) {
          entry.setKey(Fields.bytes(key.raw()));
          final byte[] value = state.get(key);
          if (value != null) {
            entry.setValue(Fields.wrap(value));
          }
          if (request.getWantProof()) {
            entry.setProof(ProofCalls.of(state, key));
          }
        }
        builder.addEntries(entry);
      }
      return builder.build();
    }
  }

  @Override
  public void getCode(GetCodeRequest request, StreamObserver<GetCodeResponse> call) {
    unary.answer("GetCode", call, () -> code(request));
  }

  private GetCodeResponse code(GetCodeRequest request) {
    try (Snapshot state = reader.open(StateCodec.base(request.getBase()))) {
      final GetCodeResponse.Builder builder =
          GetCodeResponse.newBuilder().setBase(StateCodec.ref(state));
      final Hash32 hash =
          switch (request.getTargetCase()) {
            case CODE_HASH -> Fields.hash(request.getCodeHash(), "code_hash");
            case ADDRESS -> codeOf(state, Fields.address(request.getAddress(), "address"), builder);
            case NAME -> codeOf(state, ChainReader.requireName(state, request.getName()), builder);
            case TARGET_NOT_SET -> throw Refusal.field("target", "is missing");
          };
      final byte[] wasm = state.code(hash);
      if (wasm == null) {
        throw Refusal.of(Reason.NOT_FOUND, "what", "code", "key", hash.toHex());
      }
      return builder.setCodeHash(Fields.bytes(hash)).setWasm(Fields.wrap(wasm)).build();
    }
  }

  private static Hash32 codeOf(Snapshot state, Address address, GetCodeResponse.Builder builder) {
    final Account account = ChainReader.account(state, address);
    if (account == null || !account.hasCode()) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "contract", "key", address);
    }
    final ContractRecord contract = ChainReader.contract(state, address);
    if (contract == null) {
      return account.codeHash();
    }
    final PendingUpgrade pending = StateCodec.pending(contract);
    if (pending != null) {
      builder.setPending(pending);
    }
    return contract.activeCode(account.codeHash(), state.wave() + 1);
  }

  @Override
  public void queryEvents(QueryEventsRequest request, StreamObserver<QueryEventsResponse> call) {
    unary.answer("QueryEvents", call, () -> events(request));
  }

  private QueryEventsResponse events(QueryEventsRequest request) {
    final long head = reader.position().head().wave();
    final long to = request.hasToWave() ? Math.min(request.getToWave(), head) : head;
    if (request.getFromWave() < 0
        || to < 0
        || (request.hasToWave() && request.getToWave() < request.getFromWave())) {
      throw Refusal.field("from_wave", "is above to_wave");
    }
    final StateCodec.Filter filter = StateCodec.filter(request.getFilter());
    final EventSearch.Page page =
        events.page(
            request.getFromWave(),
            to,
            filter.contracts(),
            filter.topics(),
            request.hasAfter() ? StateCodec.cursor(request.getAfter()) : null,
            request.getPageSize() == 0 ? DEFAULT_PAGE : Pages.size(request.getPageSize()));
    final QueryEventsResponse.Builder builder = QueryEventsResponse.newBuilder().setHeadWave(head);
    for (EventRecords.Placed placed : page.events()) {
      builder.addEvents(
          AnswerCodec.event(
              placed.event(),
              placed.at().wave(),
              placed.at().transactionIndex(),
              placed.at().eventIndex()));
    }
    if (page.next() != null) {
      builder.setNext(StateCodec.cursor(page.next()));
    }
    return builder.build();
  }

  @Override
  public void subscribeEvents(
      SubscribeEventsRequest request, StreamObserver<SubscribeEventsResponse> call) {
    final EventFollower follower;
    try {
      follower =
          new EventFollower(
              reader, request, (ServerCallStreamObserver<SubscribeEventsResponse>) call, executor);
    } catch (Refusal refusal) {
      call.onError(StatusMapper.status(refusal));
      return;
    }
    follower.open(feed);
  }

  @Override
  public void getProof(GetProofRequest request, StreamObserver<GetProofResponse> call) {
    unary.answer("GetProof", call, () -> proofs.prove(request));
  }

  @Override
  public void createSnapshot(
      CreateSnapshotRequest request, StreamObserver<CreateSnapshotResponse> call) {
    unary.answer(
        "CreateSnapshot",
        call,
        () ->
            CreateSnapshotResponse.newBuilder()
                .setSnapshot(
                    StateCodec.snapshot(
                        exports.create(request.hasWave() ? request.getWave() : null)))
                .build());
  }

  @Override
  public void listSnapshots(
      ListSnapshotsRequest request, StreamObserver<ListSnapshotsResponse> call) {
    unary.answer(
        "ListSnapshots",
        call,
        () ->
            ListSnapshotsResponse.newBuilder()
                .addAllSnapshots(exports.list().stream().map(StateCodec::snapshot).toList())
                .build());
  }

  @Override
  public void downloadSnapshot(
      DownloadSnapshotRequest request, StreamObserver<DownloadSnapshotResponse> call) {
    final SnapshotDownload download;
    try {
      download =
          new SnapshotDownload(
              exports, request, (ServerCallStreamObserver<DownloadSnapshotResponse>) call);
    } catch (Refusal refusal) {
      call.onError(StatusMapper.status(refusal));
      return;
    }
    download.open();
  }

  @Override
  public void listCommits(ListCommitsRequest request, StreamObserver<ListCommitsResponse> call) {
    unary.answer("ListCommits", call, () -> commits(request));
  }

  private ListCommitsResponse commits(ListCommitsRequest request) {
    final List<Commit> commits = reader.store().commits();
    final int size = request.getPageSize() == 0 ? DEFAULT_PAGE : Pages.size(request.getPageSize());
    final int from = Math.min(Pages.index(request.getPageToken()), commits.size());
    final int end = Math.min(commits.size(), from + size);
    final ListCommitsResponse.Builder builder = ListCommitsResponse.newBuilder();
    commits.subList(from, end).forEach(commit -> builder.addCommits(StateCodec.commit(commit)));
    if (end < commits.size()) {
      builder.setNextPageToken(Integer.toString(end));
    }
    return builder.build();
  }

  @Override
  public void deleteCommit(DeleteCommitRequest request, StreamObserver<DeleteCommitResponse> call) {
    unary.answer(
        "DeleteCommit",
        call,
        () ->
            DeleteCommitResponse.newBuilder()
                .setDeleted(reader.store().deleteCommit(Fields.hash(request.getRoot(), "root")))
                .build());
  }
}
