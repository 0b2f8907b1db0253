package io.tidemill.executor;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateDelta.Entry;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/*
 *   parts     | 2 5 9 | 1 5 7 | 3 4 8 |          each sorted by the worker that gathered it
 *              /   /   /
 *   ranges    | below 4 | 4 to 7 | from 8 |      each merged by one worker, from a slice of every part
 */
/**
 * Sorts what a wave wrote on all workers, in two steps without a serial merge: there may be tens of
 * thousands of keys, and nothing else can go on meanwhile.
 */
final class WaveWrites {
  /** Fewer entries than this are sorted where they are. */
  private static final int WORTH_SHARING = 2_048;

  /** Ranges per worker, so that uneven ones even out. */
  private static final int RANGES_PER_WORKER = 4;

  /** Keys of every part that the borders of the ranges are chosen from, per range. */
  private static final int SAMPLES = 4;

  private WaveWrites() {}

  /** The delta of {@code entries}, whose keys are distinct, sorted by all workers if there are. */
  static StateDelta sort(List<Entry> entries, @Nullable WorkerPool pool) {
    if (pool == null || entries.size() < WORTH_SHARING) {
      return StateDelta.ofUnsorted(entries);
    }
    final int parts = RANGES_PER_WORKER * pool.size();
    final int size = entries.size();
    return gather(
        parts,
        part ->
            entries.subList(
                (int) ((long) size * part / parts), (int) ((long) size * (part + 1) / parts)),
        pool);
  }

  /** The delta of {@code count} parts, which the workers make; no key occurs twice. */
  static StateDelta gather(int count, IntFunction<List<Entry>> part, WorkerPool pool) {
    final AtomicReferenceArray<Entry[]> sorted = new AtomicReferenceArray<>(count);
    pool.each(
        count,
        1,
        i -> {
          final Entry[] entries = part.apply(i).toArray(Entry[]::new);
          Arrays.sort(entries, StateDelta.BY_KEY);
          sorted.set(i, entries);
        });
    final Entry[][] parts = new Entry[count][];
    for (int i = 0; i < count; i++) {
      parts[i] = sorted.get(i);
    }
    return merge(parts, pool);
  }

  private static StateDelta merge(Entry[][] parts, WorkerPool pool) {
    final int ranges = RANGES_PER_WORKER * pool.size();
    final Entry[] borders = borders(parts, ranges);
    final StateDelta[] merged = new StateDelta[borders.length + 1];
    pool.each(
        merged.length,
        1,
        range ->
            merged[range] =
                slice(
                    parts,
                    range == 0 ? null : borders[range - 1],
                    range == borders.length ? null : borders[range]));
    return StateDelta.concat(Arrays.asList(merged));
  }

  /** Entries that cut the whole into about even ranges, ascending. */
  private static Entry[] borders(Entry[][] parts, int ranges) {
    final Entry[] samples = new Entry[parts.length * ranges * SAMPLES];
    int count = 0;
    for (Entry[] part : parts) {
      final int wanted = Math.min(part.length, ranges * SAMPLES);
      for (int i = 0; i < wanted; i++) {
        samples[count++] = part[(int) ((long) part.length * i / wanted)];
      }
    }
    if (count < ranges) {
      return new Entry[0];
    }
    Arrays.sort(samples, 0, count, StateDelta.BY_KEY);
    final Entry[] borders = new Entry[ranges - 1];
    for (int i = 0; i < borders.length; i++) {
      borders[i] = samples[(int) ((long) count * (i + 1) / ranges)];
    }
    return borders;
  }

  /** All entries from {@code from} to below {@code end}, in order. */
  private static StateDelta slice(Entry[][] parts, @Nullable Entry from, @Nullable Entry end) {
    final int[] starts = new int[parts.length];
    final int[] ends = new int[parts.length];
    int size = 0;
    for (int i = 0; i < parts.length; i++) {
      starts[i] = from == null ? 0 : position(parts[i], from);
      ends[i] = end == null ? parts[i].length : position(parts[i], end);
      size += ends[i] - starts[i];
    }
    final Entry[] slice = new Entry[size];
    int at = 0;
    for (int i = 0; i < parts.length; i++) {
      System.arraycopy(parts[i], starts[i], slice, at, ends[i] - starts[i]);
      at += ends[i] - starts[i];
    }
    // A merge sort of runs that are sorted already is a merge.
    Arrays.sort(slice, StateDelta.BY_KEY);
    return StateDelta.ofSorted(Arrays.asList(slice));
  }

  private static int position(Entry[] part, Entry entry) {
    final int at = Collections.binarySearch(Arrays.asList(part), entry, StateDelta.BY_KEY);
    return at >= 0 ? at : -at - 1;
  }
}
