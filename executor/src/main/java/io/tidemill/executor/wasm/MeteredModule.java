package io.tidemill.executor.wasm;

import java.util.List;

/**
 * A self-contained metered module: it imports what the original imports, runs on any WebAssembly
 * engine with bulk memory and multi-value, and counts for itself. Function, global, table, memory
 * and segment indices of the original stay as they are.
 *
 * <p>It exports, beside what the original exports:
 *
 * <ul>
 *   <li>{@value #FUEL}: mutable i64, the fuel that is left. Negative after out-of-fuel, when
 *       nothing is left.
 *   <li>{@value #FRAMES} and {@value #STACK}: mutable i32, frames and slots that are left of the
 *       logical stack. One of them is negative after a stack overflow.
 *   <li>{@value #PAGES}: mutable i32, pages that the transaction may still grant to memory.grow.
 *   <li>{@value #START}: a function without parameters and results that charges declared pages and
 *       active segments, copies the segments and runs the start section. Whoever instantiates the
 *       module sets the globals and then calls it, once, before anything else.
 * </ul>
 *
 * <p>A trap by {@code unreachable} with one of these globals negative is out-of-fuel or a stack
 * overflow; with none negative it is the module's own. Source: decisions F2, F3, W2, W5, W6.
 *
 * @param bytes the module
 * @param fuelGlobal index of the first added global; frames, slots and pages follow
 * @param sites for each function that the original defines, in the order in which its metered body
 *     writes the fuel global, the offset of the original instruction that it pays for; for tools
 */
public record MeteredModule(byte[] bytes, int fuelGlobal, List<List<Integer>> sites) {
  /** The export that is the fuel left. */
  public static final String FUEL = ModuleValidator.RESERVED_PREFIX + "fuel";

  /** The export that is the frames left. */
  public static final String FRAMES = ModuleValidator.RESERVED_PREFIX + "frames";

  /** The export that is the slots left. */
  public static final String STACK = ModuleValidator.RESERVED_PREFIX + "stack";

  /** The export that is the pages left. */
  public static final String PAGES = ModuleValidator.RESERVED_PREFIX + "pages";

  /** The export that instantiates. */
  public static final String START = ModuleValidator.RESERVED_PREFIX + "start";

  /** What the fuel global starts with: no limit. */
  public static final long INITIAL_FUEL = Long.MAX_VALUE;

  /** What the frames global starts with. Source: decisions W6. */
  public static final int INITIAL_FRAMES = 4_096;

  /** What the slots global starts with. Source: decisions W6. */
  public static final int INITIAL_SLOTS = 262_144;

  /** What the pages global starts with, less the declared minimum. Source: decisions W5. */
  public static final int INITIAL_PAGES = 4_096;

  /** Index of the global that counts frames. */
  public int framesGlobal() {
    return fuelGlobal + 1;
  }

  /** Index of the global that counts slots. */
  public int slotsGlobal() {
    return fuelGlobal + 2;
  }

  /** Index of the global that counts pages. */
  public int pagesGlobal() {
    return fuelGlobal + 3;
  }
}
