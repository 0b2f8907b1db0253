package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/** Emits the methods between compiled functions and everything outside their module. */
final class StubEmitter {
  private static final MethodTypeDesc FOREIGN =
      Jvm.method(Jvm.LONG_ARRAY, Jvm.LONG_ARRAY, Jvm.INT, Jvm.COMPILED_INSTANCE);

  private final ModuleLayout layout;
  private final CodeBuilder code;

  StubEmitter(ModuleLayout layout, CodeBuilder code) {
    this.layout = layout;
    this.code = code;
  }

  static void loadParameters(CodeBuilder code, FunctionType type) {
    int slot = 0;
    for (ValType parameter : type.params()) {
      code.loadLocal(Jvm.kind(parameter), slot);
      slot += Jvm.width(parameter);
    }
  }

  /** Gives the host function the instance first, with the exact fuel and stack in it. */
  void host(FunctionType type, HostBinding binding) {
    final int fuel = Jvm.width(type.params());
    leave(fuel);
    code.aload(fuel + 3);
    final List<ClassDesc> parameters = new ArrayList<>();
    parameters.add(Jvm.INSTANCE);
    loadParameters(code, type);
    for (ValType parameter : type.params()) {
      parameters.add(Jvm.desc(parameter));
    }
    code.invokestatic(
        Jvm.of(binding.owner()), binding.method(), MethodTypeDesc.of(Jvm.result(type), parameters));
    returnWithFuel(type, fuel + 3);
  }

  private void leave(int fuel) {
    code.lload(fuel)
        .iload(fuel + 2)
        .aload(fuel + 3)
        .invokestatic(
            Jvm.PACKED_STACK, "leave", Jvm.method(Jvm.VOID, Jvm.LONG, Jvm.INT, Jvm.INSTANCE));
  }

  private void returnWithFuel(FunctionType type, int instance) {
    if (type.results().isEmpty()) {
      code.aload(instance).getfield(Jvm.INSTANCE, "fuel", Jvm.LONG);
    }
    code.return_(Jvm.returnedKind(type));
  }

  /** Calls function import {@code index}, which another instance has. */
  void foreignImport(FunctionType type, int index) {
    final int fuel = Jvm.width(type.params());
    leave(fuel);
    pack(type);
    code.loadConstant(index)
        .aload(fuel + 3)
        .invokestatic(Jvm.COMPILED_INSTANCE, "callImport", FOREIGN);
    unpackAndReturn(type, fuel + 3);
  }

  /** Calls the function at the table element in the local before the fuel. */
  void foreignElement(FunctionType type) {
    final int element = Jvm.width(type.params());
    leave(element + 1);
    pack(type);
    code.iload(element)
        .aload(element + 4)
        .invokestatic(Jvm.COMPILED_INSTANCE, "callElement", FOREIGN);
    unpackAndReturn(type, element + 4);
  }

  private void pack(FunctionType type) {
    code.loadConstant(type.params().size()).newarray(TypeKind.LONG);
    int slot = 0;
    for (int i = 0; i < type.params().size(); i++) {
      final ValType parameter = type.params().get(i);
      code.dup().loadConstant(i).loadLocal(Jvm.kind(parameter), slot);
      Jvm.toBits(code, parameter);
      code.lastore();
      slot += Jvm.width(parameter);
    }
  }

  private void unpackAndReturn(FunctionType type, int instance) {
    final List<ValType> results = type.results();
    for (int i = 1; i < results.size(); i++) {
      code.dup()
          .loadConstant(i)
          .laload()
          .aload(instance)
          .loadConstant(i)
          .invokestatic(
              Jvm.COMPILED_INSTANCE,
              "setResult",
              Jvm.method(Jvm.VOID, Jvm.LONG, Jvm.COMPILED_INSTANCE, Jvm.INT));
    }
    if (!results.isEmpty()) {
      code.iconst_0().laload();
      Jvm.fromBits(code, results.getFirst());
    }
    returnWithFuel(type, instance);
  }

  /** An entry from outside: from raw bits in an array to typed arguments, and back. */
  void entry(int function) {
    final FunctionType type = layout.functionTypes.get(function);
    for (int i = 0; i < type.params().size(); i++) {
      code.aload(0).loadConstant(i).laload();
      Jvm.fromBits(code, type.params().get(i));
    }
    code.aload(1)
        .getfield(Jvm.INSTANCE, "fuel", Jvm.LONG)
        .aload(1)
        .invokestatic(Jvm.PACKED_STACK, "of", Jvm.method(Jvm.INT, Jvm.INSTANCE))
        .aload(1)
        .invokestatic(
            layout.ownerOf(function),
            ModuleLayout.functionName(function),
            Jvm.function(type, layout.instance));
    if (type.results().isEmpty()) {
      final int fuel = 2;
      code.lstore(fuel).aload(1).lload(fuel).putfield(Jvm.INSTANCE, "fuel", Jvm.LONG);
      code.iconst_0().newarray(TypeKind.LONG).areturn();
      return;
    }
    Jvm.toBits(code, type.results().getFirst());
    code.aload(1)
        .loadConstant(type.results().size())
        .invokestatic(
            Jvm.COMPILED_INSTANCE,
            "results",
            Jvm.method(Jvm.LONG_ARRAY, Jvm.LONG, Jvm.COMPILED_INSTANCE, Jvm.INT))
        .areturn();
  }
}
