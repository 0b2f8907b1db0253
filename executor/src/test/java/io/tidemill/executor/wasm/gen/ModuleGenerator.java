package io.tidemill.executor.wasm.gen;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.ValType;
import io.tidemill.executor.wasm.gen.GeneratedModule.Invocation;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes valid modules of the profile that do everything a module can do: structured control with
 * operands and results, direct and indirect calls, recursion, host calls, memory, globals, floats
 * with all kinds of NaN, bulk operations, and traps at random points. The module is a function of
 * the seed alone.
 */
public final class ModuleGenerator {
  private static final ValType[] ALL = ValType.values();
  private static final ValType[] INTEGERS = {ValType.I32, ValType.I64};

  final Chance chance;
  final ValType[] valueTypes;
  final List<FunctionType> types = new ArrayList<>();
  final List<Integer> functionTypes = new ArrayList<>();
  final List<ValType> globals = new ArrayList<>();
  final int tableSize;
  final int minPages;
  final int maxPages;
  final int dataSegments;
  final int elementSegments;
  final boolean wild;

  /** Whether it has memory.grow at all: without, a compiler may know the size of memory. */
  final boolean grows;

  private final long seed;
  private final int imports;
  private final List<TraceHost.Function> hostFunctions;

  private ModuleGenerator(long seed, boolean floats, boolean hostFloats) {
    this.seed = seed;
    this.chance = new Chance(seed);
    this.valueTypes = floats ? ALL : INTEGERS;
    this.wild = chance.percent(30);
    this.grows = seed % 2 == 0;
    this.tableSize = chance.between(2, 12);
    this.minPages = chance.percent(8) ? 0 : chance.between(1, 2);
    this.maxPages = minPages + chance.between(0, 4);
    this.dataSegments = chance.between(1, 4);
    this.elementSegments = chance.between(1, 3);
    this.hostFunctions = TraceHost.functions(hostFloats);
    for (TraceHost.Function function : hostFunctions) {
      types.add(function.type());
      functionTypes.add(types.size() - 1);
    }
    this.imports = functionTypes.size();
    types.add(FunctionType.ENTRY);
    final int more = chance.between(2, 6);
    for (int i = 0; i < more; i++) {
      types.add(new FunctionType(values(4), values(3)));
    }
    final int functions = chance.between(2, 7);
    for (int i = 0; i < functions; i++) {
      functionTypes.add(chance.between(imports, types.size() - 1));
    }
    functionTypes.add(imports);
    for (int i = chance.between(1, 6); i > 0; i--) {
      globals.add(valueType());
    }
  }

  /** The module of {@code seed}. */
  public static GeneratedModule generate(long seed) {
    return generate(seed, true);
  }

  /** The module of {@code seed}, without floats if the chain denies them. */
  public static GeneratedModule generate(long seed, boolean floats) {
    return generate(seed, floats, floats);
  }

  /**
   * The module of {@code seed}.
   *
   * @param hostFloats whether it passes floats to the host, where some engines lose bits of a NaN
   */
  public static GeneratedModule generate(long seed, boolean floats, boolean hostFloats) {
    return new ModuleGenerator(seed, floats, hostFloats).generate();
  }

  ValType valueType() {
    return valueTypes[chance.below(valueTypes.length)];
  }

  private List<ValType> values(int most) {
    final List<ValType> list = new ArrayList<>();
    for (int i = chance.between(0, most); i > 0; i--) {
      list.add(valueType());
    }
    return list;
  }

  /** The number of a type, which is added if it is new. */
  int typeNumber(FunctionType type) {
    final int known = types.indexOf(type);
    if (known >= 0) {
      return known;
    }
    types.add(type);
    return types.size() - 1;
  }

