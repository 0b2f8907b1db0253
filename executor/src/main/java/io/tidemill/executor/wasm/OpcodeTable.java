package io.tidemill.executor.wasm;

import org.jspecify.annotations.Nullable;

/**
 * What is known about an instruction from its opcode alone: its name, what it pops and pushes, and
 * how wide it accesses memory.
 */
public final class OpcodeTable {
  // One row per opcode: number, name and, where the opcode alone decides it, "operands:result" in
  // the letters of JVM descriptors-to-be: i i32, l i64, f f32, d f64.
  private static final String[] ROWS = {
    "00 unreachable",
    "01 nop",
    "02 block",
    "03 loop",
    "04 if",
    "05 else",
    "0b end",
    "0c br",
    "0d br_if",
    "0e br_table",
    "0f return",
    "10 call",
    "11 call_indirect",
    "1a drop",
    "1b select",
    "20 local.get",
    "21 local.set",
    "22 local.tee",
    "23 global.get",
    "24 global.set",
    "28 i32.load i:i",
    "29 i64.load i:l",
    "2a f32.load i:f",
    "2b f64.load i:d",
    "2c i32.load8_s i:i",
    "2d i32.load8_u i:i",
    "2e i32.load16_s i:i",
    "2f i32.load16_u i:i",
    "30 i64.load8_s i:l",
    "31 i64.load8_u i:l",
    "32 i64.load16_s i:l",
    "33 i64.load16_u i:l",
    "34 i64.load32_s i:l",
    "35 i64.load32_u i:l",
    "36 i32.store ii:",
    "37 i64.store il:",
    "38 f32.store if:",
    "39 f64.store id:",
    "3a i32.store8 ii:",
    "3b i32.store16 ii:",
    "3c i64.store8 il:",
    "3d i64.store16 il:",
    "3e i64.store32 il:",
    "3f memory.size",
    "40 memory.grow",
    "41 i32.const :i",
    "42 i64.const :l",
    "43 f32.const :f",
    "44 f64.const :d",
    "45 i32.eqz i:i",
    "46 i32.eq ii:i",
    "47 i32.ne ii:i",
    "48 i32.lt_s ii:i",
    "49 i32.lt_u ii:i",
    "4a i32.gt_s ii:i",
    "4b i32.gt_u ii:i",
    "4c i32.le_s ii:i",
    "4d i32.le_u ii:i",
    "4e i32.ge_s ii:i",
    "4f i32.ge_u ii:i",
    "50 i64.eqz l:i",
    "51 i64.eq ll:i",
    "52 i64.ne ll:i",
    "53 i64.lt_s ll:i",
    "54 i64.lt_u ll:i",
    "55 i64.gt_s ll:i",
    "56 i64.gt_u ll:i",
    "57 i64.le_s ll:i",
    "58 i64.le_u ll:i",
    "59 i64.ge_s ll:i",
    "5a i64.ge_u ll:i",
    "5b f32.eq ff:i",
    "5c f32.ne ff:i",
    "5d f32.lt ff:i",
    "5e f32.gt ff:i",
    "5f f32.le ff:i",
    "60 f32.ge ff:i",
    "61 f64.eq dd:i",
    "62 f64.ne dd:i",
    "63 f64.lt dd:i",
    "64 f64.gt dd:i",
    "65 f64.le dd:i",
    "66 f64.ge dd:i",
    "67 i32.clz i:i",
    "68 i32.ctz i:i",
    "69 i32.popcnt i:i",
    "6a i32.add ii:i",
    "6b i32.sub ii:i",
    "6c i32.mul ii:i",
    "6d i32.div_s ii:i",
    "6e i32.div_u ii:i",
    "6f i32.rem_s ii:i",
    "70 i32.rem_u ii:i",
    "71 i32.and ii:i",
    "72 i32.or ii:i",
    "73 i32.xor ii:i",
    "74 i32.shl ii:i",
    "75 i32.shr_s ii:i",
    "76 i32.shr_u ii:i",
    "77 i32.rotl ii:i",
    "78 i32.rotr ii:i",
    "79 i64.clz l:l",
    "7a i64.ctz l:l",
    "7b i64.popcnt l:l",
    "7c i64.add ll:l",
    "7d i64.sub ll:l",
    "7e i64.mul ll:l",
    "7f i64.div_s ll:l",
    "80 i64.div_u ll:l",
    "81 i64.rem_s ll:l",
    "82 i64.rem_u ll:l",
    "83 i64.and ll:l",
    "84 i64.or ll:l",
    "85 i64.xor ll:l",
    "86 i64.shl ll:l",
    "87 i64.shr_s ll:l",
    "88 i64.shr_u ll:l",
    "89 i64.rotl ll:l",
    "8a i64.rotr ll:l",
    "8b f32.abs f:f",
    "8c f32.neg f:f",
    "8d f32.ceil f:f",
    "8e f32.floor f:f",
    "8f f32.trunc f:f",
    "90 f32.nearest f:f",
    "91 f32.sqrt f:f",
    "92 f32.add ff:f",
    "93 f32.sub ff:f",
    "94 f32.mul ff:f",
    "95 f32.div ff:f",
    "96 f32.min ff:f",
    "97 f32.max ff:f",
    "98 f32.copysign ff:f",
    "99 f64.abs d:d",
    "9a f64.neg d:d",
    "9b f64.ceil d:d",
    "9c f64.floor d:d",
    "9d f64.trunc d:d",
    "9e f64.nearest d:d",
    "9f f64.sqrt d:d",
    "a0 f64.add dd:d",
    "a1 f64.sub dd:d",
    "a2 f64.mul dd:d",
    "a3 f64.div dd:d",
    "a4 f64.min dd:d",
    "a5 f64.max dd:d",
    "a6 f64.copysign dd:d",
    "a7 i32.wrap_i64 l:i",
    "a8 i32.trunc_f32_s f:i",
    "a9 i32.trunc_f32_u f:i",
    "aa i32.trunc_f64_s d:i",
    "ab i32.trunc_f64_u d:i",
    "ac i64.extend_i32_s i:l",
    "ad i64.extend_i32_u i:l",
    "ae i64.trunc_f32_s f:l",
    "af i64.trunc_f32_u f:l",
    "b0 i64.trunc_f64_s d:l",
    "b1 i64.trunc_f64_u d:l",
    "b2 f32.convert_i32_s i:f",
    "b3 f32.convert_i32_u i:f",
    "b4 f32.convert_i64_s l:f",
    "b5 f32.convert_i64_u l:f",
    "b6 f32.demote_f64 d:f",
    "b7 f64.convert_i32_s i:d",
    "b8 f64.convert_i32_u i:d",
    "b9 f64.convert_i64_s l:d",
    "ba f64.convert_i64_u l:d",
    "bb f64.promote_f32 f:d",
    "bc i32.reinterpret_f32 f:i",
    "bd i64.reinterpret_f64 d:l",
    "be f32.reinterpret_i32 i:f",
    "bf f64.reinterpret_i64 l:d",
    "c0 i32.extend8_s i:i",
    "c1 i32.extend16_s i:i",
    "c2 i64.extend8_s l:l",
    "c3 i64.extend16_s l:l",
    "c4 i64.extend32_s l:l",
    "fc00 i32.trunc_sat_f32_s f:i",
    "fc01 i32.trunc_sat_f32_u f:i",
    "fc02 i32.trunc_sat_f64_s d:i",
    "fc03 i32.trunc_sat_f64_u d:i",
    "fc04 i64.trunc_sat_f32_s f:l",
    "fc05 i64.trunc_sat_f32_u f:l",
    "fc06 i64.trunc_sat_f64_s d:l",
    "fc07 i64.trunc_sat_f64_u d:l",
    "fc08 memory.init",
    "fc09 data.drop",
    "fc0a memory.copy",
    "fc0b memory.fill",
    "fc0c table.init",
    "fc0d elem.drop",
    "fc0e table.copy",
  };

