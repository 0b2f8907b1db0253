package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.ExecutionGuard.AttemptStopped;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where things are in the Java frame of one function, and what its code shares at the end. */
final class Frame {
  private static final ClassDesc ATTEMPT_STOPPED = Jvm.of(AttemptStopped.class);

  final ValType[] localTypes;
  final int[] localSlots;
  final int fuel;
  final int stack;
  final int instance;
  final int pollMark;
  final int memory;
  final int bytes;
  final int limit;

  /** The array through which regions share locals; meaningless without regions. */
  final int array;

  final int firstFree;
  final boolean usesMemory;
  final boolean polls;

  private final ModuleLayout layout;
  private @Nullable Label overflow;
  private @Nullable Label outOfFuel;
  private @Nullable Label stopped;
  private final Map<Label, Label> detours = new LinkedHashMap<>();
  private @Nullable Label handler;
  private @Nullable Label rangeStart;

  /**
   * The frame of a function, or of one of its regions: that has the array of locals before the fuel
   * instead of the parameters, and those locals only that it uses.
   */
  Frame(
      ModuleLayout layout,
      FunctionType type,
      List<ValType> locals,
      FunctionFacts facts,
      Outline.@Nullable Region region,
      boolean hasRegions) {
    this.layout = layout;
    this.usesMemory = facts.usesMemory();
    this.polls = facts.calls() || facts.loops();
    final int parameters = type.params().size();
    localTypes = new ValType[parameters + locals.size()];
    localSlots = new int[localTypes.length];
    for (int i = 0; i < localTypes.length; i++) {
      localTypes[i] = i < parameters ? type.params().get(i) : locals.get(i - parameters);
    }
    int next = 0;
    for (int i = 0; region == null && i < parameters; i++) {
      localSlots[i] = next;
      next += Jvm.width(localTypes[i]);
    }
    if (region != null) {
      next++;
    }
    fuel = next;
    stack = fuel + 2;
    instance = stack + 1;
    pollMark = instance + 1;
    memory = pollMark + 2;
    bytes = memory + 1;
    limit = bytes + 1;
    next = limit + 1;
    array = region != null ? 0 : next;
    if (region == null && hasRegions) {
      next++;
    }
    for (int i = region == null ? parameters : 0; i < localTypes.length; i++) {
      if (region == null || region.used().get(i)) {
        localSlots[i] = next;
        next += Jvm.width(localTypes[i]);
      }
    }
    firstFree = next;
  }

