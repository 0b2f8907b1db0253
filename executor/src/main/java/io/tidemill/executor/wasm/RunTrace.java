package io.tidemill.executor.wasm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a traced run leaves behind: the functions it was in when it was unwound, and what it spent
 * fuel on. For tools only; one run of one thread.
 */
public final class RunTrace implements RunObserver {
  private static final int MOST_FRAMES = 64;

  /**
   * A place that fuel is spent for.
   *
   * @param function function index, imports first
   * @param offset where in the module the paid block or bulk instruction starts
   */
  public record Site(int function, int offset) implements Comparable<Site> {
    @Override
    public int compareTo(Site other) {
      final int order = Integer.compare(function, other.function);
      return order != 0 ? order : Integer.compare(offset, other.offset);
    }
  }

  private final Map<Site, Long> spending = new TreeMap<>();
  private final List<Integer> frames = new ArrayList<>();
  private int depth;

  @Override
  public void unwound(int function) {
    depth++;
    if (frames.size() < MOST_FRAMES) {
      frames.add(function);
    }
  }

  @Override
  public void spent(int function, int offset, long fuel) {
    spending.merge(new Site(function, offset), fuel, Math::addExact);
  }

  /** All that was spent, by function and then by offset. */
  public Map<Site, Long> spending() {
    return spending;
  }

  /** Forgets everything. */
  public void clear() {
    frames.clear();
    spending.clear();
    depth = 0;
  }

  /** Function indices, innermost first, at most 64 of them. */
  public List<Integer> frames() {
    return List.copyOf(frames);
  }

  /** How many frames were unwound. */
  public int depth() {
    return depth;
  }
}