  private static final int FC_BASE = 256;
  private static final @Nullable String[] NAMES = new String[FC_BASE + Opcodes.LAST_FC + 1];
  private static final @Nullable String[] SIGNATURES = new String[NAMES.length];

  static {
    for (String row : ROWS) {
      final String[] cells = row.split(" ", -1);
      final int at = index(Integer.parseInt(cells[0], 16));
      NAMES[at] = cells[1];
      SIGNATURES[at] = cells.length > 2 ? cells[2] : null;
    }
  }

  private OpcodeTable() {}

  /** The size of a table that has a row at {@link #index} of every opcode. */
  public static int size() {
    return NAMES.length;
  }

  /** A dense index: single-byte opcodes first, those behind the prefix 0xFC after 255. */
  public static int index(int opcode) {
    return opcode < FC_BASE ? opcode : FC_BASE + (opcode & 0xFF);
  }

  /** Whether the profile has the instruction. */
  public static boolean known(int opcode) {
    return NAMES[index(opcode)] != null;
  }

  /** The name in the text format. */
  public static String name(int opcode) {
    final String name = NAMES[index(opcode)];
    return name == null ? "0x" + Integer.toHexString(opcode) : name;
  }

  /**
   * Operands and result as {@code "il:d"}, in order, in the letters {@code i l f d}; null where
   * types depend on more than the opcode.
   */
  public static @Nullable String signature(int opcode) {
    return SIGNATURES[index(opcode)];
  }

