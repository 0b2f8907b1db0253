package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where things are in the Java frame of one function, and what its code shares at the end. */
final class Frame {
  final ValType[] localTypes;
  final int[] localSlots;
  final int stack;
  final int instance;
  final int fuel;
  final int pollMark;
  final int memory;
  final int bytes;
  final int limit;
  final int firstFree;
  final boolean usesMemory;
  final boolean polls;

  private final ModuleLayout layout;
  private @Nullable Label overflow;
  private @Nullable Label outOfFuel;
  private @Nullable Label handler;
  private @Nullable Label rangeStart;

  Frame(ModuleLayout layout, FunctionType type, List<ValType> locals, FunctionFacts facts) {
    this.layout = layout;
    this.usesMemory = facts.usesMemory();
    this.polls = facts.calls() || facts.loops();
    final int parameters = type.params().size();
    localTypes = new ValType[parameters + locals.size()];
    localSlots = new int[localTypes.length];
    int next = 0;
    for (int i = 0; i < parameters; i++) {
      localTypes[i] = type.params().get(i);
      localSlots[i] = next;
      next += Jvm.width(localTypes[i]);
    }
    stack = next;
    instance = stack + 2;
    fuel = instance + 1;
    pollMark = fuel + 2;
    memory = pollMark + 2;
    bytes = memory + 1;
    limit = bytes + 1;
    next = limit + 1;
    for (int i = parameters; i < localTypes.length; i++) {
      localTypes[i] = locals.get(i - parameters);
      localSlots[i] = next;
      next += Jvm.width(localTypes[i]);
    }
    firstFree = next;
  }

  /** Instance to local: fuel. */
  void loadFuel(CodeBuilder code) {
    if (layout.options.metered()) {
      code.aload(instance).getfield(Jvm.INSTANCE, "fuel", Jvm.LONG).lstore(fuel);
    }
  }

  /** Local to instance: fuel. */
  void storeFuel(CodeBuilder code) {
    if (layout.options.metered()) {
      code.aload(instance).lload(fuel).putfield(Jvm.INSTANCE, "fuel", Jvm.LONG);
    }
  }

  /** Instance to locals: the memory, its bytes and its limit. */
  void loadMemory(CodeBuilder code) {
    code.aload(instance)
        .getfield(Jvm.INSTANCE, "memory", Jvm.LINEAR_MEMORY)
        .dup()
        .astore(memory)
        .dup()
        .getfield(Jvm.LINEAR_MEMORY, "bytes", Jvm.BYTE_ARRAY)
        .astore(bytes)
        .getfield(Jvm.LINEAR_MEMORY, "limit", Jvm.INT)
        .istore(limit);
  }

  /** Before something that has to leave the instance's fuel alone when it throws. */
  void beforeCall(CodeBuilder code) {
    storeFuel(code);
    closeRange(code);
  }

  /** After it. */
  void afterCall(CodeBuilder code, boolean memoryMayChange) {
    openRange(code);
    loadFuel(code);
    if (memoryMayChange && usesMemory) {
      loadMemory(code);
    }
  }

  Label overflow(CodeBuilder code) {
    if (overflow == null) {
      overflow = code.newLabel();
    }
    return overflow;
  }

  Label outOfFuel(CodeBuilder code) {
    if (outOfFuel == null) {
      outOfFuel = code.newLabel();
    }
    return outOfFuel;
  }

  /** Instance to local: the fuel below which the guard is asked again. */
  void loadPollMark(CodeBuilder code) {
    if (polls) {
      code.aload(instance).getfield(Jvm.COMPILED_INSTANCE, "pollMark", Jvm.LONG).lstore(pollMark);
    }
  }

  /**
   * With the new fuel on the Java stack: goes on when it is not below the mark, which is never
   * below zero; else {@link CompiledInstance#poll} decides. So polling costs nothing beside the
   * check for fuel.
   */
  void checkFuelAndPoll(CodeBuilder code) {
    final Label enough = code.newLabel();
    code.lload(pollMark)
        .lcmp()
        .ifge(enough)
        .lload(fuel)
        .aload(instance)
        .invokestatic(
            Jvm.COMPILED_INSTANCE, "poll", Jvm.method(Jvm.LONG, Jvm.LONG, Jvm.COMPILED_INSTANCE))
        .lstore(pollMark)
        .labelBinding(enough);
  }

  /** Asks the guard. */
  void poll(CodeBuilder code) {
    code.aload(instance)
        .getfield(Jvm.INSTANCE, "guard", Jvm.GUARD)
        .invokevirtual(Jvm.GUARD, "poll", Jvm.method(Jvm.VOID));
  }

  void throwOutOfFuel(CodeBuilder code) {
    code.aload(instance)
        .invokestatic(Jvm.COMPILED_INSTANCE, "outOfFuel", Jvm.method(Jvm.TRAP, Jvm.INSTANCE))
        .athrow();
  }

  void openRange(CodeBuilder code) {
    rangeStart = code.newBoundLabel();
  }

  void closeRange(CodeBuilder code) {
    if (rangeStart == null) {
      throw new IllegalStateException("no range is open");
    }
    if (handler == null) {
      handler = code.newLabel();
    }
    code.exceptionCatchAll(rangeStart, code.newBoundLabel(), handler);
    rangeStart = null;
  }

  /** What the code jumps to when it cannot go on. */
  void handlers(CodeBuilder code) {
    if (overflow != null) {
      code.labelBinding(overflow)
          .invokestatic(Jvm.COMPILED_INSTANCE, "stackOverflow", Jvm.method(Jvm.TRAP))
          .athrow();
    }
    if (outOfFuel != null) {
      code.labelBinding(outOfFuel);
      throwOutOfFuel(code);
    }
    if (handler != null) {
      code.labelBinding(handler);
      code.aload(instance);
      if (layout.options.metered()) {
        code.lload(fuel);
      } else {
        code.lconst_0();
      }
      code.invokestatic(
              Jvm.COMPILED_INSTANCE,
              "thrown",
              Jvm.method(Jvm.THROWABLE, Jvm.THROWABLE, Jvm.INSTANCE, Jvm.LONG))
          .athrow();
    }
  }
}
