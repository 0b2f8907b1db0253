package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ConstantDescs;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Structured control: blocks become labels, branches become jumps over a fitted Java stack. */
final class ControlFlow {
  /** Beyond this many entries a br_table goes through a constant string of label numbers. */
  private static final int DIRECT_TABLE = 256;

  private final CodeBuilder code;
  private final Operands operands;
  private final NumericEmitter numeric;
  private final Frame frame;
  private final FunctionType type;
  private final RegionEmitter regions;
  private final List<ControlFrame> open = new ArrayList<>();
  private boolean dead;
  private int deadDepth;

  ControlFlow(
      CodeBuilder code,
      Operands operands,
      NumericEmitter numeric,
      Frame frame,
      FunctionType type,
      RegionEmitter regions) {
    this.code = code;
    this.operands = operands;
    this.numeric = numeric;
    this.frame = frame;
    this.type = type;
    this.regions = regions;
    if (regions.inside() == null) {
      open.add(new ControlFrame(ControlFrame.Kind.FUNCTION, type, code.newLabel(), 0, 0));
    } else {
      for (List<ValType> branch : regions.inside().outer()) {
        final FunctionType carried = new FunctionType(List.of(), branch);
        open.add(new ControlFrame(ControlFrame.Kind.OUTER, carried, code.newLabel(), 0, 0));
      }
    }
  }

  /** Whether what follows cannot be reached. */
  boolean dead() {
    return dead;
  }

  /** Steps over an instruction of dead code. */
  void skip(int opcode, OperatorReader in) {
    switch (opcode) {
      case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> deadDepth++;
      case Opcodes.ELSE -> {
        if (deadDepth == 0) {
          elseArm();
        }
      }
      case Opcodes.END -> {
        if (deadDepth == 0) {
          end();
        } else {
          deadDepth--;
        }
      }
      default -> {}
    }
  }

  /** Whether the instruction can use a comparison that has not become a number yet. */
  boolean takesCondition(int opcode) {
    return opcode == Opcodes.BR_IF || opcode == Opcodes.IF || opcode == Opcodes.SELECT;
  }

  void unreachable() {
    code.invokestatic(Jvm.COMPILED_INSTANCE, "unreachable", Jvm.method(Jvm.TRAP)).athrow();
    dead = true;
  }

  void block(FunctionType blockType) {
    operands.close(operands.height - operands.spilled);
    push(ControlFrame.Kind.BLOCK, blockType);
  }

  private ControlFrame push(ControlFrame.Kind kind, FunctionType blockType) {
    final ControlFrame entered =
        new ControlFrame(
            kind,
            blockType,
            code.newLabel(),
            operands.height - blockType.params().size(),
            operands.spilled);
    entered.mark = operands.mark();
    open.add(entered);
    return entered;
  }

  /**
   * Opens a loop. What a round costs is spent where a round begins: before the loop, and at each
   * branch back. A branch that finds the fuel below the mark goes to the poll in front of the loop
   * instead of the loop itself, so that to the JIT the poll lies in an outer loop: a call in the
   * inner one would have everything that lives in registers saved around it.
   *
   * @param roundCost 0 when nothing is spent there
   * @param calls whether each round calls something anyway
   */
  void loop(FunctionType blockType, long roundCost, boolean calls) {
    final ControlFrame entered = push(ControlFrame.Kind.LOOP, blockType);
    entered.roundCost = roundCost;
    operands.spillAll();
    entered.parameterSlots = new int[blockType.params().size()];
    for (int i = 0; i < entered.parameterSlots.length; i++) {
      entered.parameterSlots[i] = operands.slot(entered.base + i);
    }
    if (roundCost > 0) {
      frame.spend(code, roundCost);
      final Label poll = code.newBoundLabel();
      if (calls) {
        frame.checkFuelAndPoll(code);
      } else {
        frame.checkFuelAndPollInline(code);
      }
      entered.detour = frame.detour(code, poll);
    }
    code.labelBinding(entered.target);
    operands.unspill(entered.base);
  }

