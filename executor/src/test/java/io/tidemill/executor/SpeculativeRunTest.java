package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.SpeculativeRun.Surroundings;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.executor.schedule.AccessSet;
import io.tidemill.executor.schedule.Schedule;
import io.tidemill.executor.schedule.Scheduler;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the threads do, a speculative run has the outcome of running one after another. */
class SpeculativeRunTest {
  private static final int RUNS = Integer.getInteger("tidemill.speculation.runs", 200);
  private static final List<WorkerPool> POOLS =
      List.of(
          new WorkerPool(1, 0), new WorkerPool(2, 0), new WorkerPool(4, 0), new WorkerPool(16, 0));

  @AfterAll
  static void stop() {
    POOLS.forEach(WorkerPool::close);
  }

  /** One array, so that receipts compare as records. */
  private static final byte[] NOTHING = new byte[0];

  /** A small program per transaction: read some keys, write a digest of them or delete. */
  private record Program(int[] reads, int[] writes, boolean deletes) {
    Receipt run(int index, Overlay overlay) {
      long digest = index;
      for (int key : reads) {
        final byte[] value = overlay.get(key(key));
        digest = digest * 31 + (value == null ? 7 : Arrays.hashCode(value));
      }
      for (int key : writes) {
        // Which keys are written depends on what was read: conflicts no list can foresee.
        final int target = key + (int) (digest & 1);
        if (deletes && (digest & 2) == 0) {
          overlay.delete(key(target));
        } else {
          overlay.put(key(target), U128.of(digest).toBytes());
        }
      }
      return receipt(index, digest);
    }
  }

  private static StateKey key(int number) {
    return new StateKey(new Hash32(number, 0, 0, 0));
  }

  private static SettledReceipt settled(Receipt receipt) {
    return SettledReceipt.of(receipt, Rules.Fees.DEFAULT);
  }

  private static Surroundings undisturbed(WorkerPool pool) {
    return new Surroundings(
        pool, WaveExecutor.ReceiptListener.NONE, System::nanoTime, SpeculativeRun.Probe.NONE);
  }

  private static Receipt receipt(int index, long digest) {
    return new Receipt(
        1,
        index,
        Hash32.ZERO,
        Receipt.Status.SUCCESS,
        Receipt.Category.NONE,
        0,
        true,
        digest,
        U128.ZERO,
        null,
        NOTHING,
        null,
        List.of());
  }

  private static final class Serial implements StateView {
    private final Snapshot base;
    private final TreeMap<StateKey, byte @Nullable []> written = new TreeMap<>();

    Serial(Snapshot base) {
      this.base = base;
    }

    @Override
    public byte @Nullable [] get(StateKey key) {
      return written.containsKey(key) ? written.get(key) : base.get(key);
    }

