package io.tidemill.executor.wasm;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.MeteringPlan.FunctionPlan;
import io.tidemill.executor.wasm.Module.Function;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Writes function bodies with their charges. The original body becomes a block inside the new one,
 * so that a branch to the function's label, and {@code return} as such a branch, lead to the
 * epilogue that gives frame and slots back. One object serves all bodies of a module.
 */
final class BodyInstrumenter {
  private static final long NAN_32 = 0x7FC0_0000L;
  private static final long NAN_64 = 0x7FF8_0000_0000_0000L;

  private final Module module;
  private final MeteringPlan plan;
  private final FuelSchedule schedule;
  private final TypeTable types;
  private final OperatorReader reader;
  private final int fuel;
  private final int frames;
  private final int slots;
  private final int pages;

  private final int firstAdded;
  private final List<Integer> floatFunctions = new ArrayList<>();
  private final List<Integer> sites = new ArrayList<>();

  private final ModuleWriter entry = new ModuleWriter();
  private final ModuleWriter out = new ModuleWriter();
  private final ScratchLocals scratch = new ScratchLocals();
  private final BlockRewriter blocks;

  // The body that is being written: open blocks, dead code, scratch locals in order of first use.
  private boolean dead;
  private int deadDepth;
  private BitSet targets = new BitSet();

  /** The frame that was opened last, by the numbers of {@link FunctionPlan#targets}. */
  private int opened;

  private ValType pendingNan = ValType.I32;

  BodyInstrumenter(Module module, MeteringPlan plan, TypeTable types, int fuelGlobal) {
    this.module = module;
    this.plan = plan;
    this.schedule = plan.schedule();
    this.types = types;
    this.reader = new OperatorReader(module.bytes());
    this.fuel = fuelGlobal;
    this.frames = fuelGlobal + 1;
    this.slots = fuelGlobal + 2;
    this.pages = fuelGlobal + 3;
    this.blocks = new BlockRewriter(types, scratch, out);
    this.firstAdded = module.imported(Module.Kind.FUNCTION) + module.functions().size();
  }

  /** An empty buffer that {@link #charge} writes to. */
  ModuleWriter begin() {
    out.clear();
    return out;
  }

  /** The code entry of {@code function}, valid until the next call. */
  ModuleWriter instrument(Function function, FunctionPlan functionPlan) {
    final FunctionType type = module.types().get(function.typeIndex());
    out.clear();
    dead = false;
    targets = functionPlan.targets();
    opened = 0;
    sites.clear();
    scratch.reset(type.params().size() + function.locals().size());
    pendingNan = ValType.I32;
    prologue(functionPlan.frameSlots());
    blocks.begin(type.results());
    reader.reset(function.bodyStart(), function.bodyEnd());
    int next = 0;
    while (reader.hasNext()) {
      final int opcode = reader.next();
      final boolean charged =
          next < functionPlan.charges().length
              && functionPlan.chargeOffsets()[next] == reader.offset();
      if (!dead) {
        flushNan(opcode);
        if (charged) {
          charge(functionPlan.charges()[next]);
        }
        live(opcode, functionPlan.frameSlots());
      } else {
        skip(opcode, functionPlan.frameSlots());
      }
      if (charged) {
        next++;
      }
    }
    return entry(function);
  }

  private ModuleWriter entry(Function function) {
    entry.clear();
    int groups = 0;
    ValType last = null;
    for (ValType type : function.locals()) {
      if (type != last) {
        groups++;
        last = type;
      }
    }
    entry.u32(groups + scratch.types().size());
    int run = 0;
    for (int i = 0; i < function.locals().size(); i++) {
      final ValType type = function.locals().get(i);
      run++;
      if (i + 1 == function.locals().size() || function.locals().get(i + 1) != type) {
        entry.u32(run).u8(type.code());
        run = 0;
      }
    }
    for (ValType type : scratch.types()) {
      entry.u32(1).u8(type.code());
    }
    final byte[] body = out.toBytes();
    return entry.bytes(body, 0, body.length);
  }

  /** Where in the original the body that was written last spends fuel, in order. */
  List<Integer> sites() {
    return List.copyOf(sites);
  }

  /** Spends {@code cost}, or traps and leaves the counter negative. */
  void charge(long cost) {
    out.op(Opcodes.GLOBAL_GET, fuel).i64Const(cost);
    spend();
  }

  /** Expects the counter and a cost on the stack. */
  private void spend() {
    sites.add(reader.offset());
    out.op(Opcodes.I64_SUB).op(Opcodes.GLOBAL_SET, fuel);
    out.op(Opcodes.GLOBAL_GET, fuel).i64Const(0).op(Opcodes.I64_LT_S);
    trapIf();
  }

  private void trapIf() {
    out.op(Opcodes.IF).u8(0x40).op(Opcodes.UNREACHABLE).op(Opcodes.END);
  }

