package io.tidemill.server.grpc;

import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.ChainReader;
import io.tidemill.server.query.EventRecords;
import io.tidemill.server.wire.AnswerCodec;
import io.tidemill.server.wire.Fields;
import io.tidemill.server.wire.StateCodec;
import io.tidemill.state.EventCursor;
import io.tidemill.state.EventPage;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.MerkleList;
import io.tidemill.v1.GetProofRequest;
import io.tidemill.v1.GetProofResponse;
import io.tidemill.v1.MerkleProof;
import io.tidemill.v1.StateProof;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Proofs of keys, receipts and events, between messages and values. */
final class ProofCalls {

  private final ChainReader reader;

  ProofCalls(ChainReader reader) {
    this.reader = reader;
  }

  GetProofResponse prove(GetProofRequest request) {
    return switch (request.getSubjectCase()) {
      case KEYS -> keys(request);
      case RECEIPT ->
          receipt(request.getReceipt().getWave(), request.getReceipt().getTransactionIndex());
      case EVENT -> event(StateCodec.cursor(request.getEvent()));
      case SUBJECT_NOT_SET -> throw Refusal.field("subject", "is missing");
    };
  }

  private GetProofResponse keys(GetProofRequest request) {
    final List<Hash32> keys =
        Fields.hashes(
            request.getKeys().getKeysList(),
            "keys.keys",
            Limit.PROOF_KEYS,
            NodeFacts.MAX_PROOF_KEYS);
    try (Snapshot state = reader.openProvable(StateCodec.base(request.getBase()))) {
      final GetProofResponse.Builder builder =
          GetProofResponse.newBuilder().setBase(StateCodec.ref(state));
      keys.forEach(key -> builder.addState(of(state, new StateKey(key))));
      return builder.build();
    }
  }

  /** The value of {@code key} with its proof, or the proof that there is none. */
  static StateProof of(Snapshot state, StateKey key) {
    final StateProof.Builder builder =
        StateProof.newBuilder()
            .setKey(Fields.bytes(key.raw()))
            .setProof(Fields.wrap(state.prove(key).encode()));
    final byte @Nullable [] value = state.get(key);
    if (value != null) {
      builder.setValue(Fields.wrap(value));
    }
    return builder.build();
  }

  private GetProofResponse receipt(long wave, int index) {
    final List<byte[]> receipts = reader.store().receipts(wave);
    if (receipts == null || Integer.compareUnsigned(index, receipts.size()) >= 0) {
      throw Refusal.of(
          Reason.NOT_FOUND,
          "what",
          "receipt",
          "key",
          Long.toUnsignedString(wave) + "/" + Integer.toUnsignedString(index));
    }
    return of(wave, receipts, index);
  }

  private GetProofResponse event(EventCursor at) {
    final List<byte[]> events = reader.store().events(at.wave());
    for (int i = 0; events != null && i < events.size(); i++) {
      if (EventRecords.decode(new EventPage.Row(at, events.get(i))).at().equals(at)) {
        return of(at.wave(), events, i);
      }
    }
    throw Refusal.of(
        Reason.NOT_FOUND,
        "what",
        "event",
        "key",
        Long.toUnsignedString(at.wave())
            + "/"
            + Integer.toUnsignedString(at.transactionIndex())
            + "/"
            + Integer.toUnsignedString(at.eventIndex()));
  }

  private GetProofResponse of(long wave, List<byte[]> records, int index) {
    final StateRoot root = reader.store().rootOf(wave);
    if (root == null) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "wave", "key", Long.toUnsignedString(wave));
    }
    final MerkleProof.Builder merkle =
        MerkleProof.newBuilder()
            .setLeaf(Fields.wrap(records.get(index)))
            .setIndex(index)
            .setLeafCount(records.size())
            .setRoot(Fields.bytes(MerkleList.root(records)));
    MerkleList.prove(records, index).forEach(hash -> merkle.addSiblings(Fields.bytes(hash)));
    return GetProofResponse.newBuilder()
        .setBase(AnswerCodec.ref(wave, root))
        .setMerkle(merkle)
        .build();
  }
}
