package io.tidemill.executor.wasm;

import java.util.List;

/**
 * What running a module costs, computed once on the original instructions and obeyed by every
 * backend. Source: decisions F2, F3, W6.
 *
 * @param functions one per function the module defines
 * @param startCost fuel for declared pages and active segments, charged once per instance before
 *     the start section and {@code _initialize}
 */
public record MeteringPlan(List<FunctionPlan> functions, long startCost) {
  /**
   * The plan of one function.
   *
   * @param frameSlots stack slots of a frame: 8 + params + locals + greatest operand height
   * @param chargeOffsets ascending offsets in the module's bytes; before the instruction there is
   *     run, the charge of the same index is spent and checked
   * @param charges fuel, one per offset
   */
  public record FunctionPlan(int frameSlots, int[] chargeOffsets, long[] charges) {}
}