  private void prologue(int frameSlots) {
    out.op(Opcodes.GLOBAL_GET, frames).i32Const(1).op(Opcodes.I32_SUB);
    out.op(Opcodes.GLOBAL_SET, frames);
    out.op(Opcodes.GLOBAL_GET, slots).i32Const(frameSlots).op(Opcodes.I32_SUB);
    out.op(Opcodes.GLOBAL_SET, slots);
    // The sign of either is the sign of both together.
    out.op(Opcodes.GLOBAL_GET, frames).op(Opcodes.GLOBAL_GET, slots).op(Opcodes.I32_OR);
    out.i32Const(0).op(Opcodes.I32_LT_S);
    trapIf();
  }

  private void epilogue(int frameSlots) {
    out.op(Opcodes.GLOBAL_GET, frames).i32Const(1).op(Opcodes.I32_ADD);
    out.op(Opcodes.GLOBAL_SET, frames);
    out.op(Opcodes.GLOBAL_GET, slots).i32Const(frameSlots).op(Opcodes.I32_ADD);
    out.op(Opcodes.GLOBAL_SET, slots);
  }

  /** An instruction of dead code: dropped, but for the one that ends it. */
  private void skip(int opcode, int frameSlots) {
    switch (opcode) {
      case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> {
        opened++;
        deadDepth++;
      }
      case Opcodes.ELSE -> {
        if (deadDepth == 0) {
          dead = false;
          blocks.enterElse();
        }
      }
      case Opcodes.END -> {
        if (deadDepth > 0) {
          deadDepth--;
        } else {
          dead = blocks.isUnwritten();
          end(frameSlots);
        }
      }
      default -> {}
    }
  }

  private void live(int opcode, int frameSlots) {
    switch (opcode) {
      case Opcodes.NOP -> {}
      case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> enter(opcode);
      case Opcodes.ELSE -> blocks.enterElse();
      case Opcodes.END -> end(frameSlots);
      case Opcodes.BR_IF -> out.op(opcode, blocks.label(reader.index()));
      case Opcodes.BR -> {
        out.op(opcode, blocks.label(reader.index()));
        die();
      }
      case Opcodes.BR_TABLE -> {
        final int count = reader.targetCount();
        out.op(opcode, count);
        for (int i = 0; i <= count; i++) {
          out.u32(blocks.label(reader.nextTarget()));
        }
        die();
      }
      case Opcodes.RETURN -> {
        out.op(Opcodes.BR, blocks.functionLabel());
        die();
      }
      case Opcodes.UNREACHABLE -> {
        out.op(opcode);
        die();
      }
      case Opcodes.CALL_INDIRECT ->
          out.op(opcode, types.number(module.types().get(reader.index()))).u32(0);
      case Opcodes.MEMORY_GROW -> grow();
      case Opcodes.MEMORY_FILL, Opcodes.MEMORY_COPY, Opcodes.MEMORY_INIT -> {
        bulk(schedule.bytesPerUnit(), 1);
        copy();
      }
      case Opcodes.TABLE_COPY, Opcodes.TABLE_INIT -> {
        bulk(1, schedule.element());
        copy();
      }
      default -> {
        if (FloatFunctions.replaces(opcode)) {
          out.op(Opcodes.CALL, floatFunction(opcode));
          return;
        }
        copy();
        if (plan.canonicalNans() && OpcodeTable.makesArbitraryNan(opcode)) {
          pendingNan = OperandTypes.results(opcode)[0] == 0x7D ? ValType.F32 : ValType.F64;
        }
      }
    }
  }

  private void enter(int opcode) {
    final FunctionType type = module.blockType(reader.blockType());
    opened++;
    if (opcode == Opcodes.IF || targets.get(opened)) {
      blocks.enter(opcode, type);
    } else {
      blocks.enterUnwritten(type);
    }
  }

  private void die() {
    dead = true;
    deadDepth = 0;
  }

  private void end(int frameSlots) {
    blocks.leave();
    if (blocks.depth() == 0) {
      epilogue(frameSlots);
      out.op(Opcodes.END);
    }
  }

  /** The current instruction with its immediates in the shortest encoding. */
  private void copy() {
    final int opcode = reader.opcode();
    out.op(opcode);
    if (OpcodeTable.accessesMemory(opcode)) {
      out.u32(reader.index()).u32((int) reader.memoryOffset());
      return;
    }
    switch (opcode) {
      case Opcodes.CALL,
          Opcodes.LOCAL_GET,
          Opcodes.LOCAL_SET,
          Opcodes.LOCAL_TEE,
          Opcodes.GLOBAL_GET,
          Opcodes.GLOBAL_SET,
          Opcodes.DATA_DROP,
          Opcodes.ELEM_DROP ->
          out.u32(reader.index());
      case Opcodes.I32_CONST, Opcodes.I64_CONST -> out.signed(reader.constant());
      case Opcodes.F32_CONST -> out.fixed(reader.constant(), 4);
      case Opcodes.F64_CONST -> out.fixed(reader.constant(), 8);
      case Opcodes.MEMORY_SIZE, Opcodes.MEMORY_FILL -> out.u8(0);
      case Opcodes.MEMORY_COPY -> out.u8(0).u8(0);
      case Opcodes.MEMORY_INIT -> out.u32(reader.index()).u8(0);
      case Opcodes.TABLE_INIT -> out.u32(reader.index()).u8(0);
      case Opcodes.TABLE_COPY -> out.u8(0).u8(0);
      default -> {}
    }
  }

