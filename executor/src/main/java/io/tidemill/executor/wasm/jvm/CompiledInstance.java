package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of an instance that is the same for every module; each module's own class adds its
 * globals as fields. Public, with public static methods, because generated classes live in another
 * class loader; nothing else may use it.
 *
 * <p>Instances are not reused: they are small, and a fresh one cannot remember anything. Memory is
 * what is pooled.
 */
@SuppressWarnings("ReferenceEquality") // an instance is told by identity
public abstract class CompiledInstance extends Instance {
  /** How much fuel may be spent between two looks at the guard: about a millisecond when hot. */
  static final long POLL_EVERY = 1 << 20;

  private static final long[] NO_RESULTS = {};

  private final JvmModule compiled;
  private final FuelSchedule prices;
  private final long[] results;
  private final boolean[] droppedData;
  private final boolean[] droppedElements;
  private final GlobalCell[] cells;

  /** The fuel below which generated code asks the guard again; never below zero. */
  public long pollMark;

  /** Numbers of callable functions, -1 for null. Unused when there is a shared table. */
  private final int[] table;

  private final Links.@Nullable Table shared;

  /** For generated constructors. */
  protected CompiledInstance(JvmModule compiled, Launch launch) {
    super(launch);
    this.compiled = compiled;
    this.prices = compiled.schedule();
    this.results = compiled.mostResults() > 1 ? new long[compiled.mostResults()] : NO_RESULTS;
    this.droppedData = new boolean[compiled.module().data().size()];
    this.droppedElements = new boolean[compiled.module().elements().size()];
    this.cells = compiled.newCells();
    this.table = compiled.newTable();
    this.shared = compiled.links().linked() ? sharedFrom(compiled) : null;
    this.memory = compiled.newMemory(launch.memory());
  }

  /** Calls a function that is exported or otherwise reached from outside, raw bits in and out. */
  public abstract long[] call(int function, long[] arguments);

  /** The raw bits of the exported global with this index. */
  public abstract long global(int index);

  @Override
  public final void start() {
    charge(compiled.startCost());
    final Module module = compiled.module();
    for (int i = 0; i < droppedElements.length; i++) {
      final Module.ElementSegment segment = module.elements().get(i);
      if (segment.offset() != null) {
        copyElements(constant(segment.offset()), 0, segment.functions().length, i);
      }
      droppedElements[i] = segment.mode() != Module.SegmentMode.PASSIVE;
    }
    for (int i = 0; i < droppedData.length; i++) {
      final Module.DataSegment segment = module.data().get(i);
      if (segment.offset() != null) {
        memory.write(constant(segment.offset()), module.bytes(), segment.start(), segment.length());
        droppedData[i] = true;
      }
    }
    if (module.start() >= 0) {
      enter(module.start(), NO_RESULTS);
    }
  }

  private int constant(Module.ConstExpr expression) {
    return (int)
        switch (expression) {
          case Module.ConstExpr.Const constant -> constant.bits();
          case Module.ConstExpr.GlobalGet get -> cells[get.index()].bits;
        };
  }

  @Override
  public final long[] invoke(String export, long... arguments) {
    final int index = compiled.exportedFunction(export, arguments.length);
    return enter(index, arguments);
  }

  final long[] enter(int function, long[] arguments) {
    final int frames = framesLeft;
    final int slots = slotsLeft;
    pollMark = Math.max(0, fuel - POLL_EVERY);
    try {
      return call(function, arguments);
    } finally {
      framesLeft = frames;
      slotsLeft = slots;
    }
  }

  @Override
  public final long exportedGlobal(String export) {
    final int index = compiled.exportedGlobal(export);
    return cells.length > index && cells[index] != null ? cells[index].bits : global(index);
  }

  @Override
  public final void close() {
    if (compiled.links().memory() == null) {
      memory.release();
    }
    memory = LinearMemory.NONE;
  }

  // ---------------------------------------------------------------- what generated code calls

  /** Keeps a result beyond the first until the caller takes it. */
  public static void setResult(long bits, CompiledInstance instance, int index) {
    instance.results[index] = bits;
  }

  /** A result beyond the first. */
  public static long result(CompiledInstance instance, int index) {
    return instance.results[index];
  }

  /** All results of a call from outside. */
  public static long[] results(long first, CompiledInstance instance, int count) {
    final long[] all = new long[count];
    all[0] = first;
    if (count > 1) {
      System.arraycopy(instance.results, 1, all, 1, count - 1);
    }
    return all;
  }

