package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.MeteringPlan.FunctionPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.OpcodeTable;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.ArrayList;
import java.util.List;

/**
 * Emits one function. The Java frame holds: parameters, the packed stack, the instance, fuel, the
 * memory with its bytes and limit, the wasm locals, and above them operands that had to leave the
 * Java stack.
 *
 * <p>Dead code is not emitted. Whatever can throw lies under one exception handler that writes fuel
 * back to the instance, except calls: around them the instance has the exact fuel anyway.
 */
final class FunctionEmitter {
  private final ModuleLayout layout;
  private final CodeBuilder code;
  private final Module.Function function;
  private final FunctionType type;
  private final FunctionPlan plan;
  private final OperatorReader in;
  private final Operands operands;
  private final ControlFlow flow;
  private final NumericEmitter numeric;
  private final MemoryEmitter memory;
  private final CallEmitter calls;
  private final Frame frame;
  private int nextCharge;

  // Set at the start of whatever can be repeated: a loop, and a function that calls.
  private boolean pollPending;

  FunctionEmitter(ModuleLayout layout, int index, CodeBuilder code) {
    this.layout = layout;
    this.code = code;
    this.function = layout.module.functions().get(index);
    this.type = layout.module.types().get(function.typeIndex());
    this.plan = layout.plan.functions().get(index);
    this.in = new OperatorReader(layout.module.bytes());
    this.frame = new Frame(layout, type, function.locals(), layout.facts.get(index));
    this.operands = new Operands(code, frame.firstFree);
    this.numeric = new NumericEmitter(code, operands, layout.plan.canonicalNans());
    this.flow = new ControlFlow(code, operands, numeric, frame, type);
    this.memory = new MemoryEmitter(code, operands, frame);
    this.calls = new CallEmitter(layout, code, operands, frame);
  }

  void emit() {
    prologue();
    pollPending = layout.options.polled() && frame.polls;
    frame.openRange(code);
    in.reset(function.bodyStart(), function.bodyEnd());
    while (in.hasNext()) {
      final int opcode = in.next();
      if (flow.dead()) {
        flow.skip(opcode, in);
        skipCharges();
        continue;
      }
      charge();
      emit(opcode);
    }
    frame.closeRange(code);
    frame.handlers(code);
  }

  private void prologue() {
    if (layout.options.metered()) {
      final Label overflow = frame.overflow(code);
      code.lload(frame.stack)
          .loadConstant(1L << 32 | plan.frameSlots())
          .lsub()
          .dup2()
          .lstore(frame.stack)
          .loadConstant(CompiledInstance.STACK_UNDERFLOW)
          .land()
          .lconst_0()
          .lcmp()
          .ifne(overflow);
      frame.loadFuel(code);
      frame.loadPollMark(code);
    }
    if (frame.usesMemory) {
      frame.loadMemory(code);
    }
    for (int i = 0; i < function.locals().size(); i++) {
      final ValType local = function.locals().get(i);
      Jvm.constant(code, local, 0);
      code.storeLocal(Jvm.kind(local), frame.localSlots[type.params().size() + i]);
    }
  }

  private void skipCharges() {
    while (nextCharge < plan.chargeOffsets().length
        && plan.chargeOffsets()[nextCharge] <= in.offset()) {
      nextCharge++;
    }
  }

  private void charge() {
    if (nextCharge == plan.chargeOffsets().length
        || plan.chargeOffsets()[nextCharge] != in.offset()) {
      pollUncharged();
      return;
    }
    final long cost = plan.charges()[nextCharge++];
    if (!layout.options.metered() || cost <= 0) {
      pollUncharged();
      return;
    }
    numeric.flush();
    code.lload(frame.fuel).loadConstant(cost).lsub().dup2().lstore(frame.fuel);
    if (pollPending) {
      pollPending = false;
      frame.checkFuelAndPoll(code);
    } else if (operands.javaStackEmpty()) {
      code.lconst_0().lcmp().iflt(frame.outOfFuel(code));
    } else {
      final Label enough = code.newLabel();
      code.lconst_0().lcmp().ifge(enough);
      frame.throwOutOfFuel(code);
      code.labelBinding(enough);
    }
  }