  void ifThen(FunctionType blockType) {
    closeUnderCondition(operands.height - operands.spilled - 1);
    final Label elseArm = code.newLabel();
    numeric.branch(elseArm, false);
    push(ControlFrame.Kind.IF, blockType).elseArm = elseArm;
  }

  void elseArm() {
    final ControlFrame current = open.getLast();
    if (!dead) {
      leave(current);
      code.goto_(current.target);
      current.reached = true;
    }
    code.labelBinding(java.util.Objects.requireNonNull(current.elseArm));
    current.elseArm = null;
    resume(current, current.type.params());
  }

  void end() {
    final ControlFrame current = open.removeLast();
    if (current.kind == ControlFrame.Kind.FUNCTION) {
      if (!dead) {
        emitReturn();
      }
      dead = true;
      return;
    }
    if (!dead) {
      leave(current);
    }
    operands.release(current.mark);
    if (current.elseArm != null) {
      code.labelBinding(current.elseArm);
      current.reached = true;
    }
    if (current.kind != ControlFrame.Kind.LOOP) {
      code.labelBinding(current.target);
    } else {
      current.reached = false;
    }
    if (!dead || current.reached) {
      resume(current, current.type.results());
    }
  }

  private void leave(ControlFrame current) {
    operands.shuffle(current.base, current.type.results().size(), current.spilled);
  }

  private void resume(ControlFrame current, List<ValType> types) {
    operands.height = current.base;
    operands.spilled = current.spilled;
    operands.push(types);
    dead = false;
  }

  void br(int depth) {
    jump(target(depth));
    dead = true;
  }

  private ControlFrame target(int depth) {
    return open.get(open.size() - 1 - depth);
  }

  void brIf(int depth) {
    final ControlFrame to = target(depth);
    closeUnderCondition(to.branchTypes().size());
    if (direct(to, 1)) {
      to.reached = true;
      numeric.branch(to.target, true);
    } else {
      final Label stay = code.newLabel();
      numeric.branch(stay, false);
      jump(to);
      code.labelBinding(stay);
    }
  }

  /** Whether a branch is a plain jump once {@code above} operands are gone from the top. */
  private boolean direct(ControlFrame to, int above) {
    final int height = operands.height - above;
    return switch (to.kind) {
      case FUNCTION, OUTER -> false;
      case LOOP ->
          height == operands.spilled
              && to.parameterSlots.length == 0
              && to.roundCost == 0
              && !frame.polled();
      default -> height - to.type.results().size() == to.base && operands.spilled == to.spilled;
    };
  }

  /** How many frames outwards a frame around the region is. */
  private int outwards(ControlFrame outer) {
    return java.util.Objects.requireNonNull(regions.inside()).outer().size() - open.indexOf(outer);
  }

  /**
   * After a call of a region, with the number of frames outwards on the Java stack to which it
   * branched, or 0: goes there.
   */
  void follow(Outline.Region region) {
    final Label stay = code.newLabel();
    final List<SwitchCase> cases = new ArrayList<>();
    for (int exit : region.exits()) {
      cases.add(SwitchCase.of(exit, code.newLabel()));
    }
    if (cases.isEmpty()) {
      code.pop();
    } else {
      code.lookupswitch(stay, cases);
    }
    for (SwitchCase entry : cases) {
      code.labelBinding(entry.target());
      final ControlFrame to = target(entry.caseValue() - 1);
      final List<ValType> carried = to.branchTypes();
      regions.take(carried);
      operands.push(carried);
      jump(to);
      operands.pop(carried.size());
    }
    code.labelBinding(stay);
  }

