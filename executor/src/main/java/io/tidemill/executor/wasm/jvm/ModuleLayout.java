package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ValType;
import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Which class and method each part of a module becomes, and what all functions of it need to know.
 * Deterministic: the same module gives the same classes.
 */
final class ModuleLayout {
  /** Bytes of wasm and functions that one class may hold, far from the limits of a class file. */
  private static final int CLASS_BYTES = 48 << 10;

  private static final int CLASS_FUNCTIONS = 256;

  private static final String PACKAGE = "tidemill.module.";

  final Module module;
  final MeteringPlan plan;
  final Links links;
  final CompilerOptions options;
  final List<FunctionType> functionTypes;
  final List<Module.GlobalType> globalTypes;
  final int importedFunctions;
  final List<FunctionFacts> facts;

  /** How each function that the module defines is cut into methods. */
  final List<Outline> outlines = new ArrayList<>();

  final ClassDesc instance = ClassDesc.of(PACKAGE + "Instance");
  final ClassDesc dispatcher = ClassDesc.of(PACKAGE + "Dispatch");
  final ClassDesc stubs = ClassDesc.of(PACKAGE + "Stubs");

  /** The first function of each code class, and the end. */
  final int[] classStarts;

  /** For each function, its number among those that a table can hold, or -1. */
  final int[] callIds;

  /** The function with each of these numbers; those of one signature follow each other. */
  final int[] callable;

  /** The functions that can be called from outside, ascending. */
  final List<Integer> entries;

  private final Map<FunctionType, Integer> signatures = new LinkedHashMap<>();
  private final boolean[] cells;
  private final boolean anyGrows;

  ModuleLayout(Module module, MeteringPlan plan, Links links, CompilerOptions options) {
    this.module = module;
    this.plan = plan;
    this.links = links;
    this.options = options;
    this.functionTypes = module.functionTypes();
    this.globalTypes = module.globalTypes();
    this.importedFunctions = module.imported(Module.Kind.FUNCTION);
    // Host functions never grow the memory of their caller; linked instances can.
    final boolean importsMayGrow = links.linked();
    this.facts = FunctionFacts.of(module, importsMayGrow);
    boolean grows = importsMayGrow;
    for (FunctionFacts fact : facts) {
      grows |= fact.growsMemory();
    }
    this.anyGrows = grows;
    this.classStarts = assignClasses();
    for (FunctionType type : module.types()) {
      CodeBounds.checkType(type);
      signatures.putIfAbsent(type, signatures.size());
    }
    this.callIds = new int[functionTypes.size()];
    this.callable = numberCallable();
    this.cells = sharedGlobals();
    this.entries = enterable();
    for (int i = 0; i < module.functions().size(); i++) {
      outlines.add(CodeBounds.outline(this, i));
    }
  }

  private int[] assignClasses() {
    final List<Integer> starts = new ArrayList<>();
    int bytes = 0;
    for (int i = 0; i < module.functions().size(); i++) {
      final Module.Function function = module.functions().get(i);
      final int size = function.bodyEnd() - function.bodyStart();
      if (starts.isEmpty()
          || bytes + size > CLASS_BYTES
          || i - starts.getLast() >= CLASS_FUNCTIONS) {
        starts.add(i);
        bytes = 0;
      }
      bytes += size;
    }
    starts.add(module.functions().size());
    return starts.stream().mapToInt(Integer::intValue).toArray();
  }

  private int[] numberCallable() {
    Arrays.fill(callIds, -1);
    final boolean[] inTable = new boolean[functionTypes.size()];
    for (Module.ElementSegment segment : module.elements()) {
      for (int function : segment.functions()) {
        if (function >= 0) {
          inTable[function] = true;
        }
      }
    }
    final List<Integer> numbered = new ArrayList<>();
    for (int i = 0; i < inTable.length; i++) {
      if (inTable[i]) {
        numbered.add(i);
      }
    }
    numbered.sort(
        (a, b) ->
            Integer.compare(signature(functionTypes.get(a)), signature(functionTypes.get(b))));
    for (int i = 0; i < numbered.size(); i++) {
      callIds[numbered.get(i)] = i;
    }
    return numbered.stream().mapToInt(Integer::intValue).toArray();
  }

  private List<Integer> enterable() {
    final TreeSet<Integer> found = new TreeSet<>();
    for (Module.Export export : module.exports()) {
      if (export.kind() == Module.Kind.FUNCTION) {
        found.add(export.index());
      }
    }
    if (module.start() >= 0) {
      found.add(module.start());
    }
    if (links.linked()) {
      Arrays.stream(callable).forEach(found::add);
    }
    return List.copyOf(found);
  }

  private boolean[] sharedGlobals() {
    final boolean[] shared = new boolean[globalTypes.size()];
    Arrays.fill(shared, 0, module.imported(Module.Kind.GLOBAL), true);
    for (Module.Export export : module.exports()) {
      if (export.kind() == Module.Kind.GLOBAL && links.linked()) {
        shared[export.index()] = true;
      }
    }
    return shared;
  }

  /** Whether the global can be shared between instances, so that it lives in a cell of its own. */
  boolean inCell(int global) {
    return cells[global];
  }

  /** The class that has the function's method. */
  ClassDesc ownerOf(int function) {
    if (function < importedFunctions) {
      return stubs;
    }
    final int at = Arrays.binarySearch(classStarts, function - importedFunctions);
    return codeClass(at >= 0 ? at : -at - 2);
  }

  static ClassDesc codeClass(int number) {
    return ClassDesc.of(PACKAGE + "Code" + number);
  }

  boolean mayGrowMemory(int function) {
    return function < importedFunctions
        ? links.linked()
        : facts.get(function - importedFunctions).growsMemory();
  }

  boolean anyFunctionGrowsMemory() {
    return anyGrows;
  }

  /** Whether the memory keeps the size it starts with, so that its array has just that length. */
  boolean memoryIsFixed() {
    return !anyGrows;
  }

  /** The number of a function type; equal types have one number. */
  int signature(FunctionType type) {
    return Objects.requireNonNull(signatures.get(type), "no type of this module");
  }

  /** All function types, each once, by number. */
  List<FunctionType> signatures() {
    return List.copyOf(signatures.keySet());
  }

  static String functionName(int function) {
    return "f" + function;
  }

  static String dispatcherName(int signature) {
    return "dispatch" + signature;
  }

  static String globalName(int global) {
    return "g" + global;
  }

  /** The value type that a letter of {@code OpcodeTable.signature} stands for. */
  static ValType type(char letter) {
    return switch (letter) {
      case 'i' -> ValType.I32;
      case 'l' -> ValType.I64;
      case 'f' -> ValType.F32;
      default -> ValType.F64;
    };
  }
}
