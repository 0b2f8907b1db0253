package io.tidemill.state;

import io.tidemill.state.hash.Hash32;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The versioned state of one chain. One writer proposes and commits; any number of threads read.
 *
 * <p>After the first storage error while writing the store is poisoned until the process restarts,
 * because what is on disk is no longer known: every later write throws {@link StateException}.
 * Reads go on at the last acknowledged wave for as long as they can be answered.
 */
public interface StateStore extends AutoCloseable {
  /** The most waves that {@link #rollbackTo} undoes: one epoch. */
  int MAX_ROLLBACK = 21_600;

  /** A committed wave. */
  record Head(long wave, StateRoot root) {}

  /** The newest committed wave, or null before the genesis. */
  @Nullable Head head();

  /** The oldest wave that {@link #snapshotAt} can still read, or -1 before the genesis. */
  long oldestWave();

  /** Reads at the newest committed wave; before the genesis, at the empty state of wave -1. */
  Snapshot snapshot();

  /** Reads at a retained wave; null when it is pruned or in the future. */
  @Nullable Snapshot snapshotAt(long wave);

  /**
   * Computes the root of {@code head().wave() + 1} (or of wave 0, the genesis) without writing.
   *
   * @throws IllegalStateException if another proposal is open
   */
  Proposal propose(StateDelta delta);

  /**
   * Undoes committed waves until {@code wave} is the head, at most {@link #MAX_ROLLBACK} back, in
   * one synced batch. Their records, receipts and events go with them, and so do child commits that
   * were based on them.
   *
   * @throws IllegalArgumentException if the wave is in the future or no longer retained
   * @throws IllegalStateException if a proposal is open
   */
  void rollbackTo(long wave);

  /**
   * What a retained wave wrote, entry for entry as it was proposed, or null. Null for the genesis,
   * and for waves at or before the oldest one that can be read: what they wrote is not known apart
   * from what was there before.
   */
  @Nullable StateDelta delta(long wave);

  /** The wave commit record of a retained wave, or null. */
  byte @Nullable [] waveRecord(long wave);

  /** The content hash of a retained wave, or null. */
  @Nullable Hash32 contentHash(long wave);

  /** The root after a retained wave, or null. */
  @Nullable StateRoot rootOf(long wave);

  /**
   * All receipts of a retained wave in transaction order, or null. The wave that a snapshot was
   * restored at has a record and no receipts.
   */
  @Nullable List<byte[]> receipts(long wave);

  /** Where the receipt is that the hash index points to, or null. */
  @Nullable ReceiptLocation receiptLocation(Hash32 transactionHash);

  /** The receipt at {@code location}, or null. */
  byte @Nullable [] receipt(ReceiptLocation location);

  /** The receipt that the hash index points to, or null. */
  default byte @Nullable [] receiptByHash(Hash32 transactionHash) {
    final ReceiptLocation location = receiptLocation(transactionHash);
    return location == null ? null : receipt(location);
  }

  /** All events of a retained wave in order, or null. */
  @Nullable List<byte[]> events(long wave);

  /** One page of the events that {@code query} asks for. */
  EventPage queryEvents(EventQuery query);

  /** The child commits, in the order they were made. */
  List<Commit> commits();

  /** Reads at a child commit, or null when there is none with this id. */
  @Nullable Snapshot snapshotOf(Hash32 commit);

  /**
   * Makes {@code delta} over {@code base} durable as a child commit. Safe for use by many threads.
   *
   * @param base an open snapshot of this store, of a wave or of a child commit
   * @param codes wasm first deployed in the session
   */
  Commit commitChild(Snapshot base, StateDelta delta, List<WaveArtifacts.StoredCode> codes);

  /**
   * Forgets a child commit; commits and sessions that started from it go on.
   *
   * @return whether there was one
   */
  boolean deleteCommit(Hash32 commit);

  /** Why the store refuses to write, or null while it is sound. */
  @Nullable String poisonedBy();

  /**
   * Calls {@code listener} with that reason as soon as there is one, by the thread that met the
   * error: a flush behind the commits can fail while nobody writes.
   */
  void whenPoisoned(Consumer<String> listener);

  /** Waits for readers, at most a few seconds, and lets go of everything. */
  @Override
  void close();
}
