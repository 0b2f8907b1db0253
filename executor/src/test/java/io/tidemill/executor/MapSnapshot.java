package io.tidemill.executor;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A state of no wave in a map, which the test fills; it counts what is fetched ahead. */
public final class MapSnapshot implements Snapshot {
  /** What is stored. */
  public final NavigableMap<StateKey, byte[]> values = new ConcurrentSkipListMap<>();

  /** Calls of {@link #prefetch}, and the keys of all of them. */
  final AtomicInteger fetches = new AtomicInteger();

  final AtomicInteger fetched = new AtomicInteger();

  @Override
  public long wave() {
    return 0;
  }

  @Override
  public StateRoot root() {
    return StateRoot.NONE;
  }

  @Override
  public byte @Nullable [] get(StateKey key) {
    return values.get(key);
  }

  @Override
  public byte @Nullable [] code(Hash32 codeHash) {
    return null;
  }

  @Override
  public void prefetch(Collection<StateKey> keys) {
    fetches.incrementAndGet();
    fetched.addAndGet(keys.size());
  }

  @Override
  public void close() {}
}
