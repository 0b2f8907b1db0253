package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Emits the ways into and out of the regions of an {@link Outline}. A region's method takes the
 * array of locals, the fuel, the packed stack and the instance; it returns how many frames outwards
 * it branches, 0 when control goes on behind it, and leaves the fuel in the instance. The array
 * holds raw bits: all locals of the function, then what a branch carries.
 */
final class RegionEmitter {
  private final CodeBuilder code;
  private final Frame frame;
  private final Operands operands;
  private final Outline outline;
  private final Outline.@Nullable Region inside;

  RegionEmitter(
      CodeBuilder code,
      Frame frame,
      Operands operands,
      Outline outline,
      Outline.@Nullable Region inside) {
    this.code = code;
    this.frame = frame;
    this.operands = operands;
    this.outline = outline;
    this.inside = inside;
  }

  static String name(int function, Outline.Region region) {
    return ModuleLayout.functionName(function) + "r" + region.number();
  }

  static MethodTypeDesc descriptor(ClassDesc instance) {
    return Jvm.method(Jvm.INT, Jvm.LONG_ARRAY, Jvm.LONG, Jvm.INT, instance);
  }

  /** The region that is emitted, or null for the function itself. */
  Outline.@Nullable Region inside() {
    return inside;
  }

  /** At the start of the method: makes the array, or takes the locals out of it. */
  void begin() {
    if (inside != null) {
      load(inside.used());
    } else if (!outline.regions().isEmpty()) {
      code.loadConstant(frame.localTypes.length + outline.carried())
          .newarray(TypeKind.LONG)
          .astore(frame.array);
    }
  }

  /** Calls a region; how far outwards it branches is on the Java stack then. */
  void call(ModuleLayout layout, int function, Outline.Region region, boolean memoryMayChange) {
    store(region.used());
    code.aload(frame.array).lload(frame.fuel).iload(frame.stack).aload(frame.instance);
    frame.closeRange(code);
    code.invokestatic(
        layout.ownerOf(function), name(function, region), descriptor(layout.instance));
    frame.afterSpending(code, memoryMayChange);
    load(region.written());
  }

  /** Leaves the region for a frame around it, with what the branch carries on the Java stack. */
  void leave(List<ValType> carried, int outwards) {
    operands.close(carried.size());
    final int mark = operands.mark();
    for (int i = carried.size() - 1; i >= 0; i--) {
      final int value = operands.reserve(carried.get(i));
      code.storeLocal(Jvm.kind(carried.get(i)), value);
      put(frame.localTypes.length + i, carried.get(i), value);
    }
    operands.release(mark);
    if (inside != null) {
      store(inside.written());
    }
    frame.storeFuel(code);
    code.loadConstant(outwards).ireturn();
  }

  /** Pushes what a branch out of a region carries. */
  void take(List<ValType> carried) {
    for (int i = 0; i < carried.size(); i++) {
      get(frame.localTypes.length + i, carried.get(i));
    }
  }

  private void store(BitSet locals) {
    for (int i = locals.nextSetBit(0); i >= 0; i = locals.nextSetBit(i + 1)) {
      put(i, frame.localTypes[i], frame.localSlots[i]);
    }
  }

  private void load(BitSet locals) {
    for (int i = locals.nextSetBit(0); i >= 0; i = locals.nextSetBit(i + 1)) {
      get(i, frame.localTypes[i]);
      code.storeLocal(Jvm.kind(frame.localTypes[i]), frame.localSlots[i]);
    }
  }

  private void put(int at, ValType type, int slot) {
    code.aload(frame.array).loadConstant(at).loadLocal(Jvm.kind(type), slot);
    Jvm.toBits(code, type);
    code.lastore();
  }

  private void get(int at, ValType type) {
    code.aload(frame.array).loadConstant(at).laload();
    Jvm.fromBits(code, type);
  }
}
