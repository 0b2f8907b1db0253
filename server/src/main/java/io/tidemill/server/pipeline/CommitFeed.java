package io.tidemill.server.pipeline;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Tells whoever follows the chain that it moved. Nothing is buffered: a follower reads what it has
 * not seen from the store, at its own pace.
 */
public final class CommitFeed {
  /** Hears that the position changed; must return at once. */
  public interface Follower {
    /** The head or the pending wave changed. */
    void moved();

    /** The chain was undone to {@code wave}. */
    void unwound(long wave);

    /** The node stops: whoever follows goes on somewhere else. */
    default void drained() {}
  }

  private final CopyOnWriteArrayList<Follower> followers = new CopyOnWriteArrayList<>();

  /** Adds a follower; run the result to remove it. */
  public Runnable follow(Follower follower) {
    followers.add(follower);
    return () -> followers.remove(follower);
  }

  /** How many follow. */
  public int size() {
    return followers.size();
  }

  /** Tells every follower that the node stops. */
  public void drain() {
    each(Follower::drained);
  }

  void signal() {
    each(Follower::moved);
  }

  void unwound(long wave) {
    each(follower -> follower.unwound(wave));
  }

  private void each(Consumer<Follower> call) {
    followers.forEach(call);
  }
}
