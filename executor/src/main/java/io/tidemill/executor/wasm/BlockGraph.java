package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.MeteringPlan.Check;
import java.util.Arrays;

/**
 * The blocks of one body with the ways between them, as far as the checks of their charges need it.
 *
 * <p>A check may wait when nothing in its block can trap, be observed or end the function, and
 * every way out of the block comes to another charge first. Headers of loops always check, so no
 * check waits for ever: between two of them code runs forwards only.
 */
final class BlockGraph {
  private static final int NONE = -1;

  // Of each block: its charge or NONE, whether it could wait, whether it heads a loop, whether it
  // ends in a call, and where its ways out begin.
  private int[] charge = new int[64];
  private boolean[] quiet = new boolean[64];
  private boolean[] header = new boolean[64];
  private boolean[] calls = new boolean[64];
  private int[] firstWay = new int[64];
  private int count;

  // Ways out: the number of a block, or below zero a frame whose block is known at the end.
  private int[] ways = new int[128];
  private int wayCount;

  // Of each frame, the block that a branch to it goes to, and the one its else arm starts with.
  private int[] target = new int[64];
  private int[] elseArm = new int[64];

  /** Starts over for a body with this many blocks, loops and ifs. */
  void begin(int frames) {
    count = 0;
    wayCount = 0;
    if (frames > target.length) {
      target = new int[2 * frames];
      elseArm = new int[2 * frames];
    }
    Arrays.fill(target, NONE);
    Arrays.fill(elseArm, NONE);
    header[0] = false;
  }

  /**
   * Adds the block that just ended; what follows tells its ways out.
   *
   * @param chargeIndex its charge, or -1
   * @param silent whether nothing in it can trap or be observed
   */
  void block(int chargeIndex, boolean silent) {
    charge[count] = chargeIndex;
    quiet[count] = silent;
    calls[count] = false;
    firstWay[count++] = wayCount;
    if (count == charge.length) {
      charge = Arrays.copyOf(charge, 2 * count);
      quiet = Arrays.copyOf(quiet, 2 * count);
      header = Arrays.copyOf(header, 2 * count);
      calls = Arrays.copyOf(calls, 2 * count);
      firstWay = Arrays.copyOf(firstWay, 2 * count);
    }
    header[count] = false;
    firstWay[count] = wayCount;
  }

  private void way(int to) {
    if (wayCount == ways.length) {
      ways = Arrays.copyOf(ways, 2 * wayCount);
    }
    ways[wayCount++] = to;
    firstWay[count] = wayCount;
  }

  /** The block can go on to the next one. */
  void continues() {
    way(count);
  }

  /** The block can branch to a frame. */
  void jumps(int frame) {
    way(-1 - 2 * frame);
  }

  /** The block can skip to the else arm of an if, or to its end where it has none. */
  void jumpsToElse(int frame) {
    way(-2 - 2 * frame);
  }

  /** The block ends in a call that the function's own module answers. */
  void calls() {
    calls[count - 1] = true;
    leaves();
  }

  /** Whatever comes after the block, it can be observed. */
  void leaves() {
    quiet[count - 1] = false;
  }

  /** The next block is the header of a loop that something branches to. */
  void headerFollows(int frame) {
    target[frame] = count;
    header[count] = true;
  }

  void elseFollows(int frame) {
    elseArm[frame] = count;
  }

  void endFollows(int frame) {
    if (target[frame] == NONE) {
      target[frame] = count;
    }
  }

  /** When each of {@code charges} charges has to be checked. */
  Check[] checks(int charges) {
    final Check[] checks = new Check[charges];
    final boolean[] safe = new boolean[count];
    for (int block = count - 1; block >= 0; block--) {
      final boolean waits = quiet[block] && allSafe(block, safe);
      safe[block] = waits || charge[block] != NONE;
      if (charge[block] != NONE) {
        checks[charge[block]] =
            calls[block]
                ? Check.BEFORE_CALL
                : waits && !header[block] ? Check.LATER : Check.AT_ONCE;
      }
    }
    return checks;
  }

  private boolean allSafe(int block, boolean[] safe) {
    for (int i = firstWay[block]; i < firstWay[block + 1]; i++) {
      final int to = resolve(ways[i]);
      if (to == NONE || (to <= block ? charge[to] == NONE : !safe[to])) {
        return false;
      }
    }
    return true;
  }

  private int resolve(int way) {
    if (way >= 0) {
      return way;
    }
    final int frame = -1 - way >> 1;
    final boolean toElse = (way & 1) == 0;
    return toElse && elseArm[frame] != NONE ? elseArm[frame] : target[frame];
  }
}
