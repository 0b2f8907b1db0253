package io.tidemill.executor.wasm;

/**
 * Reads the instructions of a function body one by one, without allocating: {@link #next} moves to
 * the next instruction, and the accessors describe the one it stands on. Confined to one thread.
 *
 * <p>Works on untrusted bytes too: whatever is not an instruction of the profile in a well-formed
 * encoding ends in {@link InvalidModuleException}. It does not check types or indices.
 *
 * <pre>{@code
 * reader.reset(function.bodyStart(), function.bodyEnd());
 * while (reader.hasNext()) {
 *   switch (reader.next()) { ... }
 * }
 * }</pre>
 */
public final class OperatorReader {
  /** {@link #blockType} of a block without operands and results. */
  public static final int BLOCK_EMPTY = -64;

  private final BinaryReader in;
  private int opcode;
  private int offset;
  private int index;
  private int second;
  private int memoryOffset;
  private long constant;
  private int targetCount;
  private int targetsLeft;

  /** A reader over {@code bytes}, standing nowhere until {@link #reset}. */
  public OperatorReader(byte[] bytes) {
    this.in = new BinaryReader(bytes);
    in.limit = 0;
  }

  /** Places the reader before the instruction at {@code start}; it ends at {@code end}. */
  public void reset(int start, int end) {
    in.position = start;
    in.limit = end;
    targetsLeft = 0;
  }

  /** Whether instructions are left. */
  public boolean hasNext() {
    while (targetsLeft > 0) {
      nextTarget();
    }
    return in.position < in.limit;
  }

  /** Moves to the next instruction and returns its opcode, one of {@link Opcodes}. */
  public int next() {
    while (targetsLeft > 0) {
      nextTarget();
    }
    offset = in.position;
    opcode = in.u8();
    if (opcode == Opcodes.PREFIX_FC) {
      opcode = readPrefixed();
    } else if (!OpcodeTable.known(opcode)) {
      throw Features.refuse(opcode, offset);
    }
    readImmediates();
    return opcode;
  }

  /** The opcode of the current instruction. */
  public int opcode() {
    return opcode;
  }

  /** Where the current instruction starts. */
  public int offset() {
    return offset;
  }

  /** Just past what has been read: the end of the instruction, or the next br_table target. */
  public int position() {
    return in.position;
  }

  /**
   * The first index of the instruction: label, function, local, global, the type of call_indirect,
   * a data or element segment, or the logarithm of the alignment of a load or store.
   */
  public int index() {
    return index;
  }

  /** The table of call_indirect and table.init, the source table of table.copy. */
  public int second() {
    return second;
  }

  /** The offset of a load or store, an unsigned 32-bit number. */
  public long memoryOffset() {
    return memoryOffset & 0xFFFF_FFFFL;
  }

  /** The raw bits of a constant; an i32 is sign-extended. */
  public long constant() {
    return constant;
  }

  /**
   * The type of a block, loop or if: {@link #BLOCK_EMPTY}, minus 1 to minus 4 for one result of
   * type i32, i64, f32, f64, else an index into the types. See {@link Module#blockType}.
   */
  public int blockType() {
    return index;
  }

  /** The targets of br_table without the default, which follows them. */
  public int targetCount() {
    return targetCount;
  }

  /** The next target of br_table; {@link #targetCount} of them, then the default. */
  public int nextTarget() {
    targetsLeft--;
    return in.u32();
  }

  private int readPrefixed() {
    final int sub = in.u32();
    if (sub < 0 || sub > Opcodes.LAST_FC) {
      throw Features.refusePrefixed(Opcodes.PREFIX_FC, sub, offset);
    }
    return Opcodes.PREFIX_FC << 8 | sub;
  }

  private void readImmediates() {
    switch (opcode) {
      case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> readBlockType();
      case Opcodes.BR,
          Opcodes.BR_IF,
          Opcodes.CALL,
          Opcodes.LOCAL_GET,
          Opcodes.LOCAL_SET,
          Opcodes.LOCAL_TEE,
          Opcodes.GLOBAL_GET,
          Opcodes.GLOBAL_SET,
          Opcodes.DATA_DROP,
          Opcodes.ELEM_DROP ->
          index = in.u32();
      case Opcodes.BR_TABLE -> {
        targetCount =
            in.count(Integer.MAX_VALUE, ModuleRule.LIMIT_BRANCH_TABLE_TARGETS, "br_table targets");
        targetsLeft = targetCount + 1;
      }
      case Opcodes.CALL_INDIRECT -> {
        index = in.u32();
        // Current compilers write this zero in five bytes (decisions W1).
        second = in.u32();
      }
      case Opcodes.I32_CONST -> constant = in.s32();
      case Opcodes.I64_CONST -> constant = in.s64();
      case Opcodes.F32_CONST -> constant = in.fixed32() & 0xFFFF_FFFFL;
      case Opcodes.F64_CONST -> constant = in.fixed64();
      case Opcodes.MEMORY_SIZE, Opcodes.MEMORY_GROW, Opcodes.MEMORY_FILL -> zeroMemory();
      case Opcodes.MEMORY_COPY -> {
        zeroMemory();
        zeroMemory();
      }
      case Opcodes.MEMORY_INIT -> {
        index = in.u32();
        zeroMemory();
      }
      case Opcodes.TABLE_INIT, Opcodes.TABLE_COPY -> {
        index = in.u32();
        second = in.u32();
      }
      default -> {
        if (OpcodeTable.accessesMemory(opcode)) {
          readMemoryArgument();
        }
      }
    }
  }

  private void readBlockType() {
    final int at = in.position;
    final long type = in.s33();
    if (type < 0 && type != BLOCK_EMPTY) {
      // A value type is one byte; a longer encoding of the same number is not one.
      if (in.position != at + 1) {
        throw new InvalidModuleException(ModuleRule.VALUE_TYPE, at, "not a block type");
      }
      Features.valueType((int) type & 0x7F, at);
    }
    index = (int) type;
  }

  private void readMemoryArgument() {
    final int at = in.position;
    index = in.u32();
    if (index < 0 || index >= 64) {
      throw new InvalidModuleException(
          index >= 64 && index < 128 ? ModuleRule.FEATURE_MULTI_MEMORY : ModuleRule.ALIGNMENT,
          at,
          "an alignment of 2^" + Integer.toUnsignedString(index));
    }
    memoryOffset = in.u32();
  }

  private void zeroMemory() {
    final int at = in.position;
    final int memory = in.u8();
    if (memory != 0) {
      throw new InvalidModuleException(
          memory < 0x80 ? ModuleRule.FEATURE_MULTI_MEMORY : ModuleRule.ZERO_BYTE,
          at,
          "memory index must be the byte 0, is " + memory);
    }
  }
}
