package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.Module.ConstExpr;
import io.tidemill.executor.wasm.Module.DataSegment;
import io.tidemill.executor.wasm.Module.ElementSegment;
import io.tidemill.executor.wasm.Module.Export;
import io.tidemill.executor.wasm.Module.Function;
import io.tidemill.executor.wasm.Module.GlobalType;
import io.tidemill.executor.wasm.Module.Kind;
import io.tidemill.executor.wasm.Module.SegmentMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The door for untrusted modules: bytes go in, and a {@link Module} that keeps every rule of the
 * profile comes out, or an {@link InvalidModuleException}; nothing else, whatever the bytes are. A
 * pure function. Linear in the size of the module; memory is bounded by the limits of the profile.
 * Source: WebAssembly core specification, section 3; decisions W1 to W4.
 */
public final class ModuleValidator {
  /** Exports that start so are the metering's own. */
  public static final String RESERVED_PREFIX = "tidemill_";

  private final ModuleDecoder.Decoded decoded;
  private final Module module;
  private final WasmProfile profile;
  private final List<FunctionType> functionTypes;
  private final List<GlobalType> globalTypes;
  private final int importedGlobals;

  private ModuleValidator(ModuleDecoder.Decoded decoded, WasmProfile profile) {
    this.decoded = decoded;
    this.module = decoded.module();
    this.profile = profile;
    this.functionTypes = module.functionTypes();
    this.globalTypes = module.globalTypes();
    this.importedGlobals = module.imported(Kind.GLOBAL);
  }

  /**
   * The module that {@code bytes} are. The array is kept, not copied.
   *
   * @throws InvalidModuleException with the first rule that is broken
   */
  public static Module validate(byte[] bytes, WasmProfile profile) {
    return new ModuleValidator(ModuleDecoder.decode(bytes, profile), profile).validate();
  }

  private Module validate() {
    checkTablesAndMemories();
    checkGlobals();
    checkExports();
    checkStart();
    checkElements();
    checkData();
    final FunctionValidator body =
        new FunctionValidator(module, profile, functionTypes, globalTypes, decoded.hasDataCount());
    final List<Function> functions = new ArrayList<>(module.functions().size());
    for (Function function : module.functions()) {
      functions.add(
          new Function(
              function.typeIndex(),
              function.locals(),
              function.bodyStart(),
              function.bodyEnd(),
              body.validate(function)));
    }
    return new Module(
        module.codeHash(),
        module.bytes(),
        module.types(),
        module.imports(),
        List.copyOf(functions),
        module.tables(),
        module.memories(),
        module.globals(),
        module.exports(),
        module.start(),
        module.elements(),
        module.data(),
        module.customs());
  }

  private int tableCount() {
    return module.imported(Kind.TABLE) + module.tables().size();
  }

  private int memoryCount() {
    return module.imported(Kind.MEMORY) + module.memories().size();
  }

  private void checkTablesAndMemories() {
    if (tableCount() > 1) {
      throw new InvalidModuleException(
          ModuleRule.FEATURE_REFERENCE_TYPES, 0, tableCount() + " tables, one is accepted");
    }
    if (memoryCount() > 1) {
      throw new InvalidModuleException(
          ModuleRule.FEATURE_MULTI_MEMORY, 0, memoryCount() + " memories, one is accepted");
    }
  }

  private void checkGlobals() {
    for (int i = 0; i < module.globals().size(); i++) {
      final Module.Global global = module.globals().get(i);
      checkConstant(global.init(), global.type().type(), decoded.globalsAt().get(i));
    }
  }

  private void checkConstant(ConstExpr constant, ValType expected, int at) {
    final ValType actual =
        switch (constant) {
          case ConstExpr.Const value -> value.type();
          case ConstExpr.GlobalGet get -> importedConstant(get.index(), at);
        };
    if (actual != expected) {
      throw new InvalidModuleException(
          ModuleRule.TYPE_MISMATCH,
          at,
          "constant expression of type " + actual + ", expected " + expected);
    }
  }

  private ValType importedConstant(int index, int at) {
    if (index < 0 || index >= importedGlobals) {
      throw new InvalidModuleException(
          ModuleRule.UNKNOWN_GLOBAL,
          at,
          "a constant expression can only read imported globals, not global "
              + Integer.toUnsignedString(index));
    }
    final GlobalType type = globalTypes.get(index);
    if (type.mutable()) {
      throw new InvalidModuleException(
          ModuleRule.CONSTANT_EXPRESSION, at, "global " + index + " is mutable");
    }
    return type.type();
  }

  private void checkExports() {
    final Set<String> names = new HashSet<>();
    for (int i = 0; i < module.exports().size(); i++) {
      final Export export = module.exports().get(i);
      final int at = decoded.exportsAt().get(i);
      if (!names.add(export.name())) {
        throw new InvalidModuleException(
            ModuleRule.DUPLICATE_EXPORT, at, "two exports named " + export.name());
      }
      if (export.name().startsWith(RESERVED_PREFIX)) {
        throw new InvalidModuleException(
            ModuleRule.RESERVED_EXPORT,
            at,
            "export " + export.name() + ": names that start so are reserved for metering");
      }
      switch (export.kind()) {
        case FUNCTION -> checkFunction(export.index(), at);
        case TABLE -> checkIndex(export.index(), tableCount(), ModuleRule.UNKNOWN_TABLE, at);
        case MEMORY -> checkIndex(export.index(), memoryCount(), ModuleRule.UNKNOWN_MEMORY, at);
        case GLOBAL ->
            checkIndex(export.index(), globalTypes.size(), ModuleRule.UNKNOWN_GLOBAL, at);
      }
    }
  }

  private void checkFunction(int index, int at) {
    checkIndex(index, functionTypes.size(), ModuleRule.UNKNOWN_FUNCTION, at);
  }

  private static void checkIndex(int index, int count, ModuleRule rule, int at) {
    if (index < 0 || index >= count) {
      throw new InvalidModuleException(
          rule, at, "index " + Integer.toUnsignedString(index) + ", the module has " + count);
    }
  }

  private void checkStart() {
    if (module.start() < 0) {
      return;
    }
    checkFunction(module.start(), decoded.startAt());
    final FunctionType type = functionTypes.get(module.start());
    if (!type.equals(FunctionType.ENTRY)) {
      throw new InvalidModuleException(
          ModuleRule.START_TYPE,
          decoded.startAt(),
          "the start function must be () -> (), is " + type);
    }
  }

  private void checkElements() {
    for (int i = 0; i < module.elements().size(); i++) {
      final ElementSegment segment = module.elements().get(i);
      final int at = decoded.elementsAt().get(i);
      if (segment.mode() == SegmentMode.ACTIVE) {
        checkIndex(segment.table(), tableCount(), ModuleRule.UNKNOWN_TABLE, at);
      }
      if (segment.offset() != null) {
        checkConstant(segment.offset(), ValType.I32, at);
      }
      for (int function : segment.functions()) {
        if (function >= functionTypes.size()) {
          checkFunction(function, at);
        }
      }
    }
  }

  private void checkData() {
    for (int i = 0; i < module.data().size(); i++) {
      final DataSegment segment = module.data().get(i);
      if (segment.offset() != null) {
        final int at = decoded.dataAt().get(i);
        checkIndex(0, memoryCount(), ModuleRule.UNKNOWN_MEMORY, at);
        checkConstant(segment.offset(), ValType.I32, at);
      }
    }
  }
}
