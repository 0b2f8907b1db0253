package io.tidemill.executor.wasm.gen;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.OpcodeTable;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.ValType;
import java.util.ArrayList;
import java.util.List;

/** Makes expressions that push one value. */
final class ExpressionGenerator {
  private static final ValType I32 = ValType.I32;
  private static final List<List<Integer>> UNARY = bySignature(1);
  private static final List<List<Integer>> BINARY = bySignature(2);
  private static final List<List<Integer>> LOADS = new ArrayList<>();
  private static final List<List<Integer>> STORES = new ArrayList<>();

  static {
    for (ValType type : ValType.values()) {
      final List<Integer> loads = new ArrayList<>();
      final List<Integer> stores = new ArrayList<>();
      for (int op = Opcodes.I32_LOAD; op <= Opcodes.I64_STORE32; op++) {
        if (OpcodeTable.name(op).startsWith(name(type) + ".")) {
          (OpcodeTable.stores(op) ? stores : loads).add(op);
        }
      }
      LOADS.add(loads);
      STORES.add(stores);
    }
  }

  private final ModuleGenerator module;
  private final BodyGenerator body;
  private final Chance chance;
  private final Sink out;

  ExpressionGenerator(ModuleGenerator module, BodyGenerator body, Sink out) {
    this.module = module;
    this.body = body;
    this.chance = module.chance;
    this.out = out;
  }