  /** Emits an unconditional branch and leaves the model of the operands alone. */
  private void jump(ControlFrame to) {
    if (to.kind == ControlFrame.Kind.FUNCTION) {
      emitReturn();
      return;
    }
    if (to.kind == ControlFrame.Kind.OUTER) {
      regions.leave(to.type.results(), outwards(to));
      return;
    }
    if (to.kind == ControlFrame.Kind.LOOP) {
      final List<ValType> carried = to.type.params();
      operands.close(carried.size());
      for (int i = carried.size() - 1; i >= 0; i--) {
        code.storeLocal(Jvm.kind(carried.get(i)), to.parameterSlots[i]);
      }
      operands.dropJavaStack(carried.size());
      nextRound(to);
    } else {
      to.reached = true;
      operands.shuffle(to.base, to.type.results().size(), to.spilled);
    }
    code.goto_(to.target);
  }

  private void nextRound(ControlFrame loop) {
    if (loop.detour != null) {
      frame.spend(code, loop.roundCost);
      code.lload(frame.fuel).lload(frame.pollMark).lcmp().iflt(loop.detour);
    } else if (frame.polled()) {
      // Its charge is there whenever the plan is right; but even a free loop can be stopped.
      frame.poll(code);
    }
  }

  void brTable(List<Integer> targets) {
    closeUnderCondition(target(targets.getLast()).branchTypes().size());
    final TreeMap<Integer, Label> labels = new TreeMap<>();
    final List<SwitchCase> cases = new ArrayList<>();
    for (int depth : targets) {
      labels.computeIfAbsent(depth, d -> direct(target(d), 1) ? target(d).target : code.newLabel());
    }
    if (targets.size() <= DIRECT_TABLE) {
      for (int i = 0; i + 1 < targets.size(); i++) {
        cases.add(SwitchCase.of(i, labels.get(targets.get(i))));
      }
    } else {
      mapLargeTable(targets);
      for (var entry : labels.entrySet()) {
        cases.add(SwitchCase.of(entry.getKey(), entry.getValue()));
      }
    }
    final Label otherwise = java.util.Objects.requireNonNull(labels.get(targets.getLast()));
    if (cases.isEmpty()) {
      code.pop().goto_(otherwise);
    } else {
      code.tableswitch(otherwise, cases);
    }
    operands.pop(1);
    for (var entry : labels.entrySet()) {
      final ControlFrame to = target(entry.getKey());
      to.reached = true;
      if (entry.getValue() != to.target) {
        code.labelBinding(entry.getValue());
        jump(to);
      }
    }
    dead = true;
  }

  /** Replaces the operand by the depth it selects, read from a string of depths. */
  private void mapLargeTable(List<Integer> targets) {
    final StringBuilder depths = new StringBuilder();
    for (int depth : targets) {
      // Depths are at most 256 by the limits; one is added so that no character is zero.
      depths.append((char) (depth + 1));
    }
    code.loadConstant(depths.toString())
        .invokestatic(
            Jvm.COMPILED_INSTANCE,
            "tableEntry",
            Jvm.method(Jvm.INT, Jvm.INT, ConstantDescs.CD_String));
  }

  /** Makes {@code count} operands below the condition on top canonical. */
  void closeUnderCondition(int count) {
    if (!operands.anyOpen(1, count)) {
      return;
    }
    numeric.flush();
    final int mark = operands.mark();
    final int condition = operands.reserve(ValType.I32);
    code.istore(condition);
    operands.pop(1);
    operands.close(count);
    code.iload(condition);
    operands.push(ValType.I32);
    operands.release(mark);
  }

  void returnFromFunction() {
    jump(open.getFirst());
    dead = true;
  }

  private void emitReturn() {
    final List<ValType> results = type.results();
    operands.close(results.size());
    for (int i = results.size() - 1; i > 0; i--) {
      Jvm.toBits(code, results.get(i));
      code.aload(frame.instance)
          .loadConstant(i)
          .invokestatic(
              Jvm.COMPILED_INSTANCE,
              "setResult",
              Jvm.method(Jvm.VOID, Jvm.LONG, Jvm.COMPILED_INSTANCE, Jvm.INT));
    }
    if (results.isEmpty()) {
      code.lload(frame.fuel);
    } else {
      frame.storeFuel(code);
    }
    code.return_(Jvm.returnedKind(type));
  }
}
