package io.tidemill.executor.schedule;

import io.tidemill.state.StateKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Plans the dispatch of a wave from its access sets, which come in transaction order and may come
 * while the wave is still arriving. Confined to one thread at a time.
 */
public final class Scheduler {
  /** The transactions that were last expected to write a key and to pay into it. */
  private static final class LastWriter {
    private int transaction = NONE;
    private int payment = NONE;
  }

  private static final int NONE = -1;
  private static final int[] NOBODY = new int[0];

  private final Map<StateKey, LastWriter> lastWriters;
  private int[] waitsFor;
  private int[][] successors;
  private int[] successorCount;
  private int[] depth;
  private int size;
  private int longest;

  /** A scheduler that has seen nothing; {@code expected} is a hint for the number to come. */
  public Scheduler(int expected) {
    final int capacity = Math.max(16, expected);
    lastWriters = HashMap.newHashMap(2 * capacity);
    waitsFor = new int[capacity];
    successors = new int[capacity][];
    successorCount = new int[capacity];
    depth = new int[capacity];
  }

  /** The schedule of transactions with these access sets, in wave order. */
  public static Schedule plan(List<AccessSet> sets) {
    final Scheduler scheduler = new Scheduler(sets.size());
    for (AccessSet set : sets) {
      scheduler.place(set);
    }
    return scheduler.finish();
  }

  /** Takes in the next transaction. */
  public void place(AccessSet set) {
    if (size == waitsFor.length) {
      grow();
    }
    final int transaction = size++;
    // A reader holds nobody back: it never sees a version above its own index.
    for (StateKey key : set.reads()) {
      final LastWriter last = lastWriter(key);
      follow(transaction, last.transaction);
      follow(transaction, last.payment);
    }
    for (StateKey key : set.writes()) {
      final LastWriter last = lastWriter(key);
      follow(transaction, last.transaction);
      last.transaction = transaction;
    }
    for (StateKey key : set.payments()) {
      lastWriter(key).payment = transaction;
    }
    depth[transaction]++;
    longest = Math.max(longest, depth[transaction]);
  }

  /** The schedule of everything that was placed; the scheduler is used up. */
  public Schedule finish() {
    final int[][] trimmed = new int[size][];
    for (int i = 0; i < size; i++) {
      trimmed[i] = successors[i] == null ? NOBODY : Arrays.copyOf(successors[i], successorCount[i]);
    }
    return new Schedule(Arrays.copyOf(waitsFor, size), trimmed, longest);
  }

  private void grow() {
    final int capacity = 2 * size;
    waitsFor = Arrays.copyOf(waitsFor, capacity);
    successors = Arrays.copyOf(successors, capacity);
    successorCount = Arrays.copyOf(successorCount, capacity);
    depth = Arrays.copyOf(depth, capacity);
  }

  private LastWriter lastWriter(StateKey key) {
    return lastWriters.computeIfAbsent(key, _ -> new LastWriter());
  }

  /** Holds {@code transaction} back until {@code predecessor} has run. */
  private void follow(int transaction, int predecessor) {
    if (predecessor == NONE || predecessor == transaction) {
      return;
    }
    int[] list = successors[predecessor];
    final int count = successorCount[predecessor];
    if (list == null) {
      list = new int[2];
      successors[predecessor] = list;
    } else if (list[count - 1] == transaction) {
      return;
    } else if (count == list.length) {
      list = Arrays.copyOf(list, 2 * count);
      successors[predecessor] = list;
    }
    list[count] = transaction;
    successorCount[predecessor]++;
    waitsFor[transaction]++;
    depth[transaction] = Math.max(depth[transaction], depth[predecessor]);
  }
}