  private static String name(ValType type) {
    return type.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Numeric instructions with this many operands, by result type. */
  private static List<List<Integer>> bySignature(int operands) {
    final List<List<Integer>> all = new ArrayList<>();
    for (ValType type : ValType.values()) {
      final List<Integer> list = new ArrayList<>();
      for (int i = Opcodes.I32_EQZ; i < OpcodeTable.size(); i++) {
        final int op = i < 256 ? i : Opcodes.PREFIX_FC << 8 | (i - 256);
        final String signature = OpcodeTable.known(op) ? OpcodeTable.signature(op) : null;
        if (signature != null
            && signature.indexOf(':') == operands
            && signature.endsWith(letter(type))) {
          list.add(op);
        }
      }
      all.add(list);
    }
    return all;
  }

  private static String letter(ValType type) {
    return switch (type) {
      case I32 -> "i";
      case I64 -> "l";
      case F32 -> "f";
      case F64 -> "d";
    };
  }

  private static ValType type(char letter) {
    return switch (letter) {
      case 'i' -> ValType.I32;
      case 'l' -> ValType.I64;
      case 'f' -> ValType.F32;
      default -> ValType.F64;
    };
  }

  /** Pushes a value of {@code wanted}, nested at most {@code depth} deep. */
  void push(ValType wanted, int depth) {
    if (depth <= 0) {
      leaf(wanted);
      return;
    }
    switch (chance.below(16)) {
      case 0, 1, 2 -> leaf(wanted);
      case 3, 4, 5 -> numeric(UNARY.get(wanted.ordinal()), wanted, depth);
      case 6, 7, 8, 9 -> numeric(BINARY.get(wanted.ordinal()), wanted, depth);
      case 10, 11 -> load(wanted);
      case 12 -> {
        push(wanted, depth - 1);
        push(wanted, depth - 1);
        push(I32, depth - 1);
        out.op(Opcodes.SELECT);
      }
      case 13 -> ifElse(wanted, depth);
      case 14 -> tee(wanted, depth);
      default -> special(wanted, depth);
    }
  }

  private void leaf(ValType wanted) {
    final int local = body.local(wanted);
    final int global = module.globals.indexOf(wanted);
    if (local >= 0 && chance.percent(50)) {
      out.op(Opcodes.LOCAL_GET, local);
    } else if (global >= 0 && chance.percent(30)) {
      out.op(Opcodes.GLOBAL_GET, global);
    } else {
      out.constant(wanted, Interesting.bits(wanted, chance));
    }
  }

  private void numeric(List<Integer> choices, ValType wanted, int depth) {
    final int op = choices.get(chance.below(choices.size()));
    final String signature = OpcodeTable.signature(op);
    final boolean floats = module.valueTypes.length == ValType.values().length;
    if (signature == null || (!floats && OpcodeTable.usesFloats(op))) {
      leaf(wanted);
      return;
    }
    final boolean divides =
        OpcodeTable.name(op).contains(".div_") || OpcodeTable.name(op).contains(".rem_");
    for (int i = 0; i < signature.indexOf(':'); i++) {
      final ValType operand = type(signature.charAt(i));
      push(operand, depth - 1);
      if (divides && i == 1 && chance.percent(90)) {
        // Divisors are odd, so that not every run ends in a division by zero.
        out.constant(operand, 1).op(operand == I32 ? Opcodes.I32_OR : Opcodes.I64_OR);
      }
    }
    final boolean traps = OpcodeTable.name(op).contains(".trunc_f");
    if (traps && chance.percent(85)) {
      // The saturating form, which cannot trap, in most places.
      out.op(Opcodes.I32_TRUNC_SAT_F32_S + saturating(op));
    } else {
      out.op(op);
    }
  }

  private static int saturating(int op) {
    return op <= Opcodes.I32_TRUNC_F64_U
        ? op - Opcodes.I32_TRUNC_F32_S
        : op - Opcodes.I64_TRUNC_F32_S + 4;
  }

  private void ifElse(ValType wanted, int depth) {
    push(I32, depth - 1);
    out.op(Opcodes.IF);
    body.blockType(new FunctionType(List.of(), List.of(wanted)));
    push(wanted, depth - 1);
    out.op(Opcodes.ELSE);
    push(wanted, depth - 1);
    out.op(Opcodes.END);
  }

  private void tee(ValType wanted, int depth) {
    push(wanted, depth - 1);
    final int local = body.writable(wanted);
    if (local >= 0) {
      out.op(Opcodes.LOCAL_TEE, local);
    }
  }

  private void special(ValType wanted, int depth) {
    final int function = callee(wanted);
    if (function >= 0 && chance.percent(40)) {
      final FunctionType type = module.types.get(module.functionTypes.get(function));
      type.params().forEach(param -> push(param, depth - 1));
      out.op(Opcodes.CALL, function);
    } else if (wanted == I32 && chance.percent(50)) {
      out.op(Opcodes.MEMORY_SIZE).raw(0);
    } else if (wanted == I32) {
      out.constant(I32, chance.percent(80) ? chance.below(3) : (int) chance.bits());
      if (module.grows) {
        out.op(Opcodes.MEMORY_GROW).raw(0);
      }
    } else {
      leaf(wanted);
    }
  }

  /** A function with the one result {@code wanted}, or -1. */
  private int callee(ValType wanted) {
    final int count = module.functionTypes.size();
    final int start = chance.below(count);
    for (int i = 0; i < count; i++) {
      final int at = (start + i) % count;
      if (module.types.get(module.functionTypes.get(at)).results().equals(List.of(wanted))) {
        return at;
      }
    }
    return -1;
  }

  private void load(ValType wanted) {
    final List<Integer> loads = LOADS.get(wanted.ordinal());
    address();
    access(loads.get(chance.below(loads.size())));
  }

  /** A whole store. */
  void store() {
    final ValType stored = module.valueType();
    final List<Integer> stores = STORES.get(stored.ordinal());
    address();
    push(stored, 2);
    access(stores.get(chance.below(stores.size())));
  }

  private void access(int op) {
    final int offset = chance.percent(97) ? chance.below(64) : (int) chance.bits();
    out.op(op).u32(chance.below(OpcodeTable.accessWidthLog2(op) + 1)).u32(offset);
  }

  /** An address, mostly inside the first page. */
  void address() {
    push(I32, 1);
    if (!module.wild || chance.percent(90)) {
      out.constant(I32, chance.percent(97) ? 0x7FFF : 0x1_FFFF).op(Opcodes.I32_AND);
    }
  }

  /** A length, mostly short. */
  void length() {
    push(I32, 1);
    if (chance.percent(95)) {
      out.constant(I32, 0x3FF).op(Opcodes.I32_AND);
    }
  }

  /** An index into the table, mostly inside. */
  void tableIndex() {
    if (chance.percent(85)) {
      out.constant(I32, chance.below(module.tableSize));
    } else {
      push(I32, 1);
    }
  }
}
