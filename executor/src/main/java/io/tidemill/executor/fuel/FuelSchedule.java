package io.tidemill.executor.fuel;

/**
 * The prices of instructions, in fuel. Consensus data: the record is part of {@code Rules} and of
 * every cache key. Source: host-abi 3.3 and decisions F2.
 *
 * @param version the number of this schedule
 * @param structural nop, drop, block, loop, else, end
 * @param simple constants, locals, globals, select
 * @param integer integer add, subtract, logic, shift, compare, wrap, extend
 * @param integerSlow integer multiply, bit counts, rotates
 * @param division integer division and remainder
 * @param floating every float operation that is not a constant, a load or a store
 * @param memoryAccess loads and stores
 * @param memorySize memory.size
 * @param branch br, br_if, if, return
 * @param branchTable br_table
 * @param call call
 * @param callIndirect call_indirect
 * @param unreachable unreachable
 * @param memoryGrow memory.grow, whether it succeeds or not
 * @param bulk memory.copy, memory.fill, memory.init, table.copy, table.init and each active segment
 * @param segmentDrop data.drop and elem.drop
 * @param page each page that is granted, and each declared page that is not free
 * @param freePages declared pages that cost nothing
 * @param bytesPerUnit bytes of a bulk memory operation that one unit pays for, rounded up
 * @param element each element of a bulk table operation
 */
public record FuelSchedule(
    int version,
    int structural,
    int simple,
    int integer,
    int integerSlow,
    int division,
    int floating,
    int memoryAccess,
    int memorySize,
    int branch,
    int branchTable,
    int call,
    int callIndirect,
    int unreachable,
    int memoryGrow,
    int bulk,
    int segmentDrop,
    int page,
    int freePages,
    int bytesPerUnit,
    int element) {

  /** The first schedule. */
  public static final FuelSchedule V1 =
      new FuelSchedule(1, 0, 1, 1, 2, 3, 3, 5, 1, 1, 2, 2, 2, 1, 5, 5, 1, 200, 32, 8, 1);

  public FuelSchedule {
    if (bytesPerUnit < 1) {
      throw new IllegalArgumentException("bytesPerUnit must be positive, is " + bytesPerUnit);
    }
  }

  /** What {@code bytes} of a bulk memory operation cost beside {@link #bulk}. */
  public long bulkBytes(long bytes) {
    return Math.addExact(bytes, bytesPerUnit - 1) / bytesPerUnit;
  }

  /** What {@code count} elements of a bulk table operation cost beside {@link #bulk}. */
  public long bulkElements(long count) {
    return Math.multiplyExact(count, element);
  }

  /** What {@code count} granted pages cost beside {@link #memoryGrow}. */
  public long pages(long count) {
    return Math.multiplyExact(count, page);
  }

  /** What declaring {@code count} pages costs at instantiation. */
  public long declaredPages(long count) {
    return pages(Math.max(0, count - freePages));
  }
}