  /** Spends what a bulk operation costs by its length, which is on the stack and stays there. */
  private void bulk(int perUnit, int price) {
    final int length = scratch.index(ValType.I32, 0);
    out.op(Opcodes.LOCAL_SET, length).op(Opcodes.GLOBAL_GET, fuel);
    out.op(Opcodes.LOCAL_GET, length).op(Opcodes.I64_EXTEND_I32_U);
    if (perUnit > 1) {
      out.i64Const(perUnit - 1L).op(Opcodes.I64_ADD);
      out.i64Const(perUnit).op(Opcodes.I64_DIV_U);
    }
    if (price != 1) {
      out.i64Const(price).op(Opcodes.I64_MUL);
    }
    spend();
    out.op(Opcodes.LOCAL_GET, length);
  }

  /** memory.grow: decides about failure first, then charges, then grows. */
  private void grow() {
    final int delta = scratch.index(ValType.I32, 0);
    out.op(Opcodes.LOCAL_TEE, delta);
    out.i32Const(plan.maxPages()).op(Opcodes.MEMORY_SIZE).u8(0).op(Opcodes.I32_SUB);
    out.op(Opcodes.I32_LE_U);
    out.op(Opcodes.LOCAL_GET, delta).op(Opcodes.GLOBAL_GET, pages).op(Opcodes.I32_LE_U);
    out.op(Opcodes.I32_AND).op(Opcodes.IF).u8(ValType.I32.code());
    out.op(Opcodes.GLOBAL_GET, fuel);
    out.op(Opcodes.LOCAL_GET, delta).op(Opcodes.I64_EXTEND_I32_U);
    out.i64Const(schedule.page()).op(Opcodes.I64_MUL);
    spend();
    out.op(Opcodes.GLOBAL_GET, pages).op(Opcodes.LOCAL_GET, delta).op(Opcodes.I32_SUB);
    out.op(Opcodes.GLOBAL_SET, pages);
    out.op(Opcodes.LOCAL_GET, delta).op(Opcodes.MEMORY_GROW).u8(0);
    out.op(Opcodes.ELSE).i32Const(-1).op(Opcodes.END);
  }

  /**
   * Makes the float on the stack canonical if it is a NaN, unless the next instruction cannot tell
   * one NaN from another.
   */
  private void flushNan(int next) {
    if (pendingNan == ValType.I32) {
      return;
    }
    final ValType type = pendingNan;
    pendingNan = ValType.I32;
    if (ignoresNanBits(next)) {
      return;
    }
    final boolean single = type == ValType.F32;
    final int value = scratch.index(type, 0);
    out.op(Opcodes.LOCAL_TEE, value);
    out.op(single ? Opcodes.F32_CONST : Opcodes.F64_CONST);
    out.fixed(single ? NAN_32 : NAN_64, single ? 4 : 8);
    out.op(Opcodes.LOCAL_GET, value).op(Opcodes.LOCAL_GET, value);
    out.op(single ? Opcodes.F32_EQ : Opcodes.F64_EQ).op(Opcodes.SELECT);
  }

  private static boolean ignoresNanBits(int opcode) {
    return OpcodeTable.makesArbitraryNan(opcode)
        || (opcode >= Opcodes.F32_EQ && opcode <= Opcodes.F64_GE)
        || (opcode >= Opcodes.I32_TRUNC_F32_S && opcode <= Opcodes.I32_TRUNC_F64_U)
        || (opcode >= Opcodes.I64_TRUNC_F32_S && opcode <= Opcodes.I64_TRUNC_F64_U)
        || (opcode >= Opcodes.I32_TRUNC_SAT_F32_S && opcode <= Opcodes.I64_TRUNC_SAT_F64_U)
        || opcode == Opcodes.DROP;
  }

  private int floatFunction(int opcode) {
    int at = floatFunctions.indexOf(opcode);
    if (at < 0) {
      at = floatFunctions.size();
      floatFunctions.add(opcode);
    }
    return firstAdded + 1 + at;
  }

  /** The instructions that became functions, in the order of those functions. */
  List<Integer> floatFunctions() {
    return List.copyOf(floatFunctions);
  }
}
