package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.Instance;

/**
 * What is left of the logical stack in one int: 13 bits of frames above 19 bits of slots, so that
 * one test with a small constant finds either of them spent. It holds 4,096 frames and 262,144
 * slots, the limits of decisions W6. Public because generated classes call it.
 */
public final class PackedStack {
  private static final int SLOT_BITS = 19;

  /** One frame. */
  static final int FRAME = 1 << SLOT_BITS;

  /** The most slots that there are. */
  static final int MOST_SLOTS = FRAME / 2;

  private static final int MOST_FRAMES = 4_096;

  /**
   * After a frame of at least one slot was taken, one of these bits is set where there was none to
   * take: the highest of either number, which only the untouched limits themselves reach.
   */
  static final int UNDERFLOW = Integer.MIN_VALUE | MOST_SLOTS;

  private PackedStack() {}

  /** What the instance has left. */
  public static int of(Instance instance) {
    if (instance.framesLeft > MOST_FRAMES || instance.slotsLeft > MOST_SLOTS) {
      throw new IllegalStateException(
          instance.framesLeft + " frames and " + instance.slotsLeft + " slots are past the limits");
    }
    return instance.framesLeft << SLOT_BITS | instance.slotsLeft;
  }

  /** Writes the fuel and the stack to the instance, for a host function. */
  public static void leave(long fuel, int stack, Instance instance) {
    instance.fuel = fuel;
    instance.framesLeft = stack >>> SLOT_BITS;
    instance.slotsLeft = stack & FRAME - 1;
  }
}