  /**
   * A loop polls through the charge at its header, which is there whenever the plan is right. Where
   * it is missing the loop polls by itself, so that even a loop that costs nothing can be stopped.
   */
  private void pollUncharged() {
    if (!pollPending || !layout.options.polled()) {
      return;
    }
    switch (in.opcode()) {
      case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.NOP -> {}
      default -> {
        pollPending = false;
        frame.poll(code);
      }
    }
  }

  private void emit(int opcode) {
    if (numeric.emit(opcode)) {
      return;
    }
    if (!flow.takesCondition(opcode)) {
      numeric.flush();
    }
    if (OpcodeTable.accessesMemory(opcode)) {
      memory.access(opcode, in.memoryOffset());
      return;
    }
    switch (opcode) {
      case Opcodes.NOP -> {}
      case Opcodes.UNREACHABLE -> flow.unreachable();
      case Opcodes.BLOCK -> flow.block(layout.module.blockType(in.blockType()));
      case Opcodes.LOOP -> {
        flow.loop(layout.module.blockType(in.blockType()));
        pollPending = layout.options.polled();
      }
      case Opcodes.IF -> flow.ifThen(layout.module.blockType(in.blockType()));
      case Opcodes.ELSE -> flow.elseArm();
      case Opcodes.END -> flow.end();
      case Opcodes.BR -> flow.br(in.index());
      case Opcodes.BR_IF -> flow.brIf(in.index());
      case Opcodes.BR_TABLE -> flow.brTable(targets());
      case Opcodes.RETURN -> flow.returnFromFunction();
      case Opcodes.CALL -> calls.call(in.index());
      case Opcodes.CALL_INDIRECT -> calls.callIndirect(in.index());
      case Opcodes.DROP -> {
        operands.drop(operands.top());
        operands.pop(1);
      }
      case Opcodes.SELECT -> select();
      case Opcodes.LOCAL_GET -> {
        final ValType local = frame.localTypes[in.index()];
        code.loadLocal(Jvm.kind(local), frame.localSlots[in.index()]);
        operands.push(local);
      }
      case Opcodes.LOCAL_SET -> {
        operands.close();
        code.storeLocal(Jvm.kind(operands.top()), frame.localSlots[in.index()]);
        operands.pop(1);
      }
      case Opcodes.LOCAL_TEE -> {
        operands.close();
        if (Jvm.width(operands.top()) == 2) {
          code.dup2();
        } else {
          code.dup();
        }
        code.storeLocal(Jvm.kind(operands.top()), frame.localSlots[in.index()]);
      }
      case Opcodes.GLOBAL_GET -> calls.globalGet(in.index());
      case Opcodes.GLOBAL_SET -> calls.globalSet(in.index());
      case Opcodes.I32_CONST -> constant(ValType.I32);
      case Opcodes.I64_CONST -> constant(ValType.I64);
      case Opcodes.F32_CONST -> constant(ValType.F32);
      case Opcodes.F64_CONST -> constant(ValType.F64);
      default -> memory.bulk(opcode, in);
    }
  }

  private void constant(ValType constantType) {
    Jvm.constant(code, constantType, in.constant());
    operands.push(constantType);
  }

  private List<Integer> targets() {
    final List<Integer> targets = new ArrayList<>();
    for (int i = 0; i <= in.targetCount(); i++) {
      targets.add(in.nextTarget());
    }
    return targets;
  }

  /** Keeps the lower value when the condition is not zero. */
  private void select() {
    if (operands.openBelow(1) != operands.openBelow(2)) {
      // One of the two shows its bits: what comes out may not be made canonical later.
      flow.closeUnderCondition(2);
    }
    final Label keep = code.newLabel();
    numeric.branch(keep, true);
    final boolean isOpen = operands.topOpen();
    final ValType selected = operands.top();
    operands.pop(1);
    final boolean anyOpen = isOpen || operands.topOpen();
    operands.pop(1);
    if (Jvm.width(selected) == 2) {
      code.dup2_x2().pop2().labelBinding(keep).pop2();
    } else {
      code.swap().labelBinding(keep).pop();
    }
    operands.push(selected, anyOpen);
  }
}