  /** The number of the function at {@code element}, which must lie in [{@code from}, to). */
  public static int lookUp(int element, CompiledInstance instance, int from, int to) {
    if (instance.shared != null) {
      return sharedNumber(element, instance);
    }
    final int[] table = instance.table;
    if (Integer.compareUnsigned(element, table.length) >= 0) {
      throw Trap.of(TrapCode.UNDEFINED_ELEMENT);
    }
    final int number = table[element];
    if (number < from || number >= to) {
      throw Trap.of(number < 0 ? TrapCode.INDIRECT_CALL_TO_NULL : TrapCode.BAD_SIGNATURE);
    }
    return number;
  }

  // ------------------------------------------- linked instances, which contracts never are

  private static Links.Table sharedFrom(JvmModule compiled) {
    final Links.Table imported = compiled.links().table();
    final Module.TableType declared = compiled.module().table();
    return imported != null
        ? imported
        : new Links.Table(compiled.tableSize(), declared == null ? 0 : declared.max());
  }

  final Links.Table sharedTable() {
    return Objects.requireNonNull(shared);
  }

  final GlobalCell globalCell(int index) {
    return cells[index];
  }

  /** The handle of a function of this instance; that of its owner when it is imported. */
  final Object function(int index) {
    final Links links = compiled.links();
    if (index >= links.bindings().size()) {
      return new Links.Function(this, index);
    }
    final Links.Function imported = links.functions().get(index);
    return imported != null ? imported : Objects.requireNonNull(links.bindings().get(index));
  }

  final JvmModule compiled() {
    return compiled;
  }

  /** Calls a function import that another instance has. */
  public static long[] callImport(long[] arguments, int index, CompiledInstance instance) {
    final Links.Function function =
        Objects.requireNonNull(instance.compiled.links().functions().get(index));
    return function.owner().enter(function.index(), arguments);
  }

  /** Calls the function at a table element that another instance put there. */
  public static long[] callElement(long[] arguments, int element, CompiledInstance instance) {
    final Links.Function function =
        Objects.requireNonNull(Objects.requireNonNull(instance.shared).entries[element]);
    return function.owner().enter(function.index(), arguments);
  }

  /**
   * Whether the function at {@code element} is of another instance; traps if it cannot be called.
   */
  public static boolean isForeign(int element, CompiledInstance instance, int signature) {
    final Links.@Nullable Function[] entries = Objects.requireNonNull(instance.shared).entries;
    if (Integer.compareUnsigned(element, entries.length) >= 0) {
      throw Trap.of(TrapCode.UNDEFINED_ELEMENT);
    }
    final Links.Function function = entries[element];
    if (function == null) {
      throw Trap.of(TrapCode.INDIRECT_CALL_TO_NULL);
    }
    final FunctionType actual = function.owner().compiled.functionType(function.index());
    if (!actual.equals(instance.compiled.signature(signature))) {
      throw Trap.of(TrapCode.BAD_SIGNATURE);
    }
    return function.owner() != instance;
  }

  private static int sharedNumber(int element, CompiledInstance instance) {
    final Links.Function function =
        Objects.requireNonNull(Objects.requireNonNull(instance.shared).entries[element]);
    return instance.compiled.callId(function.index());
  }

  /** The entry of a large br_table: one more than the depth stands in {@code depths}. */
  public static int tableEntry(int index, String depths) {
    final int last = depths.length() - 1;
    return depths.charAt(Integer.compareUnsigned(index, last) < 0 ? index : last) - 1;
  }

  /** The bits of a shared global. */
  public static long cell(CompiledInstance instance, int index) {
    return instance.cells[index].bits;
  }

  /** Sets the bits of a shared global. */
  public static void setCell(long bits, CompiledInstance instance, int index) {
    instance.cells[index].bits = bits;
  }

  /** memory.grow: failure is decided first and costs nothing; else pages are paid for. */
  public static int memoryGrow(int delta, CompiledInstance instance) {
    if (!instance.memory.canGrow(delta)) {
      return -1;
    }
    instance.charge(instance.prices.pages(delta));
    return instance.memory.grow(delta);
  }

  /** memory.fill. */
  public static void memoryFill(int pointer, int value, int length, CompiledInstance instance) {
    instance.chargeBytes(length);
    instance.memory.fill(pointer, (byte) value, length);
  }

