package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.writeback.DirtyWave;
import io.tidemill.state.writeback.DirtyWaves;
import io.tidemill.state.writeback.WaveLogRow;
import io.tidemill.state.writeback.WriteBack;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.rocksdb.RocksDBException;

/**
 * Decides when dirty waves are flushed, and by whom: by a thread of its own while waves go on, or
 * by whoever needs everything in the tables and holds {@link Core#writing} meanwhile.
 *
 * <p>The thread writes under {@link #flushing} alone and takes {@link Core#writing} only
 * afterwards, to show readers the new view, so a commit that waits for a flush never waits for
 * itself.
 */
final class Flusher implements AutoCloseable {
  /** Bytes after which a flush syncs the log, so that the next commit has little to sync for it. */
  private static final int SYNC_EVERY = 8 << 20;

  /** How long a flush gives way at once, and how often. */
  private static final long PAUSE_NANOS = 1_000_000;

  private static final int MOST_PAUSES = 500;

  private final Core core;
  private final Runnable then;
  private final WriteBack policy;
  private final ReentrantLock flushing = new ReentrantLock();
  private final AtomicBoolean asked = new AtomicBoolean();
  private final AtomicBoolean timed = new AtomicBoolean();

  /** What a flush writes; used under {@link #flushing}. */
  private final Batch ahead;

  private final Batch last;
  private long unsynced;
  private int pauses;

  /** Written under {@link #flushing}. */
  private volatile WriteBackStats done = new WriteBackStats(0, 0, 0, 0);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("state-flush").factory());

  /** A flusher that runs {@code then} after each flush in the background. */
  Flusher(Core core, Runnable then) {
    this.core = core;
    this.then = then;
    this.policy = core.options.writeBack();
    this.ahead = new Batch(core.database, this::piece);
    this.last = new Batch(core.database);
  }

  /** Takes on the dirty waves that were found in the log when the store was opened. */
  void begin() {
    core.writing.lock();
    try {
      if (policy.isOff()) {
        all();
      } else {
        committed();
      }
    } finally {
      core.writing.unlock();
    }
  }

  /**
   * Puts into {@code batch} what makes a new wave durable: its log row, or all of it when nothing
   * is to be dirty.
   */
  void add(Batch batch, DirtyWave wave) {
    if (policy.isOff()) {
      final Core.Current now = core.peek();
      final Flush flush = new Flush(now.dirty().with(wave), core.database, now.pin(), now.cache());
      flush.ahead(batch);
      flush.last(batch);
      return;
    }
    final WaveLogRow row = wave.logRow();
    final byte[] key = Keys.wave(wave.wave());
    final int length = row.encodedLength();
    batch.startPut(Family.WAVE_LOG, key.length, length);
    batch.key(key);
    batch.length(length);
    row.encodeTo(batch.array(), batch.at());
    batch.skip(length);
  }

  /** Starts what a newly dirty wave makes due. */
  @SuppressWarnings("FutureReturnValueIgnored") // a failed flush poisons the store
  void committed() {
    final DirtyWaves dirty = core.peek().dirty();
    if (policy.isDue(dirty)) {
      if (asked.compareAndSet(false, true)) {
        thread.execute(() -> inBackground(asked));
      }
    } else if (!dirty.isEmpty() && timed.compareAndSet(false, true)) {
      thread.schedule(() -> inBackground(timed), policy.millis(), TimeUnit.MILLISECONDS);
    }
  }

  private void inBackground(AtomicBoolean reason) {
    reason.set(false);
    try {
      if (write()) {
        core.writing.lock();
        try {
          core.refresh();
        } finally {
          core.writing.unlock();
        }
        CrashPoints.hit("flush.shown");
        then.run();
      }
    } catch (StateException ignored) {
      // Either the store is closing, or it is poisoned and says so at the next write.
    }
  }

  /** Waits until a commit may add a wave; the caller holds {@link Core#writing}. */
  void makeRoom() {
    if (!policy.isOff() && policy.isFull(core.peek().dirty())) {
      awaitFlush();
      core.refresh();
      if (policy.isFull(core.peek().dirty())) {
        all();
      }
    }
  }

  /** Returns when the flush that is under way, if there is one, is on disk. */
  private void awaitFlush() {
    flushing.lock();
    try {
      core.requireWritable();
    } finally {
      flushing.unlock();
    }
  }

  /** Flushes everything; the caller holds {@link Core#writing}. */
  void all() {
    write();
    core.refresh();
  }

  /** Writes the dirty waves of the head; false when there were none. */
  private boolean write() {
    flushing.lock();
    try {
      core.requireWritable();
      final Pin pin = core.database.pin();
      try {
        final Core.Current now = core.peek();
        final DirtyWaves dirty = now.dirty().flushedTo(core.flushedAt(pin));
        if (dirty.isEmpty()) {
          return false;
        }
        pauses = 0;
        CrashPoints.hit("flush.started");
        final long began = System.nanoTime();
        final Flush flush = new Flush(dirty, core.database, pin, now.cache());
        ahead.clear();
        flush.ahead(ahead);
        // The last batch rests on all that is ahead: it must not reach the disk before that.
        piece(ahead, true);
        CrashPoints.hit("flush.ahead");
        last.clear();
        flush.last(last);
        write(last, true);
        CrashPoints.hit("flush.written");
        done =
            new WriteBackStats(0, 0, done.flushes() + 1, done.nanos() + System.nanoTime() - began);
        return true;
      } finally {
        pin.release();
      }
    } finally {
      flushing.unlock();
    }
  }

  private void piece(Batch batch) {
    piece(batch, unsynced + batch.size() > SYNC_EVERY);
  }

  private void piece(Batch batch, boolean sync) {
    giveWay();
    write(batch, sync);
    unsynced = sync ? 0 : unsynced + batch.size();
    batch.clear();
    CrashPoints.hit("flush.piece");
  }

  /** Leaves the processors to a wave that is proposed or committed, unless it waits for this. */
  private void giveWay() {
    while (pauses < MOST_PAUSES
        && core.writing.isLocked()
        && !core.writing.isHeldByCurrentThread()
        && !flushing.hasQueuedThreads()) {
      pauses++;
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void write(Batch batch, boolean sync) {
    try {
      if (sync) {
        core.database.write(batch);
      } else {
        core.database.writeAhead(batch);
      }
    } catch (RocksDBException e) {
      throw core.poison("flushing", e);
    }
  }

  /** What is dirty now, and what has been flushed since the store was opened. */
  WriteBackStats stats() {
    final DirtyWaves dirty = core.peek().dirty();
    final WriteBackStats flushed = done;
    return new WriteBackStats(dirty.size(), dirty.bytes(), flushed.flushes(), flushed.nanos());
  }

  /** Starts nothing any more. */
  void stop() {
    thread.shutdownNow();
  }

  @Override
  public void close() {
    stop();
    core.writing.lock();
    try {
      all();
    } catch (StateException ignored) {
      // Closed before, or poisoned: the log has what is not flushed.
    } finally {
      core.writing.unlock();
    }
  }
}