    @Override
    public byte @Nullable [] code(Hash32 codeHash) {
      return null;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void shouldEqualSerialExecutionWhateverTheInterleaving(int pool) {
    for (int seed = 0; seed < RUNS; seed++) {
      compare(POOLS.get(pool), seed);
    }
  }

  private static void compare(WorkerPool pool, long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final int keys = 1 + random.nextInt(60);
    final List<Program> programs = new ArrayList<>();
    for (int i = random.nextInt(120); i > 0; i--) {
      programs.add(new Program(some(random, keys), some(random, keys), random.nextInt(4) == 0));
    }
    final MapSnapshot base = new MapSnapshot();
    for (int key = 0; key < keys; key += 2) {
      base.values.put(key(key), new byte[] {(byte) key});
    }
    final Serial serial = new Serial(base);
    final List<Receipt> expected = new ArrayList<>();
    for (int i = 0; i < programs.size(); i++) {
      final Overlay overlay = new Overlay(serial);
      expected.add(programs.get(i).run(i, overlay));
      serial.written.putAll(overlay.sortedWrites());
    }

    final Schedule schedule = Scheduler.plan(sets(programs, random.nextInt(4), random));
    final List<Receipt> heard = new ArrayList<>();
    final SpeculativeRun run =
        new SpeculativeRun(
            base,
            schedule,
            (i, overlay) -> settled(programs.get(i).run(i, overlay)),
            new Surroundings(pool, heard::add, System::nanoTime, yields(seed)));
    run.execute();

    assertThat(heard)
        .as("receipts of seed %d on %d workers", seed, pool.size())
        .isEqualTo(expected);
    assertThat(run.attempts().writes())
        .as("writes of seed %d", seed)
        .isEqualTo(StateDelta.of(serial.written));
    assertThat(run.statistics().attempts()).isLessThanOrEqualTo(2 * programs.size());
  }

  /** Lists that are absent, right, partial and wrong. */
  private static List<AccessSet> sets(List<Program> programs, int mode, SplittableRandom random) {
    final List<AccessSet> sets = new ArrayList<>();
    for (Program program : programs) {
      final List<StateKey> reads = new ArrayList<>();
      final List<StateKey> writes = new ArrayList<>();
      if (mode == 1 || mode == 2 && random.nextBoolean()) {
        for (int read : program.reads) {
          reads.add(key(read));
        }
        for (int write : program.writes) {
          writes.add(key(write));
          writes.add(key(write + 1));
        }
      } else if (mode == 3) {
        writes.add(key(random.nextInt(5)));
        reads.add(key(random.nextInt(5)));
      }
      sets.add(new AccessSet(reads, writes));
    }
    return sets;
  }

  private static int[] some(SplittableRandom random, int keys) {
    final int[] some = new int[random.nextInt(4)];
    for (int i = 0; i < some.length; i++) {
      some[i] = random.nextInt(keys);
    }
    return some;
  }

  private static SpeculativeRun.Probe yields(long seed) {
    return () -> {
      // Disturbs the threads; what it draws never reaches a result.
      if ((Thread.currentThread().threadId() * 31 + System.nanoTime() + seed & 3) == 0) {
        Thread.yield();
      }
    };
  }

  @Test
  void shouldAbandonTheWaveWhenATransactionFaults() {
    final Schedule schedule = Scheduler.plan(List.of(AccessSet.UNKNOWN, AccessSet.UNKNOWN));
    final SpeculativeRun run =
        new SpeculativeRun(
            new MapSnapshot(),
            schedule,
            (i, overlay) -> {
              if (i == 1) {
                throw new NodeFault("disk on fire");
              }
              return settled(receipt(i, 0));
            },
            undisturbed(POOLS.get(1)));

    assertThatThrownBy(() -> run.execute())
        .isInstanceOf(NodeFault.class)
        .hasMessageContaining("disk on fire");
  }

  @Test
  void shouldGiveNoAnswerWhenAWorkerDies() {
    final Schedule schedule = Scheduler.plan(List.of(AccessSet.UNKNOWN, AccessSet.UNKNOWN));
    final SpeculativeRun.Body dying =
        (i, overlay) -> {
          throw new StackOverflowError();
        };
    final SpeculativeRun run =
        new SpeculativeRun(new MapSnapshot(), schedule, dying, undisturbed(POOLS.get(2)));

    assertThatThrownBy(() -> run.execute()).isInstanceOf(NodeFault.class);

    // The pool is as good as new: the retried wave gets its answer.
    compare(POOLS.get(2), 42);
  }

  @Test
  void shouldGiveNoAnswerWhenAWorkerIsInterrupted() {
    final Schedule schedule = Scheduler.plan(Collections.nCopies(1_000, AccessSet.UNKNOWN));
    final SpeculativeRun run =
        new SpeculativeRun(
            new MapSnapshot(),
            schedule,
            (i, overlay) -> {
              Thread.currentThread().interrupt();
              return settled(receipt(i, 0));
            },
            undisturbed(POOLS.get(1)));

    assertThatThrownBy(() -> run.execute()).isInstanceOf(NodeFault.class);
    compare(POOLS.get(1), 43);
  }
}
