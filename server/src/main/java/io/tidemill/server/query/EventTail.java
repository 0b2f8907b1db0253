package io.tidemill.server.query;

import io.tidemill.state.EventCursor;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Committed events in order, from a cursor on, for a subscriber that takes them one by one. One
 * small page at a time is in memory. Confined to one thread at a time.
 */
public final class EventTail {
  private static final int PAGE = 64;

  /** What comes next. */
  public sealed interface Item {
    /** An event. */
    record Found(EventRecords.Placed placed) implements Item {}

    /** Every event up to and including {@code wave} was handed out. */
    record CaughtUp(long wave) implements Item {}

    /** Events up to and including {@code wave} are not available any more. */
    record Gap(long wave) implements Item {}
  }

  private final ChainReader reader;
  private final EventSearch search;
  private final List<Hash32> contracts;
  private final List<List<Hash32>> topics;
  private final Deque<EventRecords.Placed> page = new ArrayDeque<>();
  private EventCursor after;
  private long saidUpTo;
  private boolean checkedGap;

  /**
   * A tail of the events of {@code contracts}, or of all when there are none.
   *
   * @param after only events behind it; null means from now on
   */
  public EventTail(
      ChainReader reader,
      List<Hash32> contracts,
      List<List<Hash32>> topics,
      @Nullable EventCursor after) {
    this.reader = reader;
    this.search = new EventSearch(reader.store());
    this.contracts = contracts;
    this.topics = topics;
    final long head = reader.position().head().wave();
    this.after = after == null ? endOf(head) : after;
    this.saidUpTo = after == null ? head : -1;
    this.checkedGap = after == null;
  }

  /** The cursor behind every event of {@code wave}. */
  public static EventCursor endOf(long wave) {
    return new EventCursor(wave, -1, -1);
  }

  /** Where a tail that replaces this one would begin. */
  public EventCursor after() {
    return after;
  }

  /** The next item, or null when there is nothing new. */
  public @Nullable Item next() {
    if (!checkedGap) {
      checkedGap = true;
      final long oldest = reader.store().oldestWave();
      if (after.wave() + 1 < oldest) {
        after = endOf(oldest - 1);
        return new Item.Gap(oldest - 1);
      }
    }
    final long head = reader.position().head().wave();
    fill(head);
    final EventRecords.Placed placed = page.poll();
    if (placed != null) {
      after = placed.at();
      return new Item.Found(placed);
    }
    if (head > saidUpTo) {
      saidUpTo = head;
      return new Item.CaughtUp(head);
    }
    return null;
  }

  private void fill(long head) {
    while (page.isEmpty() && Long.compare(after.wave(), head) <= 0) {
      final EventSearch.Page found =
          search.page(Math.max(0, after.wave()), head, contracts, topics, after, PAGE);
      page.addAll(found.events());
      if (found.next() == null) {
        if (page.isEmpty()) {
          after = endOf(head);
        }
        return;
      }
      if (page.isEmpty()) {
        after = found.next();
      }
    }
  }

  /** Everything above {@code wave} is void; the tail goes back to its end. */
  public void unwind(long wave) {
    page.clear();
    if (after.wave() > wave) {
      after = endOf(wave);
    }
    saidUpTo = Math.min(saidUpTo, wave);
  }
}
