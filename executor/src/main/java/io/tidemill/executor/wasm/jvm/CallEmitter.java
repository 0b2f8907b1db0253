package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;

/** Emits calls and the access to globals. */
final class CallEmitter {
  private final ModuleLayout layout;
  private final CodeBuilder code;
  private final Operands operands;
  private final Frame frame;

  CallEmitter(ModuleLayout layout, CodeBuilder code, Operands operands, Frame frame) {
    this.layout = layout;
    this.code = code;
    this.operands = operands;
    this.frame = frame;
  }

  void call(int function) {
    final FunctionType type = layout.functionTypes.get(function);
    operands.close(type.params().size());
    frame.beforeCall(code);
    code.invokestatic(
        layout.ownerOf(function),
        ModuleLayout.functionName(function),
        Jvm.function(type, layout.instance));
    returned(type, type.params().size(), layout.mayGrowMemory(function));
  }

  void callIndirect(int typeIndex) {
    final FunctionType type = layout.module.types().get(typeIndex);
    // The element index is on top of the arguments, and never a float.
    operands.closeBelowTop(type.params().size());
    frame.beforeCall(code);
    code.invokestatic(
        layout.dispatcher,
        ModuleLayout.dispatcherName(layout.signature(type)),
        Jvm.function(type, layout.instance, Jvm.INT));
    returned(type, type.params().size() + 1, layout.anyFunctionGrowsMemory());
  }

  private void returned(FunctionType type, int popped, boolean memoryMayChange) {
    frame.afterCall(code, type, memoryMayChange);
    operands.pop(popped);
    for (int i = 0; i < type.results().size(); i++) {
      final ValType result = type.results().get(i);
      if (i > 0) {
        code.aload(frame.instance)
            .loadConstant(i)
            .invokestatic(
                Jvm.COMPILED_INSTANCE,
                "result",
                Jvm.method(Jvm.LONG, Jvm.COMPILED_INSTANCE, Jvm.INT));
        Jvm.fromBits(code, result);
      }
      operands.push(result);
    }
  }

  void globalGet(int index) {
    final Module.GlobalType type = layout.globalTypes.get(index);
    code.aload(frame.instance);
    if (layout.inCell(index)) {
      code.loadConstant(index)
          .invokestatic(
              Jvm.COMPILED_INSTANCE, "cell", Jvm.method(Jvm.LONG, Jvm.COMPILED_INSTANCE, Jvm.INT));
      Jvm.fromBits(code, type.type());
    } else {
      code.getfield(layout.instance, ModuleLayout.globalName(index), Jvm.desc(type.type()));
    }
    operands.push(type.type());
  }

  void globalSet(int index) {
    final ValType type = layout.globalTypes.get(index).type();
    operands.close();
    if (layout.inCell(index)) {
      Jvm.toBits(code, type);
      code.aload(frame.instance)
          .loadConstant(index)
          .invokestatic(
              Jvm.COMPILED_INSTANCE,
              "setCell",
              Jvm.method(Jvm.VOID, Jvm.LONG, Jvm.COMPILED_INSTANCE, Jvm.INT));
    } else {
      final ClassDesc desc = Jvm.desc(type);
      code.aload(frame.instance);
      if (Jvm.width(type) == 2) {
        code.dup_x2().pop();
      } else {
        code.swap();
      }
      code.putfield(layout.instance, ModuleLayout.globalName(index), desc);
    }
    operands.pop(1);
  }
}
