package io.tidemill.executor.wasm;

import io.tidemill.executor.fuel.FuelSchedule;
import java.util.Locale;

/** Instructions that share a price. Source: host-abi 3.3. */
public enum OpcodeClass {
  STRUCTURAL,
  SIMPLE,
  INTEGER,
  INTEGER_SLOW,
  DIVISION,
  FLOATING,
  MEMORY_ACCESS,
  MEMORY_SIZE,
  BRANCH,
  BRANCH_TABLE,
  CALL,
  CALL_INDIRECT,
  UNREACHABLE,
  MEMORY_GROW,
  BULK,
  SEGMENT_DROP;

  private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** The price of one instruction of this class, without what depends on operands. */
  public int price(FuelSchedule schedule) {
    return switch (this) {
      case STRUCTURAL -> schedule.structural();
      case SIMPLE -> schedule.simple();
      case INTEGER -> schedule.integer();
      case INTEGER_SLOW -> schedule.integerSlow();
      case DIVISION -> schedule.division();
      case FLOATING -> schedule.floating();
      case MEMORY_ACCESS -> schedule.memoryAccess();
      case MEMORY_SIZE -> schedule.memorySize();
      case BRANCH -> schedule.branch();
      case BRANCH_TABLE -> schedule.branchTable();
      case CALL -> schedule.call();
      case CALL_INDIRECT -> schedule.callIndirect();
      case UNREACHABLE -> schedule.unreachable();
      case MEMORY_GROW -> schedule.memoryGrow();
      case BULK -> schedule.bulk();
      case SEGMENT_DROP -> schedule.segmentDrop();
    };
  }

  /** The name that reports show. */
  public String label() {
    return label;
  }

  /** The prices of all opcodes, by {@link OpcodeTable#index}. */
  static int[] prices(FuelSchedule schedule) {
    final int[] prices = new int[OpcodeTable.size()];
    for (int i = 0; i < prices.length; i++) {
      final int opcode = i < 256 ? i : Opcodes.PREFIX_FC << 8 | (i - 256);
      prices[i] = OpcodeTable.known(opcode) ? of(opcode).price(schedule) : 0;
    }
    return prices;
  }

  /** The class of {@code opcode}. */
  public static OpcodeClass of(int opcode) {
    return switch (opcode) {
      case Opcodes.NOP, Opcodes.DROP, Opcodes.BLOCK, Opcodes.LOOP, Opcodes.ELSE, Opcodes.END ->
          STRUCTURAL;
      case Opcodes.UNREACHABLE -> UNREACHABLE;
      case Opcodes.IF, Opcodes.BR, Opcodes.BR_IF, Opcodes.RETURN -> BRANCH;
      case Opcodes.BR_TABLE -> BRANCH_TABLE;
      case Opcodes.CALL -> CALL;
      case Opcodes.CALL_INDIRECT -> CALL_INDIRECT;
      case Opcodes.SELECT,
          Opcodes.LOCAL_GET,
          Opcodes.LOCAL_SET,
          Opcodes.LOCAL_TEE,
          Opcodes.GLOBAL_GET,
          Opcodes.GLOBAL_SET,
          Opcodes.I32_CONST,
          Opcodes.I64_CONST,
          Opcodes.F32_CONST,
          Opcodes.F64_CONST ->
          SIMPLE;
      case Opcodes.MEMORY_SIZE -> MEMORY_SIZE;
      case Opcodes.MEMORY_GROW -> MEMORY_GROW;
      case Opcodes.DATA_DROP, Opcodes.ELEM_DROP -> SEGMENT_DROP;
      case Opcodes.MEMORY_INIT,
          Opcodes.MEMORY_COPY,
          Opcodes.MEMORY_FILL,
          Opcodes.TABLE_INIT,
          Opcodes.TABLE_COPY ->
          BULK;
      default -> numeric(opcode);
    };
  }

  private static OpcodeClass numeric(int opcode) {
    if (OpcodeTable.accessesMemory(opcode)) {
      return MEMORY_ACCESS;
    }
    if (OpcodeTable.usesFloats(opcode)) {
      return FLOATING;
    }
    return switch (opcode) {
      case Opcodes.I32_MUL,
          Opcodes.I32_CLZ,
          Opcodes.I32_CTZ,
          Opcodes.I32_POPCNT,
          Opcodes.I32_ROTL,
          Opcodes.I32_ROTR,
          Opcodes.I64_MUL,
          Opcodes.I64_CLZ,
          Opcodes.I64_CTZ,
          Opcodes.I64_POPCNT,
          Opcodes.I64_ROTL,
          Opcodes.I64_ROTR ->
          INTEGER_SLOW;
      case Opcodes.I32_DIV_S,
          Opcodes.I32_DIV_U,
          Opcodes.I32_REM_S,
          Opcodes.I32_REM_U,
          Opcodes.I64_DIV_S,
          Opcodes.I64_DIV_U,
          Opcodes.I64_REM_S,
          Opcodes.I64_REM_U ->
          DIVISION;
      default -> INTEGER;
    };
  }
}
