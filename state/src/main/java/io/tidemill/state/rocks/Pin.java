package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/**
 * A database snapshot with a count of its users. Every native call on it is made while a use is
 * held, so that nothing is freed under a reader; the last one to let go frees it.
 */
final class Pin {
  private final Database database;
  private final Snapshot snapshot;
  private final ReadOptions options;
  private final AtomicInteger uses = new AtomicInteger(1);

  Pin(Database database, Snapshot snapshot) {
    this.database = database;
    this.snapshot = snapshot;
    this.options = new ReadOptions().setSnapshot(snapshot);
  }

  /** Takes a use; false when the last one is gone. */
  boolean tryRetain() {
    int now = uses.get();
    while (now > 0) {
      if (uses.compareAndSet(now, now + 1)) {
        return true;
      }
      now = uses.get();
    }
    return false;
  }

  /** Takes a use that must be possible. */
  Pin retain() {
    if (!tryRetain()) {
      throw new StateException("this snapshot is closed");
    }
    return this;
  }

  /** Gives back a use. */
  void release() {
    final int left = uses.decrementAndGet();
    if (left == 0) {
      options.close();
      database.release(snapshot);
    } else if (left < 0) {
      throw new IllegalStateException("a pin was released more often than taken");
    }
  }

  /** Options for reading at this snapshot; only while a use is held. */
  ReadOptions options() {
    return options;
  }

  /** An iterator over {@code family}, to be closed; only while a use is held. */
  RocksIterator iterate(Family family) {
    return database.iterate(family, options);
  }
}
