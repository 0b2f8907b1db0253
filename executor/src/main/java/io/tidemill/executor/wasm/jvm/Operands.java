package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.util.Arrays;

/**
 * The wasm operand stack at one point of a function, as the compiler sees it. The lowest {@link
 * #spilled} operands are in Java locals, the rest is on the Java operand stack in the same order.
 *
 * <p>Operands are spilled at a loop, because HotSpot replaces a running loop by compiled code only
 * where the Java stack is empty, and come back when the loop ends.
 *
 * <p>A float operand can be <em>open</em>: it came from arithmetic and its NaN is not canonical
 * yet. Arithmetic and comparisons take it as it is; whoever could observe the payload closes it
 * first.
 */
final class Operands {
  private final CodeBuilder code;
  private ValType[] types = new ValType[16];
  private boolean[] open = new boolean[16];
  private int[] slots = new int[16];
  private int nextSlot;

  int height;
  int spilled;

  /**
   * @param firstSlot the first Java local that may be used for operands
   */
  Operands(CodeBuilder code, int firstSlot) {
    this.code = code;
    this.nextSlot = firstSlot;
  }

  void push(ValType type) {
    push(type, false);
  }

  void push(ValType type, boolean isOpen) {
    if (height == types.length) {
      types = Arrays.copyOf(types, 2 * height);
      open = Arrays.copyOf(open, 2 * height);
      slots = Arrays.copyOf(slots, 2 * height);
    }
    types[height] = type;
    open[height++] = isOpen;
  }

  void push(Iterable<ValType> pushed) {
    for (ValType type : pushed) {
      push(type);
    }
  }

  void pop(int count) {
    height -= count;
  }

  ValType top() {
    return types[height - 1];
  }

  boolean topOpen() {
    return open[height - 1];
  }

  /** Whether nothing is on the Java stack. */
  boolean javaStackEmpty() {
    return height == spilled;
  }

  /** Makes the NaN of the topmost operand canonical. */
  void close() {
    if (height > spilled && open[height - 1]) {
      canonical(types[height - 1]);
      open[height - 1] = false;
    }
  }

  /** Whether the operand {@code depth} places below the topmost one is open. */
  boolean openBelow(int depth) {
    return open[height - 1 - depth];
  }

  /** Whether one of {@code count} operands below the topmost {@code above} ones is open. */
  boolean anyOpen(int above, int count) {
    for (int i = height - above - count; i < height - above; i++) {
      if (open[i]) {
        return true;
      }
    }
    return false;
  }

  /** Drops what is on the Java stack below {@code above} operands that are already gone. */
  void dropJavaStack(int above) {
    for (int i = height - above - 1; i >= spilled; i--) {
      drop(types[i]);
    }
  }

  /** Makes the NaNs of the topmost {@code count} operands canonical. */
  void close(int count) {
    int lowest = height;
    for (int i = height - count; i < height; i++) {
      if (open[i]) {
        lowest = Math.min(lowest, i);
      }
    }
    if (lowest == height - 1) {
      close();
    } else if (lowest < height) {
      final int mark = nextSlot;
      for (int i = height - 1; i >= lowest; i--) {
        saveTop(i);
      }
      for (int i = lowest; i < height; i++) {
        load(i);
        open[i] = false;
      }
      nextSlot = mark;
    }
  }

  /** Makes the NaNs of {@code count} operands below the topmost one, an i32, canonical. */
  void closeBelowTop(int count) {
    if (anyOpen(1, count)) {
      close(count + 1);
    }
  }

  private void canonical(ValType type) {
    code.invokestatic(Jvm.NUMERIC, "canonical", Jvm.method(Jvm.desc(type), Jvm.desc(type)));
  }

  /** A fresh Java local, free again after {@link #release}. */
  int reserve(ValType type) {
    final int slot = nextSlot;
    nextSlot += Jvm.width(type);
    return slot;
  }

  /** Where {@link #reserve} stands. */
  int mark() {
    return nextSlot;
  }

  /** Gives back everything reserved since {@link #mark}. */
  void release(int mark) {
    nextSlot = mark;
  }

  /** Moves operand {@code i}, the topmost one on the Java stack, to a local, canonical. */
  private void saveTop(int i) {
    if (open[i]) {
      canonical(types[i]);
    }
    slots[i] = reserve(types[i]);
    code.storeLocal(Jvm.kind(types[i]), slots[i]);
  }

  private void load(int i) {
    code.loadLocal(Jvm.kind(types[i]), slots[i]);
  }

  /** Moves everything on the Java stack to locals. */
  void spillAll() {
    for (int i = height - 1; i >= spilled; i--) {
      saveTop(i);
      open[i] = false;
    }
    spilled = height;
  }

  /** The local that holds the spilled operand {@code i}. */
  int slot(int i) {
    return slots[i];
  }

  /** Loads the spilled operands from {@code from} up back on the empty Java stack. */
  void unspill(int from) {
    for (int i = from; i < height; i++) {
      load(i);
    }
    spilled = from;
  }

  /**
   * Whether the Java stack has to change for a branch to a label where {@code base} operands lie
   * under {@code arity} results and {@code wantedSpilled} of them are in locals.
   */
  boolean needsShuffle(int base, int arity, int wantedSpilled) {
    return height - arity != base || spilled != wantedSpilled;
  }

  /**
   * Emits what makes the Java stack fit such a label; the model stays as it was, for the code that
   * is reached when the branch is not taken.
   */
  void shuffle(int base, int arity, int wantedSpilled) {
    if (!needsShuffle(base, arity, wantedSpilled)) {
      close(arity);
      return;
    }
    final int mark = nextSlot;
    final int first = height - arity;
    for (int i = height - 1; i >= first; i--) {
      saveTop(i);
    }
    // Operands at or above the base are dropped, those below that were spilled since are reloaded.
    for (int i = first - 1; i >= Math.max(spilled, base); i--) {
      drop(types[i]);
    }
    for (int i = wantedSpilled; i < Math.min(spilled, base); i++) {
      load(i);
    }
    for (int i = first; i < height; i++) {
      load(i);
    }
    nextSlot = mark;
  }

  void drop(ValType type) {
    if (Jvm.width(type) == 2) {
      code.pop2();
    } else {
      code.pop();
    }
  }
}
