package io.tidemill.executor.wasm;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.Module.DataSegment;
import io.tidemill.executor.wasm.Module.ElementSegment;
import io.tidemill.executor.wasm.Module.Function;
import io.tidemill.executor.wasm.Module.MemoryType;
import io.tidemill.executor.wasm.Module.SegmentMode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What running a module costs, computed once on the original instructions and obeyed by every
 * backend. Source: decisions F2, F3, W2, W5, W6.
 *
 * <p>Order of events that all backends keep:
 *
 * <ol>
 *   <li>{@link Instance#start} charges {@link #startCost}, then copies active element segments,
 *       then active data segments (each is bounds-checked as a whole, and is dropped after), then
 *       calls the start function.
 *   <li>A call, from outside or from wasm, takes one frame and {@link FunctionPlan#frameSlots}
 *       slots, trapping when either is not left; then the first charge of the callee is spent. A
 *       return gives frame and slots back. Imported functions take neither.
 *   <li>A charge that leaves less than zero traps with no fuel left.
 *   <li>memory.fill, memory.copy and memory.init spend {@link FuelSchedule#bulkBytes} of their
 *       length (unsigned) before the bounds check; table.init and table.copy {@link
 *       FuelSchedule#bulkElements}.
 *   <li>memory.grow returns -1 when the size would pass {@link #maxPages} or the transaction's
 *       budget; else it spends {@link FuelSchedule#pages} of its operand, then grows.
 * </ol>
 *
 * @param schedule the prices
 * @param canonicalNans whether results of {@link OpcodeTable#makesArbitraryNan} are made canonical
 * @param maxPages what the memory can grow to: its declared maximum, or the chain's if that is
 *     less; 0 without memory
 * @param functions one per function the module defines
 * @param startCost fuel for declared pages and active segments, charged once per instance before
 *     the start section and {@code _initialize}
 */
public record MeteringPlan(
    FuelSchedule schedule,
    boolean canonicalNans,
    int maxPages,
    List<FunctionPlan> functions,
    long startCost) {

  /** Slots of a frame beside parameters, locals and operands. */
  private static final int FRAME_BASE = 8;

  /**
   * The plan of one function.
   *
   * @param frameSlots stack slots of a frame: 8 + params + locals + greatest operand height
   * @param chargeOffsets ascending offsets in the module's bytes; before the instruction there is
   *     run, the charge of the same index is spent and checked. Offsets in dead code are possible
   *     and mean nothing
   * @param charges fuel, one per offset, positive
   * @param checks when the charge of the same index has to be checked at the latest. Checking every
   *     charge at once is right too, and the reference backend does
   * @param targets of the function's own frame, number 0, and of its blocks, loops and ifs in order
   *     of appearance, dead ones too: whether a branch names it. One that none names is free, and a
   *     body of 128 KiB has room for 40,000, so no backend may spend time on it
   */
  public record FunctionPlan(
      int frameSlots, int[] chargeOffsets, long[] charges, Check[] checks, BitSet targets) {}

  /** When a charge has to be checked, given that nothing may be observed past the last of fuel. */
  public enum Check {
    /** With the charges that follow: until then nothing traps, returns or writes. */
    LATER,
    /** When it is spent. */
    AT_ONCE,
    /** When it is spent; a call to a function of the module follows, or through the table. */
    BEFORE_CALL
  }

  /** The plan of a validated module. A pure function. */
  public static MeteringPlan of(Module module, FuelSchedule schedule, WasmProfile profile) {
    final BlockPlanner planner = new BlockPlanner(module, schedule);
    final List<FunctionPlan> plans = new ArrayList<>(module.functions().size());
    for (Function function : module.functions()) {
      plans.add(planner.plan(function, frameSlots(module, function)));
    }
    return new MeteringPlan(
        schedule,
        profile.floats() == WasmProfile.Floats.CANONICALIZE,
        maxPages(module, profile.limits()),
        List.copyOf(plans),
        startCost(module, schedule));
  }

  private static int frameSlots(Module module, Function function) {
    return FRAME_BASE
        + module.types().get(function.typeIndex()).params().size()
        + function.locals().size()
        + function.maxHeight();
  }

  private static int maxPages(Module module, WasmLimits limits) {
    final MemoryType memory = module.memory();
    if (memory == null) {
      return 0;
    }
    final long declared = memory.max() < 0 ? limits.memoryPages() : memory.max();
    return (int) Math.min(declared, limits.memoryPages());
  }

  private static long startCost(Module module, FuelSchedule schedule) {
    long cost = 0;
    for (MemoryType memory : module.memories()) {
      cost = Math.addExact(cost, schedule.declaredPages(memory.min()));
    }
    for (DataSegment segment : module.data()) {
      if (segment.mode() == SegmentMode.ACTIVE) {
        cost = Math.addExact(cost, schedule.bulk() + schedule.bulkBytes(segment.length()));
      }
    }
    for (ElementSegment segment : module.elements()) {
      if (segment.mode() == SegmentMode.ACTIVE) {
        cost =
            Math.addExact(
                cost, schedule.bulk() + schedule.bulkElements(segment.functions().length));
      }
    }
    return cost;
  }
}
