package io.tidemill.executor.overlay;

import io.tidemill.executor.account.StateKeys;
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

  /**
   * Changes that a reader of a whole record merges at most: a hot account must not cost a walk per
   * reader. Beyond it the answer is a guess, like every speculative one.
   */
  private static final int MAX_MERGES = 64;

  /** Lets a reader wait until an aborted transaction has run again. */
  public interface EstimateWait {
    /** Returns when {@code transaction} may have new values; throws when the wave is abandoned. */
    void await(int transaction);
  }

  private final Snapshot base;
  private final ConcurrentHashMap<StateKey, Versions> cells;
  private final ConcurrentHashMap<Hash32, byte[]> codes = new ConcurrentHashMap<>();

  /**
   * What the snapshot has said of anything but accounts: every transaction asks for the pause, many
   * for the record and the slots of one contract.
   */
  private final ConcurrentHashMap<StateKey, byte[]> answers = new ConcurrentHashMap<>();

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
      return read(key, null);
    }

    @Override
    public byte @Nullable [] account(StateKey key, AccountReading reading) {
      return read(key, reading);
    }

    private byte @Nullable [] read(StateKey key, @Nullable AccountReading reading) {
      final Versions cell;
      if (reading == null) {
        cell = cells.get(key);
      } else {
        // Whoever reads fields of an account nearly always writes it, and validation asks again.
        cell = cell(key);
        reading.found(cell);
      }
      while (cell != null) {
        final int writer;
        final byte[] value;
        synchronized (cell) {
          final int at = cell.below(transaction);
          if (at < 0) {
            break;
          }
          writer = cell.writer(at);
          // Who looks at single fields takes the record as its writer saw it: what others have paid
          // meanwhile seldom matters.
          value = reading == null ? whole(cell, at) : cell.value(at);
        }
        if (value != ESTIMATE) {
          final byte[] answer = value == TOMBSTONE ? null : value;
          reads.add(key, cell, writer, answer, reading);
          return answer;
        }
        wait.await(writer);
      }
      final byte[] value = beneath(key);
      reads.add(key, cell, ReadSet.FROM_SNAPSHOT, value, reading);
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

  private byte @Nullable [] beneath(StateKey key) {
    if (StateKeys.isAccount(key)) {
      return base.get(key);
    }
    final byte[] known = answers.get(key);
    if (known != null) {
      return known == TOMBSTONE ? null : known;
    }
    final byte[] value = base.get(key);
    answers.put(key, value == null ? TOMBSTONE : value);
    return value;
  }

  /** The record at {@code at} with the changes beneath it merged. */
  private static byte[] whole(Versions cell, int at) {
    int from = at;
    while (from > 0
        && cell.isChange(from)
        && at - from < MAX_MERGES
        && cell.value(from - 1) != ESTIMATE
        && cell.value(from - 1) != TOMBSTONE) {
      from--;
    }
    byte[] value = cell.value(from);
    for (int i = from + 1; i <= at; i++) {
      value = cell.merged(i, value);
    }
    return value;
  }

  /** A change that is merged when it becomes final. */
  private record Change(Versions cell, AccountReading reading) {}

  /** A finished attempt: what it read and the keys it wrote. */
  public static final class Attempt {
    private final int transaction;
    private final List<Versions> written;

    // Of no use once the attempt is final: a wave holds on to many attempts.
    private ReadSet reads;
    private List<Change> changes;

    private Attempt(int transaction, ReadSet reads, List<Versions> written, List<Change> changes) {
      this.transaction = transaction;
      this.reads = reads;
      this.written = written;
      this.changes = changes;
    }

    /**
     * Adds to {@code entries} what no later transaction has overwritten. Once every transaction is
     * final.
     */
    public void addNewest(List<StateDelta.Entry> entries) {
      for (Versions cell : written) {
        synchronized (cell) {
          if (cell.isLastWriter(transaction)) {
            final byte[] value = cell.lastValue();
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
    final List<Versions> written = new ArrayList<>(4);
    final List<Change> changes = new ArrayList<>(2);
    overlay.forEachWrite(
        (key, value) -> {
          final AccountReading read = overlay.readingOf(key);
          final Versions found = read == null ? null : read.cell();
          final Versions cell = found == null ? cell(key) : found;
          final AccountReading reading =
              read == null || value == null || read.isWhole() ? null : read;
          final byte[] from = reading == null ? null : reading.record();
          synchronized (cell) {
            cell.put(view.transaction, value == null ? TOMBSTONE : value, from);
          }
          written.add(cell);
          if (reading != null && from != null) {
            changes.add(new Change(cell, reading));
          }
        });
    overlay.forEachCode(codes::putIfAbsent);
    if (previous != null) {
      for (Versions cell : previous.written) {
        if (!overlay.wrote(cell.key)) {
          synchronized (cell) {
            cell.remove(view.transaction);
          }
        }
      }
    }
    return new Attempt(view.transaction, view.reads, written, changes);
  }

  private Versions cell(StateKey key) {
    final Versions known = cells.get(key);
    if (known != null) {
      return known;
    }
    final Versions fresh = new Versions(key);
    final Versions other = cells.putIfAbsent(key, fresh);
    return other == null ? fresh : other;
  }

  /** Turns the writes of an invalid attempt into estimates. */
  public void estimate(Attempt attempt) {
    for (Versions cell : attempt.written) {
      synchronized (cell) {
        cell.put(attempt.transaction, ESTIMATE, null);
      }
    }
  }

  /**
   * Merges the account changes of an attempt that stands onto what lies beneath, which is final.
   * After {@link #firstStaleRead} has found nothing, or when everything beneath was final before
   * the attempt began. Once per attempt, which is final from then on.
   */
  public void settle(Attempt attempt) {
    for (Change change : attempt.changes) {
      final Versions cell = change.cell;
      synchronized (cell) {
        final byte[] beneath = change.reading.beneath();
        if (beneath == null) {
          throw new IllegalStateException("an account was changed that is not there");
        }
        final int at = cell.below(attempt.transaction) + 1;
        cell.put(attempt.transaction, cell.merged(at, beneath), null);
      }
    }
    attempt.reads = ReadSet.NONE;
    attempt.changes = List.of();
  }

  /**
   * The first key whose answer has changed since the attempt read it, or null when all still hold.
   */
  public @Nullable StateKey firstStaleRead(Attempt attempt) {
    final ReadSet reads = attempt.reads;
    for (int i = 0; i < reads.size(); i++) {
      final StateKey key = reads.key(i);
      final Versions seen = reads.cell(i);
      final Versions cell = seen == null ? cells.get(key) : seen;
      int writer = ReadSet.FROM_SNAPSHOT;
      byte[] value = null;
      if (cell != null) {
        synchronized (cell) {
          final int at = cell.below(attempt.transaction);
          if (at >= 0) {
            writer = cell.writer(at);
            value = cell.value(at);
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
    if (writer == ReadSet.FROM_SNAPSHOT && reads.writer(i) == ReadSet.FROM_SNAPSHOT) {
      return true;
    }
    if (value == ESTIMATE) {
      return false;
    }
    final byte[] now;
    if (writer == ReadSet.FROM_SNAPSHOT) {
      now = beneath(reads.key(i));
    } else {
      now = value == TOMBSTONE ? null : value;
    }
    final AccountReading reading = reads.reading(i);
    if (reading != null) {
      return reading.holds(now);
    }
    final byte[] then = reads.value(i);
    return now == then || Arrays.equals(now, then);
  }
}
