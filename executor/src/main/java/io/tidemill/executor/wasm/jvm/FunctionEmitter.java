package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.MeteringPlan.Check;
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
import org.jspecify.annotations.Nullable;

/**
 * Emits one function, or one of the regions that it is cut into when it is large. The Java frame
 * holds: parameters, fuel, the packed stack, the instance, the memory with its bytes and limit, the
 * wasm locals, and above them operands that had to leave the Java stack.
 *
 * <p>Dead code is not emitted. Whatever can throw lies under one exception handler that writes fuel
 * back to the instance, except calls: when they throw the instance has the exact fuel already.
 */
final class FunctionEmitter {
  private final ModuleLayout layout;
  private final int index;
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
  private final Outline outline;
  private final RegionEmitter regions;
  private int nextCharge;

  /**
   * @param region a region to emit, or null for the function itself
   */
  FunctionEmitter(
      ModuleLayout layout, int index, CodeBuilder code, Outline.@Nullable Region region) {
    this.layout = layout;
    this.index = index;
    this.code = code;
    this.function = layout.module.functions().get(index);
    this.type = layout.module.types().get(function.typeIndex());
    this.plan = layout.plan.functions().get(index);
    this.in = new OperatorReader(layout.module.bytes());
    this.outline = layout.outlines.get(index);
    this.frame =
        new Frame(
            layout,
            type,
            function.locals(),
            layout.facts.get(index),
            region,
            !outline.regions().isEmpty());
    this.operands = new Operands(code, frame.firstFree);
    this.numeric = new NumericEmitter(code, operands, layout.plan.canonicalNans());
    this.regions = new RegionEmitter(code, frame, operands, outline, region);
    this.flow = new ControlFlow(code, operands, numeric, frame, type, regions);
    this.memory = new MemoryEmitter(code, operands, frame, layout.memoryIsFixed());
    this.calls = new CallEmitter(layout, code, operands, frame);
  }

  void emit() {
    final Outline.Region inside = regions.inside();
    if (inside == null) {
      enterFunction();
    }
    if (layout.options.metered()) {
      frame.loadPollMark(code);
    }
    if (frame.usesMemory) {
      frame.loadMemory(code);
    }
    regions.begin();
    frame.openRange(code);
    if (inside == null) {
      if (plan.charges().length == 0 && frame.polled() && layout.facts.get(index).calls()) {
        // Every function has a charge whenever the plan is right; but even free recursion can be
        // stopped.
        frame.poll(code);
      }
      instructions(function.bodyStart(), function.bodyEnd());
    } else {
      // Its first charge was spent before it was called.
      skipCharges(inside.start());
      instructions(inside.start(), inside.end());
      if (!flow.dead()) {
        regions.leave(List.of(), 0);
      }
    }
    frame.closeRange(code);
    frame.handlers(code);
  }

  private void instructions(int start, int end) {
    in.reset(start, end);
    while (in.hasNext()) {
      final int opcode = in.next();
      if (flow.dead()) {
        flow.skip(opcode, in);
        skipCharges(in.offset());
        continue;
      }
      charge();
      final Outline.Region region = region();
      if (region == null) {
        emit(opcode);
      } else {
        numeric.flush();
        regions.call(
            layout,
            layout.importedFunctions + index,
            region,
            layout.facts.get(index).growsMemory());
        flow.follow(region);
        skipCharges(region.end() - 1);
        in.reset(region.end(), end);
      }
    }
  }

  /** The region that starts here, unless it is the one that is emitted. */
  private Outline.@Nullable Region region() {
    final Outline.Region inside = regions.inside();
    return inside != null && inside.start() == in.offset() ? null : outline.at(in.offset());
  }

  private void enterFunction() {
    if (layout.options.metered()) {
      final Label overflow = frame.overflow(code);
      code.iload(frame.stack)
          .loadConstant(PackedStack.FRAME + plan.frameSlots())
          .isub()
          .dup()
          .istore(frame.stack)
          .loadConstant(PackedStack.UNDERFLOW)
          .iand()
          .ifne(overflow);
    }
    for (int i = 0; i < function.locals().size(); i++) {
      final ValType local = function.locals().get(i);
      Jvm.constant(code, local, 0);
      code.storeLocal(Jvm.kind(local), frame.localSlots[type.params().size() + i]);
    }
  }

  /** Steps over the charges up to that of the instruction at {@code offset}. */
  private void skipCharges(int offset) {
    while (nextCharge < plan.chargeOffsets().length && plan.chargeOffsets()[nextCharge] <= offset) {
      nextCharge++;
    }
  }

  /** What the plan charges before the instruction at {@code offset}, taking it off the list. */
  private long takeCharge(int offset) {
    if (nextCharge == plan.chargeOffsets().length || plan.chargeOffsets()[nextCharge] != offset) {
      return 0;
    }
    final long cost = plan.charges()[nextCharge++];
    return layout.options.metered() ? cost : 0;
  }

  private void charge() {
    final long cost = takeCharge(in.offset());
    if (cost == 0) {
      return;
    }
    numeric.flush();
    frame.spend(code, cost);
    switch (plan.checks()[nextCharge - 1]) {
      case LATER -> {}
      case BEFORE_CALL -> frame.checkFuelAndPoll(code);
      case AT_ONCE -> frame.checkFuel(code, operands.javaStackEmpty());
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
        final FunctionType loopType = layout.module.blockType(in.blockType());
        final long cost = takeCharge(in.position());
        flow.loop(loopType, cost, cost > 0 && plan.checks()[nextCharge - 1] == Check.BEFORE_CALL);
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
