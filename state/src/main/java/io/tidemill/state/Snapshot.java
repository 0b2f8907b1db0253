package io.tidemill.state;

import io.tidemill.state.hash.Hash32;
import io.tidemill.state.proof.Proof;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Consistent reads at one root. Safe for use by many threads until closed; closing releases what
 * keeps the version alive.
 *
 * <p>A read that cannot be answered (I/O error, corruption) throws {@link StateException}; it never
 * pretends that a key is absent.
 */
public interface Snapshot extends AutoCloseable {
  /** The wave whose result this is; 0 is the genesis. For a child commit, the wave under it. */
  long wave();

  /** The root that everything read here belongs to. */
  StateRoot root();

  /** The value under {@code key}, or null when absent. The array must not be changed. */
  byte @Nullable [] get(StateKey key);

  /**
   * The wasm bytes stored under {@code codeHash} = Blake3(wasm), or null. The array must not be
   * changed.
   */
  byte @Nullable [] code(Hash32 codeHash);

  /**
   * Says that these keys will probably be read soon, so that they can be fetched in one go. Never
   * changes what a read returns; errors surface at the read.
   */
  default void prefetch(Collection<StateKey> keys) {}

  /**
   * Whether {@link #prove} can answer: this is committed state and its tree is retained. Stays true
   * while the snapshot is open.
   */
  default boolean isProvable() {
    return false;
  }

  /**
   * Proves what {@link #get} returns for {@code key}: see {@link
   * io.tidemill.state.proof.ProofVerifier}.
   *
   * @throws UnsupportedOperationException if this is not the state of a committed wave or child
   * @throws StateException if the wave is older than what the retention of the tree keeps
   */
  default Proof prove(StateKey key) {
    throw new UnsupportedOperationException("only committed state can be proven");
  }

  /** Hears what is stored. */
  @FunctionalInterface
  interface Visitor {
    /** An entry; returns whether to go on. The array must not be changed. */
    boolean entry(StateKey key, byte[] value);
  }

  /**
   * Lists what is stored, in the order of key hashes, from the first key whose hash is at least
   * {@code from}. Reads the whole way; no request of a stranger may lead here.
   *
   * @throws UnsupportedOperationException if this is not the state of a committed wave or child
   * @throws StateException if the wave is older than what the retention of the tree keeps
   */
  default void list(Hash32 from, Visitor visitor) {
    throw new UnsupportedOperationException("only committed state can be listed");
  }

  /**
   * Hands over every module that is stored, in the order of code hashes. The arrays must not be
   * changed.
   *
   * @throws UnsupportedOperationException if this is not the state of a committed wave or child
   */
  default void listCodes(Consumer<byte[]> visitor) {
    throw new UnsupportedOperationException("only committed state can be listed");
  }

  /**
   * The Blake3 root that this state would have with {@code delta} applied, for whoever has to say
   * how two deltas differ; null where the tree is not at hand. Nothing is kept of it.
   *
   * @throws StateException if the tree cannot be read
   */
  default @Nullable Hash32 rootAfter(StateDelta delta) {
    return null;
  }

  /**
   * The number of keys that have a value.
   *
   * @throws UnsupportedOperationException if this is not the state of a committed wave
   */
  default long keys() {
    throw new UnsupportedOperationException("the keys of a committed wave are counted");
  }

  @Override
  void close();
}
