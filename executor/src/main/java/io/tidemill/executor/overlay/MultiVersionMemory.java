package io.tidemill.executor.overlay;

import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/*
 * A wave's writes by key and by transaction index:
 *
 *   key A  ->  | 3: v | 7: v' | 9: ESTIMATE |        a read by transaction 8 finds 7's value,
 *   key B  ->  | 5: TOMBSTONE |                      by 10 waits for 9, by 2 goes to the snapshot
 *
 * An entry holds what the newest attempt of its transaction wrote. When an attempt is found to have read
 * something that is no longer so, its entries become estimates: the next attempt will most likely write
 * the same keys, and whoever reads one waits instead of running on a value that is about to change
 * (Gelashvili et al., Block-STM, section 3). Deletions are entries too, so that they never let a read
 * fall through to the snapshot.
 *
 * Validation compares values, not versions: a re-execution that writes the same bytes invalidates nobody.
 */
/**
 * The versions of every key within one wave. Safe for use by many threads; each cell has its own
 * lock. Source: state-and-transactions 5.2.
 */
@SuppressWarnings("ReferenceEquality") // ESTIMATE and TOMBSTONE are marks, told by identity
public final class MultiVersionMemory {
  private static final byte[] TOMBSTONE = new byte[0];
  private static final byte[] ESTIMATE = new byte[0];

  /** The versions of one key in ascending transaction order. Guarded by itself. */
  static final class Cell {
    private final StateKey key;
    private int[] writers = new int[1];
    private byte[][] values = new byte[1][];
    private int size;

    private Cell(StateKey key) {
      this.key = key;
    }

    /** The position of the last entry below {@code transaction}, or -1. */
    private int below(int transaction) {
      int at = size - 1;
      // Most readers are close behind the last writer.
      if (at < 0 || writers[at] < transaction) {
        return at;
      }
      at = Arrays.binarySearch(writers, 0, size, transaction);
      return at >= 0 ? at - 1 : -at - 2;
    }

