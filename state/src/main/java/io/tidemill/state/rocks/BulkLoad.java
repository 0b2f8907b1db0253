package io.tidemill.state.rocks;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.TreeUpdate;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Fills an empty store with a whole state: past the log, without undo rows, and with each tree node
 * written about once when the values come in an order that visits each part of the tree once, as
 * the chunks of a snapshot do. Until {@link #finish} the directory is worth nothing. Used by one
 * thread.
 */
public final class BulkLoad implements AutoCloseable {
  private final RocksStateStore store;
  private final Core core;
  private @Nullable Child top;
  private long version;
  private long keys;

  private BulkLoad(RocksStateStore store) {
    this.store = store;
    this.core = store.core();
  }

  /**
   * Begins to fill {@code directory}.
   *
   * @throws StateException if there is a state in it already
   */
  public static BulkLoad into(Path directory, RocksOptions options) {
    final RocksStateStore store = RocksStateStore.open(directory, options);
    if (store.head() != null) {
      store.close();
      throw new StateException(directory + " has a state already; fill an empty directory");
    }
    return new BulkLoad(store);
  }

  /** Adds values under keys that were not added before. */
  public void put(StateDelta delta) {
    final TreeUpdate update = core.tree.update(top, ++version, delta);
    final Batch batch = new Batch(core.database);
    for (final StateDelta.Entry entry : delta) {
      FlatValues.put(batch, entry.key(), entry.value());
    }
    new WaveBatch(batch, 0).nodes(update.created());
    update.stale().forEach(key -> batch.delete(Family.JMT, key.encode()));
    write(batch);
    core.remember(update.created());
    core.refresh();
    top = update.root();
    keys += update.grown();
  }

  /** Adds a module. */
  public void code(byte[] wasm) {
    final Batch batch = new Batch(core.database);
    batch.put(Family.CODE, Blake3.hash(wasm).toBytes(), wasm);
    write(batch);
  }

  /** The root of what was added. */
  public Hash32 root() {
    return Child.rootHash(top);
  }

  /** The number of keys that were added. */
  public long keys() {
    return keys;
  }

  /** Makes what was added the state after {@code wave}, durable and with its root. */
  public void finish(long wave, Hash32 contentHash, byte[] record) {
    final Batch batch = new Batch(core.database);
    for (final Core.Oldest kind : Core.Oldest.values()) {
      // There are no receipts and no events: the first wave that has them comes next.
      batch.put(Family.META, kind.key(), Keys.wave(kind.isOfState() ? wave : wave + 1));
    }
    final WaveRow row = new WaveRow(version, StateRoot.of(root()), contentHash, keys, top, record);
    batch.put(Family.WAVES, Keys.wave(wave), row.encode());
    batch.put(Family.META, Flush.FLUSHED_KEY, Keys.wave(wave));
    core.useTreeVersion(version);
    try {
      core.database.flushTables();
    } catch (RocksDBException e) {
      throw core.poison("filling a store", e);
    }
    core.write(batch, "finishing a store");
    core.directory.acknowledge(wave, root(), true);
  }

  private void write(Batch batch) {
    try {
      core.database.writeUnlogged(batch);
    } catch (RocksDBException e) {
      throw core.poison("filling a store", e);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
