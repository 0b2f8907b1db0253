package io.tidemill.state.merkle;

import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * A reference to a {@link Node}: the version that created it and its hash; the node itself when the
 * tree lives in memory only. Where it hangs gives the rest of its {@link NodeKey}.
 *
 * <p>During an update the hash of a new node comes last; {@link NodeHasher} seals it, once, before
 * anybody outside of the update sees the reference.
 */
public final class Inner implements Child {
  private final long version;
  private final @Nullable Node resident;
  private @Nullable Hash32 hash;

  Inner(long version, @Nullable Hash32 hash, @Nullable Node resident) {
    this.version = version;
    this.hash = hash;
    this.resident = resident;
  }

  /** The version that created the node. */
  public long version() {
    return version;
  }

  /** The node, when the tree lives in memory only. */
  public @Nullable Node resident() {
    return resident;
  }

  @Override
  public Hash32 hash() {
    if (hash == null) {
      throw new IllegalStateException("the hash of a new node was asked for too early");
    }
    return hash;
  }

  void seal(Hash32 computed) {
    hash = computed;
  }
}
