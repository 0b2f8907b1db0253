package io.tidemill.server.wire;

import io.tidemill.executor.account.AuthKeys;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.Base;
import io.tidemill.server.query.SnapshotExports;
import io.tidemill.state.EventCursor;
import io.tidemill.state.EventQuery;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.snapshot.SnapshotManifest;
import io.tidemill.v1.Account;
import io.tidemill.v1.ContractRecord;
import io.tidemill.v1.EventFilter;
import io.tidemill.v1.PendingUpgrade;
import io.tidemill.v1.StateCommit;
import io.tidemill.v1.StateRef;
import io.tidemill.v1.WaveRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** States, accounts and cursors on the wire. */
public final class StateCodec {

  /** Which events are meant: any of the contracts, and the topics by position. */
  public record Filter(List<Hash32> contracts, List<List<Hash32>> topics) {}

  private StateCodec() {}

  /** Which state is meant. */
  public static Base base(StateRef ref) {
    return switch (ref.getRefCase()) {
      case REF_NOT_SET -> Base.LATEST;
      case WAVE -> new Base.AtWave(ref.getWave());
      case ROOT -> new Base.AtRoot(Fields.hash(ref.getRoot(), "base.root"));
      case SESSION_ID -> new Base.InSession(ref.getSessionId());
      case TAG ->
          switch (ref.getTag()) {
            case TAG_UNSPECIFIED, TAG_LATEST, TAG_SAFE, TAG_FINALIZED -> Base.LATEST;
            case TAG_PENDING -> new Base.Pending();
            case TAG_EARLIEST -> new Base.Earliest();
            case UNRECOGNIZED -> throw Refusal.field("base.tag", "is not known");
          };
    };
  }

  /** The wave and root that {@code state} belongs to. */
  public static WaveRef ref(Snapshot state) {
    return AnswerCodec.ref(state.wave(), state.root());
  }

  /** An account with what belongs to it; {@code borsh} is the record. */
  public static Account account(
      io.tidemill.executor.account.Account account,
      io.tidemill.executor.account.@Nullable ContractRecord contract,
      @Nullable String name,
      byte[] borsh) {
    final Account.Builder builder =
        Account.newBuilder()
            .setAddress(Fields.bytes(account.address()))
            .setNonceBase(account.nonce().base())
            .setNonceUsed(account.nonce().used())
            .setBalance(Fields.bytes(account.balance()))
            .setCodeHash(Fields.bytes(account.codeHash()))
            .setType(Account.Type.forNumber(account.type().tag() + 1))
            .setGasTank(Fields.bytes(account.gasTank()))
            .setKeyNonce(account.keyNonce())
            .setBorsh(Fields.wrap(borsh));
    switch (account.authKeys()) {
      case AuthKeys.None _, AuthKeys.Programmable _ -> {}
      case AuthKeys.Single(byte[] key) ->
          builder.addPublicKeys(Fields.wrap(key)).setKeyThreshold(1);
      case AuthKeys.MultiSig(List<byte[]> keys, int threshold) -> {
        keys.forEach(key -> builder.addPublicKeys(Fields.wrap(key)));
        builder.setKeyThreshold(threshold);
      }
    }
    if (name != null) {
      builder.setName(name);
    }
    if (contract != null) {
      final ContractRecord.Builder record =
          ContractRecord.newBuilder()
              .setOwner(Fields.bytes(contract.owner()))
              .setDeposit(Fields.bytes(contract.deposit()));
      final PendingUpgrade pending = pending(contract);
      if (pending != null) {
        record.setPending(pending);
      }
      builder.setContract(record);
    }
    return builder.build();
  }

  /** Code that becomes active later, or null. */
  public static @Nullable PendingUpgrade pending(
      io.tidemill.executor.account.ContractRecord contract) {
    final Hash32 code = contract.pendingCode();
    return code == null
        ? null
        : PendingUpgrade.newBuilder()
            .setCodeHash(Fields.bytes(code))
            .setEffectiveWave(contract.effectiveWave())
            .build();
  }

  /** An export. */
  public static io.tidemill.v1.Snapshot snapshot(SnapshotExports.Export export) {
    final io.tidemill.v1.Snapshot.Builder builder =
        io.tidemill.v1.Snapshot.newBuilder()
            .setSnapshotId(export.id())
            .setState(AnswerCodec.ref(export.wave(), export.root()))
            .setFormat(SnapshotManifest.FORMAT)
            .setKeys(export.keys())
            .setKeysWritten(export.keysWritten());
    final SnapshotManifest manifest = export.manifest();
    if (manifest != null) {
      builder.setComplete(true);
      for (SnapshotManifest.Chunk chunk : manifest.chunks()) {
        builder.addChunkHashes(Fields.bytes(chunk.hash()));
        builder.setSize(builder.getSize() + chunk.length());
      }
    }
    final String failure = export.failure();
    return failure == null ? builder.build() : builder.setFailure(failure).build();
  }

  /** A kept state. */
  public static StateCommit commit(io.tidemill.state.Commit commit) {
    final StateCommit.Builder builder =
        StateCommit.newBuilder()
            .setRoot(AnswerCodec.root(commit.root()))
            .setBaseWave(commit.wave());
    final Hash32 parent = commit.parent();
    if (parent != null) {
      builder.setParentRoot(Fields.bytes(parent));
    }
    return builder.build();
  }

  /** Which events are meant. */
  public static Filter filter(EventFilter message) {
    if (message.getTopicsCount() > EventQuery.MAX_POSITIONS) {
      throw Refusal.limit(Limit.EVENT_TOPICS, message.getTopicsCount(), EventQuery.MAX_POSITIONS);
    }
    final List<List<Hash32>> topics = new ArrayList<>(message.getTopicsCount());
    for (int i = 0; i < message.getTopicsCount(); i++) {
      topics.add(
          Fields.hashes(
              message.getTopics(i).getAnyOfList(),
              "filter.topics[" + i + "]",
              Limit.EVENT_TOPIC_VALUES,
              EventQuery.MAX_VALUES));
    }
    return new Filter(
        Fields.hashes(
            message.getContractsList(),
            "filter.contracts",
            Limit.EVENT_CONTRACTS,
            NodeFacts.MAX_EVENT_CONTRACTS),
        topics);
  }

  /** A place among the events. */
  public static EventCursor cursor(io.tidemill.v1.EventCursor message) {
    if (message.getWave() < 0) {
      throw Refusal.field("after.wave", "is not in a cursor that this node gave");
    }
    return new EventCursor(
        message.getWave(), message.getTransactionIndex(), message.getEventIndex());
  }

  /** A place among the events. */
  public static io.tidemill.v1.EventCursor cursor(EventCursor cursor) {
    return io.tidemill.v1.EventCursor.newBuilder()
        .setWave(cursor.wave())
        .setTransactionIndex(cursor.transactionIndex())
        .setEventIndex(cursor.eventIndex())
        .build();
  }
}