  /** memory.copy. */
  public static void memoryCopy(int target, int source, int length, CompiledInstance instance) {
    instance.chargeBytes(length);
    instance.memory.copy(target, source, length);
  }

  /** memory.init. */
  public static void memoryInit(
      int target, int source, int length, int segment, CompiledInstance instance) {
    instance.chargeBytes(length);
    final Module module = instance.compiled.module();
    final Module.DataSegment data = module.data().get(segment);
    final int available = instance.droppedData[segment] ? 0 : data.length();
    if ((source & 0xFFFF_FFFFL) + (length & 0xFFFF_FFFFL) > available) {
      throw Trap.of(TrapCode.MEMORY_OUT_OF_BOUNDS);
    }
    instance.memory.write(target, module.bytes(), data.start() + source, length);
  }

  /** data.drop. */
  public static void dataDrop(int segment, CompiledInstance instance) {
    instance.droppedData[segment] = true;
  }

  /** elem.drop. */
  public static void elementDrop(int segment, CompiledInstance instance) {
    instance.droppedElements[segment] = true;
  }

  /** table.init. */
  public static void tableInit(
      int target, int source, int length, int segment, CompiledInstance instance) {
    instance.charge(instance.prices.bulkElements(length & 0xFFFF_FFFFL));
    instance.copyElements(target, source, length, segment);
  }

  private void copyElements(int target, int source, int length, int segment) {
    final int[] functions = compiled.module().elements().get(segment).functions();
    final int available = droppedElements[segment] ? 0 : functions.length;
    checkElements(source, length, available);
    checkElements(target, length, tableLength());
    for (int i = 0; i < length; i++) {
      final int function = functions[source + i];
      if (shared == null) {
        table[target + i] = compiled.callId(function);
      } else {
        shared.entries[target + i] = function < 0 ? null : new Links.Function(this, function);
      }
    }
  }

  private int tableLength() {
    return shared == null ? table.length : shared.entries.length;
  }

  private static void checkElements(int from, int length, int available) {
    if ((from & 0xFFFF_FFFFL) + (length & 0xFFFF_FFFFL) > available) {
      throw Trap.of(TrapCode.TABLE_OUT_OF_BOUNDS);
    }
  }

  /** table.copy. */
  public static void tableCopy(int target, int source, int length, CompiledInstance instance) {
    instance.charge(instance.prices.bulkElements(length & 0xFFFF_FFFFL));
    checkElements(source, length, instance.tableLength());
    checkElements(target, length, instance.tableLength());
    if (length != 0) {
      final Object array = instance.shared == null ? instance.table : instance.shared.entries;
      System.arraycopy(array, source, array, target, length);
    }
  }

  private void chargeBytes(int length) {
    charge(prices.bulkBytes(length & 0xFFFF_FFFFL));
  }

  /** What a handler of generated code rethrows, with fuel written back. */
  public static Throwable thrown(Throwable cause, Instance instance, long fuel) {
    final Throwable thrown =
        cause instanceof IndexOutOfBoundsException ? Trap.of(TrapCode.MEMORY_OUT_OF_BOUNDS) : cause;
    instance.fuel = thrown == Trap.of(TrapCode.OUT_OF_FUEL) ? 0 : fuel;
    return thrown;
  }

  /** Nothing is left, and the trap to throw. */
  public static Trap outOfFuel(Instance instance) {
    instance.fuel = 0;
    return Trap.of(TrapCode.OUT_OF_FUEL);
  }

  /** The trap to throw. */
  public static Trap stackOverflow() {
    return Trap.of(TrapCode.STACK_OVERFLOW);
  }

  /** The trap to throw. */
  public static Trap unreachable() {
    return Trap.of(TrapCode.UNREACHABLE);
  }

  /**
   * Asks the guard, after finding that there is fuel at all.
   *
   * @return the fuel below which to ask again
   */
  public static long poll(long fuel, CompiledInstance instance) {
    if (fuel < 0) {
      throw Trap.of(TrapCode.OUT_OF_FUEL);
    }
    instance.guard.poll();
    instance.pollMark = Math.max(0, fuel - POLL_EVERY);
    return instance.pollMark;
  }

  /** A number that the compiler never emits arrived at a switch. */
  public static IllegalStateException impossible() {
    return new IllegalStateException("compiled code was asked for something it does not have");
  }
}
