package io.tidemill.state;

/**
 * A wave that is computed and not durable. Exactly one of {@link #commit} and {@link #discard} ends
 * it. Confined to the store's single writer, but for {@link #snapshot()}.
 */
public interface Proposal {
  /** The wave it would commit. */
  long wave();

  /** The root after the wave. */
  StateRoot root();

  /** Reads as if the wave were committed; valid until the proposal ends. */
  Snapshot snapshot();

  /**
   * Makes state, tree, code, receipts, events and the wave record durable in one synced batch. When
   * it returns, the wave survives a crash; when it throws, the store is poisoned.
   */
  void commit(WaveArtifacts artifacts);

  /** Forgets the wave; nothing of it was ever visible. */
  void discard();
}
