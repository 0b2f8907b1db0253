package io.tidemill.executor.wasm.gen;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.ValType;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes one function body: statements that leave the stack as it was, and expressions that push one
 * value. Loops count down most of the time, so that most runs end by themselves.
 */
final class BodyGenerator {
  private static final int MAX_DEPTH = 5;
  private static final ValType I32 = ValType.I32;

  private final ModuleGenerator module;
  private final Chance chance;
  private final FunctionType type;
  private final List<ValType> locals = new ArrayList<>();
  private final List<List<ValType>> labels = new ArrayList<>();
  private final Sink out = new Sink();
  private final ExpressionGenerator expressions;
  private final int counters;
  private int budget;

  BodyGenerator(ModuleGenerator module, FunctionType type) {
    this.module = module;
    this.chance = module.chance;
    this.type = type;
    this.budget = chance.between(5, 60);
    locals.addAll(type.params());
    for (int i = chance.between(0, 5); i > 0; i--) {
      locals.add(module.valueType());
    }
    // Every loop that counts down has a counter that nothing else writes.
    this.counters = locals.size();
    for (int i = 0; i < MAX_DEPTH; i++) {
      locals.add(I32);
    }
    this.expressions = new ExpressionGenerator(module, this, out);
  }

  /** The code entry. */
  Sink body() {
    labels.add(type.results());
    statements(0);
    pushAll(type.results());
    out.raw(Opcodes.END);
    final Sink entry = new Sink();
    final List<ValType> own = locals.subList(type.params().size(), locals.size());
    entry.u32(own.size());
    own.forEach(local -> entry.u32(1).raw(local.code()));
    return entry.bytes(out.toBytes());
  }

  /** A local of {@code wanted} that may be read, or -1. */
  int local(ValType wanted) {
    return pick(wanted, locals.size());
  }

  /** A local of {@code wanted} that may be written, or -1. */
  int writable(ValType wanted) {
    return pick(wanted, counters);
  }

  private int pick(ValType wanted, int end) {
    final int start = end == 0 ? 0 : chance.below(end);
    for (int i = 0; i < end; i++) {
      final int at = (start + i) % end;
      if (locals.get(at) == wanted) {
        return at;
      }
    }
    return -1;
  }

  private void expression(ValType wanted) {
    expressions.push(wanted, 3);
  }

  private void pushAll(List<ValType> all) {
    all.forEach(this::expression);
  }

  void statements(int depth) {
    for (int i = chance.between(1, 4); i > 0 && budget > 0; i--) {
      budget--;
      statement(depth);
    }
  }

  private void statement(int depth) {
    switch (chance.below(20)) {
      case 0, 1, 2 -> setLocal();
      case 3, 4 -> setGlobal();
      case 5, 6, 7 -> expressions.store();
      case 8 -> {
        expression(module.valueType());
        out.op(Opcodes.DROP);
      }
      case 9, 10 -> nested(depth, Opcodes.BLOCK);
      case 11, 12 -> nested(depth, Opcodes.IF);
      case 13 -> countedLoop(depth);
      case 14 -> wildLoop(depth);
      case 15 -> branch();
      case 16, 17 -> call();
      case 18 -> bulk();
      default -> rare();
    }
  }

  private void setLocal() {
    final ValType wanted = module.valueType();
    final int local = pick(wanted, counters);
    if (local >= 0) {
      expression(wanted);
      out.op(Opcodes.LOCAL_SET, local);
    }
  }

  private void setGlobal() {
    final int global = chance.below(module.globals.size());
    expression(module.globals.get(global));
    out.op(Opcodes.GLOBAL_SET, global);
  }

  /** Takes what is on the stack into locals, or drops it. */
  private void consume(List<ValType> onStack) {
    for (int i = onStack.size() - 1; i >= 0; i--) {
      final int local = pick(onStack.get(i), counters);
      if (local >= 0 && chance.percent(60)) {
        out.op(Opcodes.LOCAL_SET, local);
      } else {
        out.op(Opcodes.DROP);
      }
    }
  }

  private FunctionType blockType() {
    return chance.percent(40)
        ? FunctionType.ENTRY
        : module.types.get(chance.below(module.types.size()));
  }

  void blockType(FunctionType block) {
    if (block.params().isEmpty() && block.results().isEmpty()) {
      out.raw(0x40);
    } else if (block.params().isEmpty() && block.results().size() == 1 && chance.percent(80)) {
      out.raw(block.results().getFirst().code());
    } else {
      out.signed(module.typeNumber(block));
    }
  }

  private void nested(int depth, int opener) {
    if (depth >= MAX_DEPTH) {
      return;
    }
    final FunctionType block = blockType();
    pushAll(block.params());
    if (opener == Opcodes.IF) {
      expression(I32);
    }
    out.op(opener);
    blockType(block);
    arm(depth, block);
    // An if without else must give back what it takes.
    if (opener == Opcodes.IF && (!block.params().equals(block.results()) || chance.percent(60))) {
      out.op(Opcodes.ELSE);
      arm(depth, block);
    }
    out.op(Opcodes.END);
    consume(block.results());
  }