  /** Whether the instruction is a load or a store. */
  public static boolean accessesMemory(int opcode) {
    return opcode >= Opcodes.I32_LOAD && opcode <= Opcodes.I64_STORE32;
  }

  /** Whether a load or store writes. */
  public static boolean stores(int opcode) {
    return opcode >= Opcodes.I32_STORE && opcode <= Opcodes.I64_STORE32;
  }

  /** The logarithm of the bytes that a load or store touches: 0 to 3. */
  public static int accessWidthLog2(int opcode) {
    return switch (opcode) {
      case Opcodes.I32_LOAD8_S,
          Opcodes.I32_LOAD8_U,
          Opcodes.I64_LOAD8_S,
          Opcodes.I64_LOAD8_U,
          Opcodes.I32_STORE8,
          Opcodes.I64_STORE8 ->
          0;
      case Opcodes.I32_LOAD16_S,
          Opcodes.I32_LOAD16_U,
          Opcodes.I64_LOAD16_S,
          Opcodes.I64_LOAD16_U,
          Opcodes.I32_STORE16,
          Opcodes.I64_STORE16 ->
          1;
      case Opcodes.I32_LOAD,
          Opcodes.F32_LOAD,
          Opcodes.I64_LOAD32_S,
          Opcodes.I64_LOAD32_U,
          Opcodes.I32_STORE,
          Opcodes.F32_STORE,
          Opcodes.I64_STORE32 ->
          2;
      case Opcodes.I64_LOAD, Opcodes.F64_LOAD, Opcodes.I64_STORE, Opcodes.F64_STORE -> 3;
      default -> throw new IllegalArgumentException(name(opcode) + " does not access memory");
    };
  }

  /** Whether the instruction reads, makes or keeps a float. */
  public static boolean usesFloats(int opcode) {
    final String signature = signature(opcode);
    return signature != null && (signature.indexOf('f') >= 0 || signature.indexOf('d') >= 0);
  }

  /**
   * Whether the result is a float whose NaN the specification leaves open, so that it has to be
   * made canonical: arithmetic and conversions between floats, but not abs, neg, copysign,
   * reinterpret, loads or conversions from integers. Source: decisions W2.
   */
  public static boolean makesArbitraryNan(int opcode) {
    return switch (opcode) {
      case Opcodes.F32_ABS,
          Opcodes.F32_NEG,
          Opcodes.F32_COPYSIGN,
          Opcodes.F64_ABS,
          Opcodes.F64_NEG,
          Opcodes.F64_COPYSIGN ->
          false;
      case Opcodes.F32_DEMOTE_F64, Opcodes.F64_PROMOTE_F32 -> true;
      default -> opcode >= Opcodes.F32_ABS && opcode <= Opcodes.F64_COPYSIGN;
    };
  }

  /** Whether the instruction can trap by itself, or charges by an operand. */
  public static boolean canTrap(int opcode) {
    return switch (opcode) {
      case Opcodes.UNREACHABLE,
          Opcodes.CALL,
          Opcodes.CALL_INDIRECT,
          Opcodes.MEMORY_GROW,
          Opcodes.I32_DIV_S,
          Opcodes.I32_DIV_U,
          Opcodes.I32_REM_S,
          Opcodes.I32_REM_U,
          Opcodes.I64_DIV_S,
          Opcodes.I64_DIV_U,
          Opcodes.I64_REM_S,
          Opcodes.I64_REM_U,
          Opcodes.I32_TRUNC_F32_S,
          Opcodes.I32_TRUNC_F32_U,
          Opcodes.I32_TRUNC_F64_S,
          Opcodes.I32_TRUNC_F64_U,
          Opcodes.I64_TRUNC_F32_S,
          Opcodes.I64_TRUNC_F32_U,
          Opcodes.I64_TRUNC_F64_S,
          Opcodes.I64_TRUNC_F64_U,
          Opcodes.MEMORY_INIT,
          Opcodes.MEMORY_COPY,
          Opcodes.MEMORY_FILL,
          Opcodes.TABLE_INIT,
          Opcodes.TABLE_COPY ->
          true;
      default -> accessesMemory(opcode);
    };
  }

  /** Whether the instruction, beside what {@link #canTrap} covers, changes more than locals. */
  public static boolean writesState(int opcode) {
    return opcode == Opcodes.GLOBAL_SET
        || opcode == Opcodes.DATA_DROP
        || opcode == Opcodes.ELEM_DROP;
  }
}
