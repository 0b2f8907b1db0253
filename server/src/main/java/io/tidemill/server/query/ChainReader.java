package io.tidemill.server.query;

import io.tidemill.executor.Receipt;
import io.tidemill.executor.ReceiptCodec;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.pipeline.Position;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opens states and reads accounts, names, slots and code from them. */
public final class ChainReader {
  /** How many waves are searched for a root. */
  private static final long ROOT_SEARCH_WAVES = 4_096;

  private final StateStore store;
  private final WavePipeline pipeline;
  private volatile Function<String, @Nullable Snapshot> sessions = id -> null;

  public ChainReader(StateStore store, WavePipeline pipeline) {
    this.store = store;
    this.pipeline = pipeline;
  }

  /** Teaches the reader to open sessions; a null snapshot is a session that is not open. */
  public void sessions(Function<String, @Nullable Snapshot> open) {
    sessions = open;
  }

  /** The store, for what is not a state: receipts, events, records. */
  public StateStore store() {
    return store;
  }

  /** Where the node stands. */
  public Position position() {
    return pipeline.position();
  }

  /**
   * Opens a state; the caller closes it.
   *
   * @throws Refusal if it is not available
   */
  public Snapshot open(Base base) {
    return switch (base) {
      case Base.Latest _ -> store.snapshot();
      case Base.Pending _ -> {
        final Snapshot pending = pipeline.pendingSnapshot();
        yield pending != null ? pending : store.snapshot();
      }
      case Base.Earliest _ -> atWave(0);
      case Base.AtWave(long wave) -> atWave(wave);
      case Base.AtRoot(Hash32 root) -> atRoot(root);
      case Base.InSession(String id) -> {
        final Snapshot session = sessions.apply(id);
        if (session == null) {
          throw Refusal.of(Reason.SESSION_NOT_FOUND, "session_id", id);
        }
        yield session;
      }
    };
  }

  /**
   * Opens a state whose reads can be proven; the caller closes it.
   *
   * @throws Refusal if it is not available, its tree is pruned, or it is not committed
   */
  public Snapshot openProvable(Base base) {
    final Snapshot state = open(base);
    if (state.isProvable()) {
      return state;
    }
    state.close();
    throw base instanceof Base.InSession || base instanceof Base.Pending
        ? Refusal.field("base", "only a committed state can be proven")
        : notAvailable("the tree of wave " + Long.toUnsignedString(state.wave()));
  }

  /**
   * Refuses when the head is older than {@code wave}.
   *
   * @throws Refusal if it is
   */
  public void requireWave(long wave) {
    final long head = position().head().wave();
    if (Long.compareUnsigned(head, wave) < 0) {
      throw Refusal.of(
          Reason.WAVE_NOT_REACHED, "head_wave", head, "min_wave", Long.toUnsignedString(wave));
    }
  }

  /**
   * Where the transaction is whose hash is {@code hash}.
   *
   * @throws Refusal if no committed wave has it, or it is not kept any more
   */
  public ReceiptLocation requireTransaction(Hash32 hash) {
    final byte[] stored = store.receiptByHash(hash);
    if (stored == null) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "transaction", "key", hash);
    }
    final Receipt receipt = ReceiptCodec.decode(stored);
    return new ReceiptLocation(receipt.waveId(), receipt.transactionIndex());
  }

  private Snapshot atWave(long wave) {
    final Snapshot snapshot = wave < 0 ? null : store.snapshotAt(wave);
    if (snapshot == null) {
      throw notAvailable("wave " + Long.toUnsignedString(wave));
    }
    return snapshot;
  }

  private Snapshot atRoot(Hash32 root) {
    final long head = position().head().wave();
    final long oldest = Math.max(store.oldestWave(), head - ROOT_SEARCH_WAVES);
    for (long wave = head; wave >= oldest; wave--) {
      final StateRoot known = store.rootOf(wave);
      if (known != null && known.blake3().equals(root)) {
        final Snapshot snapshot = store.snapshotAt(wave);
        if (snapshot != null) {
          return snapshot;
        }
      }
    }
    final Snapshot commit = store.snapshotOf(root);
    if (commit == null) {
      throw notAvailable("root " + root.toHex());
    }
    return commit;
  }

  private Refusal notAvailable(String base) {
    return Refusal.of(
        Reason.STATE_NOT_AVAILABLE,
        "base",
        base,
        "oldest_wave",
        store.oldestWave(),
        "head_wave",
        position().head().wave());
  }

  /** The account, or null; a record of another address reads as absent (decisions S12). */
  public static @Nullable Account account(Snapshot state, Address address) {
    final byte[] record = state.get(StateKeys.account(address));
    if (record == null) {
      return null;
    }
    final Account account = AccountCodec.decode(record);
    return account.address().equals(address) ? account : null;
  }

  /** The contract record, or null. */
  public static @Nullable ContractRecord contract(Snapshot state, Address address) {
    final byte[] record = state.get(StateKeys.contract(address));
    return record == null ? null : ContractRecord.decode(record);
  }

  /** The address a name is registered to, or null. */
  public static @Nullable Address addressOf(Snapshot state, String name) {
    final byte[] address = state.get(StateKeys.nameToAddress(name));
    return address == null ? null : new Address(Hash32.of(address));
  }

  /** The name an address is registered under, or null. */
  public static @Nullable String nameOf(Snapshot state, Address address) {
    final byte[] name = state.get(StateKeys.addressToName(address));
    return name == null ? null : new String(name, StandardCharsets.UTF_8);
  }

  /**
   * The address a name is registered to.
   *
   * @throws Refusal if there is none
   */
  public static Address requireName(Snapshot state, String name) {
    final Address address = addressOf(state, name);
    if (address == null) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "name", "key", name);
    }
    return address;
  }

  /** A contract's slot, or null; a reserved slot reads as absent. */
  public static byte @Nullable [] slot(Snapshot state, Address contract, Hash32 slot) {
    final StateKey key = StateKeys.slot(contract, slot);
    return key == null ? null : state.get(key);
  }
}