  private void arm(int depth, FunctionType block) {
    labels.addLast(block.results());
    consume(block.params());
    statements(depth + 1);
    pushAll(block.results());
    labels.removeLast();
  }

  private void countedLoop(int depth) {
    if (depth >= MAX_DEPTH) {
      return;
    }
    final int counter = counters + depth;
    out.constant(I32, chance.between(1, 40)).op(Opcodes.LOCAL_SET, counter);
    out.op(Opcodes.LOOP).raw(0x40);
    labels.addLast(List.of());
    statements(depth + 1);
    out.op(Opcodes.LOCAL_GET, counter).constant(I32, 1).op(Opcodes.I32_SUB);
    out.op(Opcodes.LOCAL_TEE, counter).op(Opcodes.BR_IF, 0);
    labels.removeLast();
    out.op(Opcodes.END);
  }

  private void wildLoop(int depth) {
    if (depth >= MAX_DEPTH) {
      return;
    }
    final FunctionType block = blockType();
    pushAll(block.params());
    out.op(Opcodes.LOOP);
    blockType(block);
    labels.addLast(block.params());
    consume(block.params());
    statements(depth + 1);
    if (chance.percent(50)) {
      pushAll(block.params());
      expression(I32);
      out.op(Opcodes.BR_IF, 0);
      consume(block.params());
    }
    labels.removeLast();
    pushAll(block.results());
    out.op(Opcodes.END);
    consume(block.results());
  }

  private List<ValType> label(int index) {
    return labels.get(labels.size() - 1 - index);
  }

  private void branch() {
    final int target = chance.below(labels.size());
    final List<ValType> taken = label(target);
    pushAll(taken);
    switch (chance.below(4)) {
      case 0 -> out.op(Opcodes.BR, target);
      case 1 -> {
        expression(I32);
        out.op(Opcodes.BR_TABLE);
        final int count = chance.below(5);
        out.u32(count);
        for (int i = 0; i < count; i++) {
          out.u32(alike(target));
        }
        out.u32(target);
      }
      default -> {
        expression(I32);
        out.op(Opcodes.BR_IF, target);
        consume(taken);
      }
    }
  }

  /** A label with the same types as {@code target}. */
  private int alike(int target) {
    for (int tries = 0; tries < 4; tries++) {
      final int other = chance.below(labels.size());
      if (label(other).equals(label(target))) {
        return other;
      }
    }
    return target;
  }

  private void call() {
    final FunctionType callee;
    if (chance.percent(25)) {
      final int number = chance.below(module.types.size());
      callee = module.types.get(number);
      pushAll(callee.params());
      expressions.tableIndex();
      out.op(Opcodes.CALL_INDIRECT, number).raw(0);
    } else {
      final int function = chance.below(module.functionTypes.size());
      callee = module.types.get(module.functionTypes.get(function));
      pushAll(callee.params());
      out.op(Opcodes.CALL, function);
    }
    consume(callee.results());
  }

  private void bulk() {
    switch (chance.below(7)) {
      case 0 -> {
        expressions.address();
        expression(I32);
        expressions.length();
        out.op(Opcodes.MEMORY_FILL).raw(0);
      }
      case 1 -> {
        expressions.address();
        expressions.address();
        expressions.length();
        out.op(Opcodes.MEMORY_COPY).raw(0, 0);
      }
      case 2 -> {
        expressions.address();
        out.constant(I32, chance.below(30)).constant(I32, chance.below(20));
        out.op(Opcodes.MEMORY_INIT, chance.below(module.dataSegments)).raw(0);
      }
      case 3 -> {
        expressions.tableIndex();
        out.constant(I32, chance.below(4)).constant(I32, chance.below(4));
        out.op(Opcodes.TABLE_INIT, chance.below(module.elementSegments)).raw(0);
      }
      case 4 -> {
        expressions.tableIndex();
        expressions.tableIndex();
        out.constant(I32, chance.percent(95) ? chance.below(4) : (int) chance.bits());
        out.op(Opcodes.TABLE_COPY).raw(0, 0);
      }
      case 5 -> out.op(Opcodes.DATA_DROP, chance.below(module.dataSegments));
      default -> out.op(Opcodes.ELEM_DROP, chance.below(module.elementSegments));
    }
  }

  private void rare() {
    switch (chance.below(8)) {
      case 0 -> out.op(Opcodes.NOP);
      case 1 -> {
        if (chance.percent(30)) {
          out.op(Opcodes.UNREACHABLE);
        }
      }
      case 2 -> {
        pushAll(type.results());
        out.op(Opcodes.RETURN);
      }
      default -> setLocal();
    }
  }
}
