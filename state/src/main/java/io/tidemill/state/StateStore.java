package io.tidemill.state;

import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The versioned state of one chain. One writer proposes and commits; any number of threads read.
 *
 * <p>After the first storage error the store is poisoned: every later call throws until the process
 * restarts, because what is on disk is no longer known.
 */
public interface StateStore extends AutoCloseable {
  /** A committed wave. */
  record Head(long wave, StateRoot root) {}

  /** The newest committed wave, or null before the genesis. */
  @Nullable Head head();

  /** Reads at the newest committed wave. */
  Snapshot snapshot();

  /** Reads at a retained wave; null when it is pruned or in the future. */
  @Nullable Snapshot snapshotAt(long wave);

  /**
   * Computes the root of {@code head().wave() + 1} (or of wave 0, the genesis) without writing.
   *
   * @throws IllegalStateException if another proposal is open
   */
  Proposal propose(StateDelta delta);

  /** Undoes committed waves until {@code wave} is the head, at most one epoch back. */
  void rollbackTo(long wave);

  /** The wave commit record of a retained wave, or null. */
  byte @Nullable [] waveRecord(long wave);

  /** The content hash of a retained wave, or null. */
  @Nullable Hash32 contentHash(long wave);

  /** All receipts of a retained wave in transaction order, or null. */
  @Nullable List<byte[]> receipts(long wave);

  /** The receipt that the hash index points to, or null. */
  byte @Nullable [] receiptByHash(Hash32 transactionHash);

  /** Why the store refuses to work, or null while it is sound. */
  @Nullable String poisonedBy();

  @Override
  void close();
}
