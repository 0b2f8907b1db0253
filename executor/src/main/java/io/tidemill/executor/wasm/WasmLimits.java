package io.tidemill.executor.wasm;

/**
 * How big a module may be. Consensus data: the record is part of {@code Rules}. Each limit is the
 * greatest value that is still accepted. Source: decisions W3.
 *
 * @param moduleBytes raw bytes of a module
 * @param types entries of the type section
 * @param functions functions the module defines
 * @param imports entries of the import section
 * @param exports entries of the export section
 * @param globals globals the module defines
 * @param params parameters of one type
 * @param results results of one type
 * @param locals declared locals of one function, without parameters
 * @param moduleLocals declared locals of all functions together
 * @param bodyBytes bytes of one code entry, local declarations included
 * @param nesting blocks, loops and ifs inside each other
 * @param operandHeight values on the operand stack of one function
 * @param branchTableTargets targets of one br_table, without the default
 * @param tableEntries declared minimum of the table
 * @param memoryPages declared minimum of the memory, and the most it can grow to
 * @param dataSegments entries of the data section
 * @param elementSegments entries of the element section
 * @param customSections custom sections
 * @param customBytes bytes of all custom sections together
 * @param nameBytes bytes of one import, export or section name
 */
public record WasmLimits(
    int moduleBytes,
    int types,
    int functions,
    int imports,
    int exports,
    int globals,
    int params,
    int results,
    int locals,
    int moduleLocals,
    int bodyBytes,
    int nesting,
    int operandHeight,
    int branchTableTargets,
    int tableEntries,
    int memoryPages,
    int dataSegments,
    int elementSegments,
    int customSections,
    int customBytes,
    int nameBytes) {

  private static final int MAX = Integer.MAX_VALUE;

  /** The limits of every chain so far. */
  public static final WasmLimits V1 =
      new WasmLimits(
          1 << 20, 10_000, 4_096, 64, 256, 1_000, 32, 32, 1_024, 50_000, 128 << 10, 256, 1_024,
          4_096, 10_000, 1_024, 1_000, 1_000, 64, 256 << 10, 256);

  /**
   * For the WebAssembly spec scripts only: what the format itself allows. Counts stay bounded by
   * the bytes that remain; a table has at most 10 million entries.
   */
  public static final WasmLimits TESTSUITE =
      new WasmLimits(
          64 << 20,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX,
          10_000_000,
          65_536,
          MAX,
          MAX,
          MAX,
          MAX,
          MAX);
}
