package io.tidemill.state;

import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events to return. Source: host-abi 6.7.
 *
 * @param fromWave first wave, inclusive
 * @param toWave last wave, inclusive; at most {@link #MAX_SPAN} waves in all
 * @param contract only events of this contract, or null for all
 * @param topics one filter per topic position: any of its values matches, an empty filter matches
 *     everything; an event without that position does not match a filter that has values
 * @param after only events after this place, or null to start at {@code fromWave}
 * @param limit rows per page, 1 to {@link #MAX_LIMIT}
 */
public record EventQuery(
    long fromWave,
    long toWave,
    @Nullable Hash32 contract,
    List<List<Hash32>> topics,
    @Nullable EventCursor after,
    int limit) {
  /** The most waves that one query may span. */
  public static final int MAX_SPAN = 5_000;

  /** The rows per page when the caller does not say. */
  public static final int DEFAULT_LIMIT = 100;

  /** The most rows per page. */
  public static final int MAX_LIMIT = 1_000;

  /** The most topic positions. */
  public static final int MAX_POSITIONS = 4;

  /** The most values per topic position. */
  public static final int MAX_VALUES = 8;

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException naming the limit that is broken
   */
  public EventQuery {
    require(fromWave >= 0 && toWave >= fromWave, "the wave range is empty or negative");
    require(toWave - fromWave < MAX_SPAN, "the range spans more than " + MAX_SPAN + " waves");
    require(topics.size() <= MAX_POSITIONS, "more than " + MAX_POSITIONS + " topic positions");
    require(limit >= 1 && limit <= MAX_LIMIT, "the limit is not between 1 and " + MAX_LIMIT);
    for (final List<Hash32> values : topics) {
      require(values.size() <= MAX_VALUES, "more than " + MAX_VALUES + " values at a position");
    }
  }

  /** Whether an event with this contract and these topics is asked for. */
  public boolean matches(Hash32 eventContract, List<Hash32> eventTopics) {
    if (contract != null && !contract.equals(eventContract)) {
      return false;
    }
    for (int i = 0; i < topics.size(); i++) {
      final List<Hash32> values = topics.get(i);
      if (!values.isEmpty() && (i >= eventTopics.size() || !values.contains(eventTopics.get(i)))) {
        return false;
      }
    }
    return true;
  }

  /** The same, ending at {@code wave} if that is earlier. */
  public EventQuery upTo(long wave) {
    return wave >= toWave ? this : new EventQuery(fromWave, wave, contract, topics, after, limit);
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("event query: " + problem);
    }
  }
}
