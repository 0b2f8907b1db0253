package io.tidemill.executor.wasm;

import java.util.ArrayList;
import java.util.List;

/**
 * What a traced run leaves behind: the functions it was in when it was unwound. For tools only; one
 * run of one thread.
 */
public final class RunTrace {
  private static final int MOST_FRAMES = 64;

  private final List<Integer> frames = new ArrayList<>();
  private int depth;

  /** A frame of {@code function} is unwound; called from the innermost frame outwards. */
  public void unwound(int function) {
    depth++;
    if (frames.size() < MOST_FRAMES) {
      frames.add(function);
    }
  }

  /** Forgets everything. */
  public void clear() {
    frames.clear();
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
