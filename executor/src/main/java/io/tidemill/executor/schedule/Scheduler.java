package io.tidemill.executor.schedule;

import io.tidemill.state.StateKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Plans the dispatch of a wave from its access sets. Stateless. */
public final class Scheduler {
  /** Prefetch at most this many keys per wave: a hostile list must not flush the caches. */
  public static final int MAX_PREFETCH = 10_000;

  /** The transaction that was last expected to write a key. */
  private static final class LastWriter {
    private int transaction = NONE;
  }

  private static final int NONE = -1;

  private final int[] waitsFor;
  private final int[][] successors;
  private final int[] successorCount;
  private final int[] depth;
  private final Map<StateKey, LastWriter> lastWriters = new HashMap<>();

  private Scheduler(int size) {
    waitsFor = new int[size];
    successors = new int[size][];
    successorCount = new int[size];
    depth = new int[size];
  }

  /** The schedule of transactions with these access sets, in wave order. */
  public static Schedule plan(List<AccessSet> sets) {
    final Scheduler scheduler = new Scheduler(sets.size());
    int longest = 0;
    for (int i = 0; i < sets.size(); i++) {
      scheduler.place(i, sets.get(i));
      longest = Math.max(longest, scheduler.depth[i]);
    }
    for (int i = 0; i < sets.size(); i++) {
      scheduler.successors[i] =
          scheduler.successors[i] == null
              ? new int[0]
              : Arrays.copyOf(scheduler.successors[i], scheduler.successorCount[i]);
    }
    return new Schedule(scheduler.waitsFor, scheduler.successors, longest, prefetch(sets));
  }

  private void place(int transaction, AccessSet set) {
    // A reader holds nobody back: it never sees a version above its own index.
    for (StateKey key : set.reads()) {
      follow(transaction, lastWriter(key).transaction);
    }
    for (StateKey key : set.writes()) {
      final LastWriter last = lastWriter(key);
      follow(transaction, last.transaction);
      last.transaction = transaction;
    }
    depth[transaction]++;
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

  private static List<StateKey> prefetch(List<AccessSet> sets) {
    final TreeSet<StateKey> keys = new TreeSet<>();
    for (AccessSet set : sets) {
      for (StateKey key : set.reads()) {
        keys.add(key);
      }
      for (StateKey key : set.writes()) {
        keys.add(key);
      }
      if (keys.size() >= MAX_PREFETCH) {
        break;
      }
    }
    return keys.stream().limit(MAX_PREFETCH).toList();
  }
}
