package io.tidemill.client.consensus;

import com.google.protobuf.ByteString;
import io.tidemill.client.WaveOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes have said about every wave. The first one to speak about a wave sets what the
 * others are compared with. After a disagreement, or when somebody stops the run, nobody waits any
 * more.
 *
 * <p>Threads: safe for use by many.
 */
final class Agreement {
  /** Whole answers are kept for this many waves, for the sake of a precise difference. */
  private static final int KEPT_OUTCOMES = 32;

  /** The run is over: no more waves are sent or committed. */
  static final class Over extends Exception {
    private static final long serialVersionUID = 1L;

    Over() {
      super("the run is over", null, false, false);
    }
  }

  /** One wave: what was said first, by whom, and who said the same. */
  private static final class Record {
    final String node;
    final ByteString root;
    @Nullable WaveOutcome outcome;
    final List<String> agreeing = new ArrayList<>();

    Record(String node, ByteString root, @Nullable WaveOutcome outcome) {
      this.node = node;
      this.root = root;
      this.outcome = outcome;
    }
  }

  private final int quorum;
  private final Report report;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by the lock.
  private final TreeMap<Long, Record> waves = new TreeMap<>();
  private @Nullable Disagreement disagreement;
  private boolean over;

  /**
   * An empty agreement.
   *
   * @param quorum how many nodes must say the same before a wave is committed
   */
  Agreement(int quorum, Report report) {
    this.quorum = quorum;
    this.report = report;
  }

  /** {@code node} says that the state after {@code wave} has {@code root}. */
  void root(String node, long wave, ByteString root) throws Over {
    said(node, wave, root, null);
  }

  /** {@code node} has executed a wave. */
  void executed(String node, WaveOutcome outcome) throws Over {
    long wave = outcome.summary().getWave();
    Comparison.Difference within = Comparison.within(outcome);
    if (within != null) {
      disagree(
          new Disagreement(
              wave, node, node + ", computed", within.where(), within.first(), within.second()));
    }
    said(node, wave, outcome.root(), outcome);
  }

  private void said(String node, long wave, ByteString root, @Nullable WaveOutcome outcome)
      throws Over {
    lock.lock();
    try {
      Record record = waves.computeIfAbsent(wave, number -> new Record(node, root, outcome));
      WaveOutcome before = record.outcome;
      if (before != null && outcome != null) {
        Comparison.Difference found = Comparison.first(before, outcome);
        if (found != null) {
          disagree(
              new Disagreement(
                  wave, record.node, node, found.where(), found.first(), found.second()));
        }
      } else if (!record.root.equals(root)) {
        disagree(
            new Disagreement(wave, record.node, node, "the root", hex(record.root), hex(root)));
      }
      if (before == null && outcome != null) {
        record.outcome = outcome;
      }
      if (!record.agreeing.contains(node)) {
        record.agreeing.add(node);
        WaveOutcome known = record.outcome;
        if (known != null && record.agreeing.size() == quorum) {
          report.agreed(known, quorum);
        }
      }
      waves.headMap(wave - KEPT_OUTCOMES).values().forEach(old -> old.outcome = null);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    checkNotOver();
  }

  private void disagree(Disagreement found) throws Over {
    lock.lock();
    try {
      if (disagreement == null) {
        disagreement = found;
      }
      over = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    throw new Over();
  }

  /** The root after {@code wave}, as it was first said; null when nobody has spoken about it. */
  @Nullable ByteString rootOf(long wave) {
    lock.lock();
    try {
      Record record = waves.get(wave);
      return record == null ? null : record.root;
    } finally {
      lock.unlock();
    }
  }

  /** The newest wave that somebody has spoken about; -1 before anybody has. */
  long newest() {
    lock.lock();
    try {
      return waves.isEmpty() ? -1 : waves.lastKey();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until as many nodes as asked for say the same about {@code wave}. */
  void awaitQuorum(long wave) throws Over, InterruptedException {
    lock.lock();
    try {
      while (!over && !reached(wave)) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
    checkNotOver();
  }

  private boolean reached(long wave) {
    Record record = waves.get(wave);
    return record != null && record.agreeing.size() >= quorum;
  }

  /** Ends the run for every node. */
  void stop() {
    lock.lock();
    try {
      over = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Throws when the run is over. */
  void checkNotOver() throws Over {
    lock.lock();
    try {
      if (over) {
        throw new Over();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What the nodes do not agree on, or null. */
  @Nullable Disagreement disagreement() {
    lock.lock();
    try {
      return disagreement;
    } finally {
      lock.unlock();
    }
  }

  private static String hex(ByteString bytes) {
    return Comparison.hex(bytes);
  }
}
