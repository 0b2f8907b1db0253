package io.tidemill.executor;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Hash32;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The base of a wave with what the entries of its header wrote, before the first transaction. The
 * writes become a part of the wave's delta. Wave and root are those of the base, and closing it is
 * the base's business. The maps must not change once anybody reads.
 *
 * @param writes null where a key is deleted
 * @param codes wasm that the base does not have, by its hash
 */
public record ChangedSnapshot(
    Snapshot base,
    NavigableMap<StateKey, byte @Nullable []> writes,
    SortedMap<Hash32, byte[]> codes)
    implements Snapshot {
  @Override
  public long wave() {
    return base.wave();
  }

  @Override
  public StateRoot root() {
    return base.root();
  }

  @Override
  public byte @Nullable [] get(StateKey key) {
    return writes.containsKey(key) ? writes.get(key) : base.get(key);
  }

  @Override
  public byte @Nullable [] code(Hash32 codeHash) {
    final byte[] changed = codes.get(codeHash);
    return changed != null ? changed : base.code(codeHash);
  }

  @Override
  public void prefetch(Collection<StateKey> keys) {
    base.prefetch(keys);
  }

  @Override
  public void close() {
    base.close();
  }
}