  private GeneratedModule generate() {
    final List<Sink> bodies = new ArrayList<>();
    for (int i = imports; i < functionTypes.size(); i++) {
      bodies.add(new BodyGenerator(this, types.get(functionTypes.get(i))).body());
    }
    final Sink out = new Sink();
    out.raw(0, 'a', 's', 'm', 1, 0, 0, 0);
    out.section(1, typeSection());
    out.section(2, importSection());
    out.section(3, functionSection());
    out.section(4, new Sink().u32(1).raw(0x70, 1).u32(tableSize).u32(tableSize));
    out.section(5, new Sink().u32(1).raw(1).u32(minPages).u32(maxPages));
    out.section(6, globalSection());
    out.section(7, exportSection());
    if (chance.percent(15)) {
      out.section(8, new Sink().u32(functionTypes.size() - 1));
    }
    out.section(9, elementSection());
    out.section(12, new Sink().u32(dataSegments));
    final Sink code = new Sink().u32(bodies.size());
    bodies.forEach(code::sized);
    out.section(10, code);
    out.section(11, dataSection());
    return new GeneratedModule(seed, out.toBytes(), invocations(), globalNames());
  }

  private Sink typeSection() {
    final Sink section = new Sink().u32(types.size());
    for (FunctionType type : types) {
      section.raw(0x60).types(type.params()).types(type.results());
    }
    return section;
  }

  private Sink importSection() {
    final Sink section = new Sink().u32(imports);
    final List<TraceHost.Function> functions = TraceHost.functions(valueTypes.length == ALL.length);
    for (int i = 0; i < imports; i++) {
      section.name(TraceHost.MODULE).name(hostFunctions.get(i).name()).raw(0).u32(i);
    }
    return section;
  }

  private Sink functionSection() {
    final Sink section = new Sink().u32(functionTypes.size() - imports);
    for (int i = imports; i < functionTypes.size(); i++) {
      section.u32(functionTypes.get(i));
    }
    return section;
  }

  private Sink globalSection() {
    final Sink section = new Sink().u32(globals.size());
    for (ValType type : globals) {
      section.raw(type.code(), 1).constant(type, Interesting.bits(type, chance));
      section.raw(Opcodes.END);
    }
    return section;
  }

  private Sink exportSection() {
    final Sink section = new Sink().u32(functionTypes.size() - imports + globals.size() + 1);
    for (int i = imports; i < functionTypes.size(); i++) {
      section.name("f" + i).raw(0).u32(i);
    }
    for (int i = 0; i < globals.size(); i++) {
      section.name("g" + i).raw(3).u32(i);
    }
    return section.name("memory").raw(2).u32(0);
  }

  private Sink elementSection() {
    final Sink section = new Sink().u32(elementSegments);
    for (int i = 0; i < elementSegments; i++) {
      final int count = chance.between(0, Math.min(6, tableSize));
      if (i == 0) {
        section.raw(0).constant(ValType.I32, chance.below(tableSize - count + 1));
        section.raw(Opcodes.END).u32(count);
      } else {
        section.raw(1, 0).u32(count);
      }
      for (int j = 0; j < count; j++) {
        section.u32(chance.below(functionTypes.size()));
      }
    }
    return section;
  }

  private Sink dataSection() {
    final Sink section = new Sink().u32(dataSegments);
    for (int i = 0; i < dataSegments; i++) {
      final int length = chance.between(0, 40);
      if (i == 0 && (minPages > 0 || chance.percent(5))) {
        // Now and then past the end, so that the start itself traps.
        final int offset = chance.percent(3) ? 65_536 * minPages : chance.below(60_000);
        section.raw(0).constant(ValType.I32, offset).raw(Opcodes.END);
      } else {
        section.raw(1);
      }
      section.u32(length);
      for (int j = 0; j < length; j++) {
        section.raw(chance.below(256));
      }
    }
    return section;
  }

  private List<Invocation> invocations() {
    final List<Invocation> list = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      final int function = chance.between(imports, functionTypes.size() - 1);
      final List<ValType> params = types.get(functionTypes.get(function)).params();
      final long[] arguments = new long[params.size()];
      for (int j = 0; j < arguments.length; j++) {
        arguments[j] = Interesting.bits(params.get(j), chance);
      }
      final long fuel =
          chance.percent(70) ? 50_000 : chance.percent(50) ? chance.below(3_000) : 300_000;
      list.add(new Invocation("f" + function, arguments, fuel));
    }
    return List.copyOf(list);
  }

  private List<String> globalNames() {
    final List<String> names = new ArrayList<>();
    for (int i = 0; i < globals.size(); i++) {
      names.add("g" + i);
    }
    return List.copyOf(names);
  }
}