  /** Instance to local: fuel. */
  private void loadFuel(CodeBuilder code) {
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

  /** Before something that spends the instance's fuel, and leaves it exact when it throws. */
  void beforeSpending(CodeBuilder code) {
    if (layout.options.metered()) {
      storeFuel(code);
    } else {
      // A range must not be empty.
      code.nop();
    }
    closeRange(code);
  }

  /** After it. */
  void afterSpending(CodeBuilder code, boolean memoryMayChange) {
    openRange(code);
    loadFuel(code);
    if (memoryMayChange && usesMemory) {
      loadMemory(code);
    }
  }

  /** Before a call, which leaves the instance's fuel exact when it throws; the arguments follow. */
  void beforeCall(CodeBuilder code) {
    code.lload(fuel).iload(stack).aload(instance);
    closeRange(code);
  }

  /** After it, with the result on the Java stack. */
  void afterCall(CodeBuilder code, FunctionType type, boolean memoryMayChange) {
    openRange(code);
    if (!type.results().isEmpty()) {
      loadFuel(code);
    } else if (layout.options.metered()) {
      code.lstore(fuel);
    } else {
      code.pop2();
    }
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

  private Label outOfFuel(CodeBuilder code) {
    if (outOfFuel == null) {
      outOfFuel = code.newLabel();
    }
    return outOfFuel;
  }

  /** Spends; whoever emits it sees to the check. */
  void spend(CodeBuilder code, long cost) {
    code.lload(fuel).loadConstant(cost).lsub().lstore(fuel);
  }

  /** Instance to local: the fuel below which the guard is asked again. */
  void loadPollMark(CodeBuilder code) {
    if (polls) {
      code.aload(instance).getfield(Jvm.COMPILED_INSTANCE, "pollMark", Jvm.LONG).lstore(pollMark);
    }
  }

  /**
   * Goes on when the fuel is not below the mark, which is never below zero; else {@link
   * CompiledInstance#poll} decides. So polling costs nothing beside the check for fuel.
   */
  void checkFuelAndPoll(CodeBuilder code) {
    final Label enough = code.newLabel();
    code.lload(fuel).lload(pollMark).lcmp().ifge(enough);
    code.lload(fuel)
        .aload(instance)
        .invokestatic(
            Jvm.COMPILED_INSTANCE, "poll", Jvm.method(Jvm.LONG, Jvm.LONG, Jvm.COMPILED_INSTANCE))
        .lstore(pollMark)
        .labelBinding(enough);
  }

  /**
   * The same where a loop begins, and without a call: whatever is called, however rarely, has what
   * lives in registers saved around it.
   */
  void checkFuelAndPollInline(CodeBuilder code) {
    final Label enough = code.newLabel();
    final Label marked = code.newLabel();
    code.lload(fuel).lload(pollMark).lcmp().ifge(enough);
    code.lload(fuel).lconst_0().lcmp().iflt(outOfFuel(code));
    code.aload(instance)
        .getfield(Jvm.INSTANCE, "guard", Jvm.GUARD)
        .getfield(Jvm.GUARD, "stopped", ConstantDescs.CD_boolean)
        .ifne(stopped(code));
    code.lconst_0().lstore(pollMark);
    code.lload(fuel).loadConstant(CompiledInstance.POLL_EVERY).lcmp().ifle(marked);
    code.lload(fuel).loadConstant(CompiledInstance.POLL_EVERY).lsub().lstore(pollMark);
    code.labelBinding(marked)
        .aload(instance)
        .lload(pollMark)
        .putfield(Jvm.COMPILED_INSTANCE, "pollMark", Jvm.LONG)
        .labelBinding(enough);
  }

  /**
   * A label at the end of the function that leads to {@code poll}. A branch back on a comparison of
   * longs would make the JIT keep its result for the safepoint there; this one goes forwards.
   */
  Label detour(CodeBuilder code, Label poll) {
    final Label detour = code.newLabel();
    detours.put(detour, poll);
    return detour;
  }

  private Label stopped(CodeBuilder code) {
    if (stopped == null) {
      stopped = code.newLabel();
    }
    return stopped;
  }

  /** Goes on when the fuel is not below zero. */
  void checkFuel(CodeBuilder code, boolean javaStackEmpty) {
    code.lload(fuel).lconst_0().lcmp();
    if (javaStackEmpty) {
      code.iflt(outOfFuel(code));
    } else {
      final Label enough = code.newLabel();
      code.ifge(enough);
      throwOutOfFuel(code);
      code.labelBinding(enough);
    }
  }

  /** Whether loops have to ask the guard. */
  boolean polled() {
    return layout.options.polled();
  }

  /** Asks the guard. */
  void poll(CodeBuilder code) {
    code.aload(instance)
        .getfield(Jvm.INSTANCE, "guard", Jvm.GUARD)
        .invokevirtual(Jvm.GUARD, "poll", Jvm.method(Jvm.VOID));
  }

  private void throwOutOfFuel(CodeBuilder code) {
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
    detours.forEach((detour, poll) -> code.labelBinding(detour).goto_(poll));
    if (overflow != null) {
      code.labelBinding(overflow);
      storeFuel(code);
      code.invokestatic(Jvm.COMPILED_INSTANCE, "stackOverflow", Jvm.method(Jvm.TRAP)).athrow();
    }
    if (outOfFuel != null) {
      code.labelBinding(outOfFuel);
      throwOutOfFuel(code);
    }
    if (stopped != null) {
      code.labelBinding(stopped);
      storeFuel(code);
      code.getstatic(ATTEMPT_STOPPED, "INSTANCE", ATTEMPT_STOPPED).athrow();
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
