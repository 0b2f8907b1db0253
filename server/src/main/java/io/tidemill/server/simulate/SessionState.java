package io.tidemill.server.simulate;

import io.tidemill.executor.WaveContext;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.StateRoot;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A state that waves were run on: a snapshot and what changed since. Work on one session is done
 * one after the other; a wave that fails leaves it as it was.
 */
public final class SessionState implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Snapshot base;
  private volatile PatchedState state;
  private volatile WaveContext parent;

  SessionState(Snapshot base, WaveContext parent) {
    this.base = base;
    this.parent = parent;
    this.state = new PatchedState(base);
  }

  /** The state it started from. */
  public Snapshot base() {
    return base;
  }

  PatchedState state() {
    return state;
  }

  WaveContext parent() {
    return parent;
  }

  void advance(PatchedState next, WaveContext context) {
    state = next;
    parent = context;
  }

  /** Runs {@code work} while nobody else works on this session. */
  public <T> T work(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  /** Everything that differs from the base. */
  public StateDelta delta() {
    return state.delta();
  }

  /** Code that was deployed in it. */
  public List<StoredCode> codes() {
    return state.codes();
  }

  /** Reads of the session as it is now; the root is the base's. */
  public Snapshot snapshot() {
    final PatchedState seen = new PatchedState(state);
    final long wave = parent.waveId();
    return new Snapshot() {
      @Override
      public long wave() {
        return wave;
      }

      @Override
      public StateRoot root() {
        return base.root();
      }

      @Override
      public synchronized byte @Nullable [] get(StateKey key) {
        return seen.get(key);
      }

      @Override
      public byte @Nullable [] code(Hash32 codeHash) {
        return seen.code(codeHash);
      }

      @Override
      public void close() {}
    };
  }

  /** Lets go of the base. */
  @Override
  public void close() {
    base.close();
  }
}
