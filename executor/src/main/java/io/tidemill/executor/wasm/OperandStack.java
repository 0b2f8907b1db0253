package io.tidemill.executor.wasm;

import java.util.Arrays;

/**
 * The two stacks of the validation algorithm: operand types, and the control frames above which
 * they lie. Frame 0 is the function. Names follow the specification's appendix.
 */
final class OperandStack {
  private final OperatorReader reader;
  private final WasmLimits limits;
  private byte[] types = new byte[64];
  private int height;
  private int maxHeight;

  private int depth;
  private int[] openers = new int[16];
  private int[] floors = new int[16];
  private byte[][] starts = new byte[16][];
  private byte[][] ends = new byte[16][];
  private boolean[] unreachable = new boolean[16];

  OperandStack(OperatorReader reader, WasmLimits limits) {
    this.reader = reader;
    this.limits = limits;
  }

  /** Empties both stacks and opens the frame of a function. */
  void reset(byte[] results) {
    height = 0;
    maxHeight = 0;
    depth = 0;
    enter(Opcodes.BLOCK, OperandTypes.NONE, results);
  }

  /** Open control frames, the function's own included. */
  int depth() {
    return depth;
  }

  int maxHeight() {
    return maxHeight;
  }

  byte[] functionResults() {
    return ends[0];
  }

  /** What a branch to {@code label} takes along. */
  byte[] labelTypes(int label) {
    if (label < 0 || label >= depth) {
      throw fail(
          ModuleRule.UNKNOWN_LABEL,
          "label " + Integer.toUnsignedString(label) + " inside " + depth + " blocks");
    }
    final int frame = depth - 1 - label;
    return openers[frame] == Opcodes.LOOP ? starts[frame] : ends[frame];
  }

  void enter(int opener, byte[] start, byte[] end) {
    if (depth > limits.nesting()) {
      throw fail(ModuleRule.LIMIT_NESTING, "more than " + limits.nesting() + " nested blocks");
    }
    if (depth == openers.length) {
      final int size = depth * 2;
      openers = Arrays.copyOf(openers, size);
      floors = Arrays.copyOf(floors, size);
      starts = Arrays.copyOf(starts, size);
      ends = Arrays.copyOf(ends, size);
      unreachable = Arrays.copyOf(unreachable, size);
    }
    openers[depth] = opener;
    floors[depth] = height;
    starts[depth] = start;
    ends[depth] = end;
    unreachable[depth] = false;
    depth++;
    pushAll(start);
  }

  /** {@code else}: closes the first arm of an if and opens the second. */
  void enterElse() {
    if (openers[depth - 1] != Opcodes.IF) {
      throw fail(ModuleRule.TYPE_MISMATCH, "else without if");
    }
    closeArm();
    openers[depth - 1] = Opcodes.ELSE;
    unreachable[depth - 1] = false;
    pushAll(starts[depth - 1]);
  }

  /** {@code end}: closes the innermost frame. */
  void leave() {
    closeArm();
    final int frame = depth - 1;
    // Without an else the operands of the if are its results.
    if (openers[frame] == Opcodes.IF && !Arrays.equals(starts[frame], ends[frame])) {
      throw fail(ModuleRule.TYPE_MISMATCH, "an if without else must give back what it takes");
    }
    depth--;
    pushAll(ends[frame]);
  }

  private void closeArm() {
    final int frame = depth - 1;
    popAll(ends[frame]);
    if (height != floors[frame]) {
      throw fail(
          ModuleRule.TYPE_MISMATCH, (height - floors[frame]) + " values left over in a block");
    }
  }

  /** After an unconditional branch: what follows is dead until the frame ends. */
  void markUnreachable() {
    height = floors[depth - 1];
    unreachable[depth - 1] = true;
  }

  void push(byte type) {
    if (height == types.length) {
      types = Arrays.copyOf(types, height * 2);
    }
    types[height++] = type;
    if (height > maxHeight) {
      maxHeight = height;
      if (height > limits.operandHeight()) {
        throw fail(
            ModuleRule.LIMIT_OPERAND_HEIGHT,
            "more than " + limits.operandHeight() + " operands on the stack");
      }
    }
  }

  void pushAll(byte[] all) {
    for (byte type : all) {
      push(type);
    }
  }

  /** Pops a value of any type. */
  byte pop() {
    final int frame = depth - 1;
    if (height == floors[frame]) {
      if (unreachable[frame]) {
        return OperandTypes.UNKNOWN;
      }
      throw fail(ModuleRule.TYPE_MISMATCH, "an operand is missing");
    }
    return types[--height];
  }

  void pop(byte expected) {
    final byte actual = pop();
    if (actual != expected && actual != OperandTypes.UNKNOWN) {
      throw fail(
          ModuleRule.TYPE_MISMATCH,
          "operand of type "
              + Features.valueType(actual, 0)
              + ", expected "
              + Features.valueType(expected, 0));
    }
  }

  /** Pops values of these types, the last one first. */
  void popAll(byte[] expected) {
    for (int i = expected.length - 1; i >= 0; i--) {
      pop(expected[i]);
    }
  }

  private InvalidModuleException fail(ModuleRule rule, String text) {
    return new InvalidModuleException(
        rule, reader.offset(), OpcodeTable.name(reader.opcode()) + ": " + text);
  }
}
