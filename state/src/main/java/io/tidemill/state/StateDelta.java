package io.tidemill.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * What one wave does to the state: keys in ascending order, each with its new value or a deletion.
 * This is the only thing the executor hands to the state. Immutable; the value arrays must not be
 * changed.
 */
public final class StateDelta implements Iterable<StateDelta.Entry> {
  /** A delta without entries. */
  public static final StateDelta EMPTY = new StateDelta(List.of());

  /** One key with its new value; a null value is a deletion. An empty array is a value. */
  public record Entry(StateKey key, byte @Nullable [] value) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Entry that
          && key.equals(that.key)
          && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
      return 31 * key.hashCode() + Arrays.hashCode(value);
    }
  }

  /** The order of entries. */
  public static final Comparator<Entry> BY_KEY = (a, b) -> a.key().raw().compareTo(b.key().raw());

  private final List<Entry> entries;

  private StateDelta(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * The delta with these entries.
   *
   * @throws IllegalArgumentException if the keys are not strictly ascending
   */
  public static StateDelta ofSorted(List<Entry> entries) {
    for (int i = 1; i < entries.size(); i++) {
      if (entries.get(i - 1).key().compareTo(entries.get(i).key()) >= 0) {
        throw new IllegalArgumentException("keys are not strictly ascending at entry " + i);
      }
    }
    return new StateDelta(List.copyOf(entries));
  }

  /**
   * The delta with these entries, in any order.
   *
   * @throws IllegalArgumentException if a key occurs twice
   */
  public static StateDelta ofUnsorted(List<Entry> entries) {
    final Entry[] sorted = entries.toArray(Entry[]::new);
    Arrays.parallelSort(sorted, BY_KEY);
    return ofSorted(Arrays.asList(sorted));
  }

  /**
   * The delta of {@code parts} one after the other.
   *
   * @throws IllegalArgumentException if a part does not begin above the end of the one before
   */
  public static StateDelta concat(List<StateDelta> parts) {
    final List<Entry> entries = new ArrayList<>(parts.stream().mapToInt(StateDelta::size).sum());
    for (StateDelta part : parts) {
      if (part.size() > 0
          && !entries.isEmpty()
          && BY_KEY.compare(entries.getLast(), part.get(0)) >= 0) {
        throw new IllegalArgumentException("the parts are not in ascending order");
      }
      entries.addAll(part.entries);
    }
    return new StateDelta(Collections.unmodifiableList(entries));
  }

  /** Both deltas one after the other: where they write the same key, this one wins. */
  public StateDelta over(StateDelta below) {
    if (entries.isEmpty()) {
      return below;
    }
    final List<Entry> merged = new ArrayList<>(size() + below.size());
    int from = 0;
    // One of them is often a few entries and the other a whole wave: those are copied in stretches.
    for (Entry mine : entries) {
      final int at =
          Collections.binarySearch(below.entries.subList(from, below.size()), mine, BY_KEY);
      final int end = from + (at >= 0 ? at : -at - 1);
      merged.addAll(below.entries.subList(from, end));
      merged.add(mine);
      from = at >= 0 ? end + 1 : end;
    }
    merged.addAll(below.entries.subList(from, below.size()));
    return new StateDelta(Collections.unmodifiableList(merged));
  }

  /** The delta with the entries of {@code changes}, where a null value is a deletion. */
  public static StateDelta of(NavigableMap<StateKey, byte @Nullable []> changes) {
    final List<Entry> list = new ArrayList<>(changes.size());
    for (Map.Entry<StateKey, byte @Nullable []> change : changes.entrySet()) {
      list.add(new Entry(change.getKey(), change.getValue()));
    }
    return ofSorted(list);
  }

  /** The number of keys that change. */
  public int size() {
    return entries.size();
  }

  /** Entry {@code index} in key order. */
  public Entry get(int index) {
    return entries.get(index);
  }

  @Override
  public Iterator<Entry> iterator() {
    return entries.iterator();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof StateDelta that && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }
}