    private void put(int transaction, byte[] value) {
      final int at = below(transaction) + 1;
      if (at < size && writers[at] == transaction) {
        values[at] = value;
        return;
      }
      if (size == writers.length) {
        writers = Arrays.copyOf(writers, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      System.arraycopy(writers, at, writers, at + 1, size - at);
      System.arraycopy(values, at, values, at + 1, size - at);
      writers[at] = transaction;
      values[at] = value;
      size++;
    }

    private void remove(int transaction) {
      final int at = below(transaction) + 1;
      if (at < size && writers[at] == transaction) {
        System.arraycopy(writers, at + 1, writers, at, size - at - 1);
        System.arraycopy(values, at + 1, values, at, size - at - 1);
        size--;
      }
    }
  }

  /** Lets a reader wait until an aborted transaction has run again. */
  public interface EstimateWait {
    /** Returns when {@code transaction} may have new values; throws when the wave is abandoned. */
    void await(int transaction);
  }

  private final Snapshot base;
  private final ConcurrentHashMap<StateKey, Cell> cells;
  private final ConcurrentHashMap<Hash32, byte[]> codes = new ConcurrentHashMap<>();
  private final EstimateWait wait;

  /**
   * An empty memory over {@code base}.
   *
   * @param expectedKeys a hint for the initial size
   */
  public MultiVersionMemory(Snapshot base, int expectedKeys, EstimateWait wait) {
    this.base = base;
    this.cells = new ConcurrentHashMap<>(Math.max(16, expectedKeys));
    this.wait = wait;
  }

  /** What one attempt of one transaction reads through; it records every answer. */
  public final class View implements StateView {
    private final int transaction;
    private final ReadSet reads = new ReadSet();

    private View(int transaction) {
      this.transaction = transaction;
    }

    @Override
    public byte @Nullable [] get(StateKey key) {
      final Cell cell = cells.get(key);
      while (cell != null) {
        final int writer;
        final byte[] value;
        synchronized (cell) {
          final int at = cell.below(transaction);
          if (at < 0) {
            break;
          }
          writer = cell.writers[at];
          value = cell.values[at];
        }
        if (value != ESTIMATE) {
          final byte[] answer = value == TOMBSTONE ? null : value;
          reads.add(key, cell, writer, answer);
          return answer;
        }
        wait.await(writer);
      }
      final byte[] value = base.get(key);
      reads.add(key, cell, ReadSet.FROM_SNAPSHOT, value);
      return value;
    }

    @Override
    public byte @Nullable [] code(Hash32 codeHash) {
      // Addressed by content: who may use the hash is decided by account reads, which are
      // validated.
      final byte[] staged = codes.get(codeHash);
      return staged != null ? staged : base.code(codeHash);
    }
  }

  /** A finished attempt: what it read and the keys it wrote. */
  public static final class Attempt {
    private final int transaction;
    private final ReadSet reads;
    private final List<Cell> written;

    private Attempt(int transaction, ReadSet reads, List<Cell> written) {
      this.transaction = transaction;
      this.reads = reads;
      this.written = written;
    }

    /**
     * Adds to {@code entries} what no later transaction has overwritten. Once every transaction is
     * final.
     */
    public void addNewest(List<StateDelta.Entry> entries) {
      for (Cell cell : written) {
        synchronized (cell) {
          if (cell.writers[cell.size - 1] == transaction) {
            final byte[] value = cell.values[cell.size - 1];
            entries.add(new StateDelta.Entry(cell.key, value == TOMBSTONE ? null : value));
          }
        }
      }
    }
  }

  /** A view for a new attempt of {@code transaction}. */
  public View view(int transaction) {
    return new View(transaction);
  }

  /**
   * Publishes what an attempt wrote and takes back what only the one before it wrote.
   *
   * @param previous the attempt this one replaces, or null
   */
  public Attempt publish(View view, Overlay overlay, @Nullable Attempt previous) {
    final List<Cell> written = new ArrayList<>(4);
    overlay.forEachWrite(
        (key, value) -> {
          final Cell cell = cell(key);
          synchronized (cell) {
            cell.put(view.transaction, value == null ? TOMBSTONE : value);
          }
          written.add(cell);
        });
    overlay.forEachCode(codes::putIfAbsent);
    if (previous != null) {
      for (Cell cell : previous.written) {
        if (!overlay.wrote(cell.key)) {
          synchronized (cell) {
            cell.remove(view.transaction);
          }
        }
      }
    }
    return new Attempt(view.transaction, view.reads, written);
  }

  private Cell cell(StateKey key) {
    final Cell known = cells.get(key);
    if (known != null) {
      return known;
    }
    final Cell fresh = new Cell(key);
    final Cell other = cells.putIfAbsent(key, fresh);
    return other == null ? fresh : other;
  }

  /** Turns the writes of an invalid attempt into estimates. */
  public void estimate(Attempt attempt) {
    for (Cell cell : attempt.written) {
      synchronized (cell) {
        cell.put(attempt.transaction, ESTIMATE);
      }
    }
  }

  /**
   * The first key whose answer has changed since the attempt read it, or null when all still hold.
   */
  public @Nullable StateKey firstStaleRead(Attempt attempt) {
    final ReadSet reads = attempt.reads;
    for (int i = 0; i < reads.size(); i++) {
      final StateKey key = reads.key(i);
      final Cell seen = reads.cell(i);
      final Cell cell = seen == null ? cells.get(key) : seen;
      int writer = ReadSet.FROM_SNAPSHOT;
      byte[] value = null;
      if (cell != null) {
        synchronized (cell) {
          final int at = cell.below(attempt.transaction);
          if (at >= 0) {
            writer = cell.writers[at];
            value = cell.values[at];
          }
        }
      }
      if (!holds(reads, i, writer, value)) {
        return key;
      }
    }
    return null;
  }

  private boolean holds(ReadSet reads, int i, int writer, byte @Nullable [] value) {
    if (writer == ReadSet.FROM_SNAPSHOT) {
      return reads.writer(i) == ReadSet.FROM_SNAPSHOT
          || Arrays.equals(reads.value(i), base.get(reads.key(i)));
    }
    if (value == ESTIMATE) {
      return false;
    }
    final byte[] now = value == TOMBSTONE ? null : value;
    final byte[] then = reads.value(i);
    return now == then || Arrays.equals(now, then);
  }
}
