package io.tidemill.executor.wasm;

import io.tidemill.executor.wasm.Module.ConstExpr;
import io.tidemill.executor.wasm.Module.DataSegment;
import io.tidemill.executor.wasm.Module.ElementSegment;
import io.tidemill.executor.wasm.Module.Kind;
import io.tidemill.executor.wasm.Module.MemoryType;
import io.tidemill.executor.wasm.Module.SegmentMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes the {@link MeteredModule} of a module: the same program, with every charge of its {@link
 * MeteringPlan}, the stack meter and the canonical NaN made explicit. The output is a function of
 * the input alone. Everything is written anew in the shortest encoding; custom sections, {@code
 * nop} and dead code are left out; the start section and active segments move into {@link
 * MeteredModule#START}. Source: decisions F2, F3, W2, W4, W5, W6.
 */
public final class Instrumenter {
  private static final int FUNCREF = 0x70;
  private static final int REF_NULL = 0xD0;
  private static final int REF_FUNC = 0xD2;

  private final Module module;
  private final MeteringPlan plan;
  private final TypeTable types;
  private final int fuelGlobal;
  private final ModuleWriter out = new ModuleWriter();
  private List<Integer> added = List.of();
  private final List<List<Integer>> sites = new ArrayList<>();

  private Instrumenter(Module module, MeteringPlan plan, TypeTable types) {
    this.module = module;
    this.plan = plan;
    this.types = types;
    this.fuelGlobal = module.imported(Kind.GLOBAL) + module.globals().size();
  }

  /** The metered form of a validated module. */
  public static MeteredModule instrument(Module module, MeteringPlan plan) {
    return instrument(module, plan, new TypeTable());
  }

  /** The metered form with the numbers of {@code types}, for modules that are linked together. */
  public static MeteredModule instrument(Module module, MeteringPlan plan, TypeTable types) {
    final Instrumenter instrumenter = new Instrumenter(module, plan, types);
    instrumenter.write();
    return new MeteredModule(
        instrumenter.out.toBytes(), instrumenter.fuelGlobal, List.copyOf(instrumenter.sites));
  }

  private void write() {
    // Bodies first: they add types to the table.
    final ModuleWriter code = code();
    final ModuleWriter imports = imports();
    final ModuleWriter functions = functions();
    out.fixed(0x6D73_6100L, 4).fixed(1, 4);
    section(1, types());
    section(2, imports);
    section(3, functions);
    section(4, tables());
    section(5, memories());
    section(6, globals());
    section(7, exports());
    section(9, elements());
    section(12, new ModuleWriter().u32(module.data().size()));
    section(10, code);
    section(11, data());
  }

  private void section(int id, ModuleWriter content) {
    out.u8(id).sized(content);
  }

  private ModuleWriter types() {
    final List<FunctionType> all = types.types();
    final ModuleWriter section = new ModuleWriter().u32(all.size());
    for (FunctionType type : all) {
      section.u8(0x60);
      valueTypes(section, type.params());
      valueTypes(section, type.results());
    }
    return section;
  }

  private static void valueTypes(ModuleWriter section, List<ValType> list) {
    section.u32(list.size());
    for (ValType type : list) {
      section.u8(type.code());
    }
  }

  private int typeNumber(int typeIndex) {
    return types.number(module.types().get(typeIndex));
  }

  private ModuleWriter imports() {
    final ModuleWriter section = new ModuleWriter().u32(module.imports().size());
    for (Module.Import entry : module.imports()) {
      section.name(entry.module()).name(entry.name()).u8(kindByte(entry.kind()));
      switch (entry.kind()) {
        case FUNCTION -> section.u32(typeNumber(entry.typeIndex()));
        case TABLE -> {
          final Module.TableType table = Objects.requireNonNull(entry.table());
          size(section.u8(FUNCREF), table.min(), table.max());
        }
        case MEMORY -> {
          final MemoryType memory = Objects.requireNonNull(entry.memory());
          size(section, memory.min(), memory.max());
        }
        case GLOBAL -> globalType(section, Objects.requireNonNull(entry.global()));
      }
    }
    return section;
  }

  private static int kindByte(Kind kind) {
    return switch (kind) {
      case FUNCTION -> 0;
      case TABLE -> 1;
      case MEMORY -> 2;
      case GLOBAL -> 3;
    };
  }

  private static void size(ModuleWriter section, long min, long max) {
    section.u8(max < 0 ? 0 : 1).u32((int) min);
    if (max >= 0) {
      section.u32((int) max);
    }
  }

  private static void globalType(ModuleWriter section, Module.GlobalType type) {
    section.u8(type.type().code()).u8(type.mutable() ? 1 : 0);
  }

  private ModuleWriter functions() {
    final ModuleWriter section =
        new ModuleWriter().u32(module.functions().size() + 1 + added.size());
    for (Module.Function function : module.functions()) {
      section.u32(typeNumber(function.typeIndex()));
    }
    section.u32(types.number(FunctionType.ENTRY));
    for (int opcode : added) {
      section.u32(types.number(FloatFunctions.type(opcode)));
    }
    return section;
  }

  private ModuleWriter tables() {
    final ModuleWriter section = new ModuleWriter().u32(module.tables().size());
    for (Module.TableType table : module.tables()) {
      size(section.u8(FUNCREF), table.min(), table.max());
    }
    return section;
  }

  private ModuleWriter memories() {
    final ModuleWriter section = new ModuleWriter().u32(module.memories().size());
    for (MemoryType memory : module.memories()) {
      size(section, memory.min(), plan.maxPages());
    }
    return section;
  }

  private ModuleWriter globals() {
    final ModuleWriter section = new ModuleWriter().u32(module.globals().size() + 4);
    for (Module.Global global : module.globals()) {
      globalType(section, global.type());
      constant(section, global.init());
      section.op(Opcodes.END);
    }
    section.u8(ValType.I64.code()).u8(1).i64Const(MeteredModule.INITIAL_FUEL).op(Opcodes.END);
    counter(section, MeteredModule.INITIAL_FRAMES);
    counter(section, MeteredModule.INITIAL_SLOTS);
    counter(section, MeteredModule.INITIAL_PAGES - (int) declaredPages());
    return section;
  }

  private long declaredPages() {
    return module.memories().isEmpty() ? 0 : module.memories().getFirst().min();
  }

  private static void counter(ModuleWriter section, int value) {
    section.u8(ValType.I32.code()).u8(1).i32Const(value).op(Opcodes.END);
  }

  private static void constant(ModuleWriter section, ConstExpr expression) {
    switch (expression) {
      case ConstExpr.GlobalGet get -> section.op(Opcodes.GLOBAL_GET, get.index());
      case ConstExpr.Const value -> {
        switch (value.type()) {
          case I32 -> section.i32Const((int) value.bits());
          case I64 -> section.i64Const(value.bits());
          case F32 -> section.op(Opcodes.F32_CONST).fixed(value.bits(), 4);
          case F64 -> section.op(Opcodes.F64_CONST).fixed(value.bits(), 8);
        }
      }
    }
  }

  private ModuleWriter exports() {
    final ModuleWriter section = new ModuleWriter().u32(module.exports().size() + 5);
    for (Module.Export export : module.exports()) {
      section.name(export.name()).u8(kindByte(export.kind())).u32(export.index());
    }
    section.name(MeteredModule.FUEL).u8(kindByte(Kind.GLOBAL)).u32(fuelGlobal);
    section.name(MeteredModule.FRAMES).u8(kindByte(Kind.GLOBAL)).u32(fuelGlobal + 1);
    section.name(MeteredModule.STACK).u8(kindByte(Kind.GLOBAL)).u32(fuelGlobal + 2);
    section.name(MeteredModule.PAGES).u8(kindByte(Kind.GLOBAL)).u32(fuelGlobal + 3);
    final int start = module.imported(Kind.FUNCTION) + module.functions().size();
    return section.name(MeteredModule.START).u8(kindByte(Kind.FUNCTION)).u32(start);
  }

  private ModuleWriter elements() {
    final ModuleWriter section = new ModuleWriter().u32(module.elements().size());
    for (ElementSegment segment : module.elements()) {
      final boolean expressions = hasNull(segment);
      final int mode = segment.mode() == SegmentMode.DECLARED ? 3 : 1;
      section.u8(expressions ? mode + 4 : mode).u8(expressions ? FUNCREF : 0);
      section.u32(segment.functions().length);
      for (int function : segment.functions()) {
        if (!expressions) {
          section.u32(function);
        } else if (function < 0) {
          section.u8(REF_NULL).u8(FUNCREF).op(Opcodes.END);
        } else {
          section.u8(REF_FUNC).u32(function).op(Opcodes.END);
        }
      }
    }
    return section;
  }

  private static boolean hasNull(ElementSegment segment) {
    for (int function : segment.functions()) {
      if (function < 0) {
        return true;
      }
    }
    return false;
  }

  private ModuleWriter code() {
    final int count = module.functions().size();
    final ModuleWriter bodies = new ModuleWriter();
    final BodyInstrumenter body = new BodyInstrumenter(module, plan, types, fuelGlobal);
    for (int i = 0; i < count; i++) {
      bodies.sized(body.instrument(module.functions().get(i), plan.functions().get(i)));
      sites.add(body.sites());
    }
    bodies.sized(start(body));
    added = body.floatFunctions();
    for (int opcode : added) {
      bodies.sized(FloatFunctions.body(opcode));
    }
    final byte[] all = bodies.toBytes();
    return new ModuleWriter().u32(count + 1 + added.size()).bytes(all, 0, all.length);
  }

  /** The body of {@link MeteredModule#START}. */
  private ModuleWriter start(BodyInstrumenter body) {
    final ModuleWriter start = body.begin();
    start.u32(0);
    if (plan.startCost() > 0) {
      body.charge(plan.startCost());
    }
    for (int i = 0; i < module.elements().size(); i++) {
      final ElementSegment segment = module.elements().get(i);
      if (segment.offset() != null) {
        constant(start, segment.offset());
        start.i32Const(0).i32Const(segment.functions().length);
        start.op(Opcodes.TABLE_INIT, i).u32(0).op(Opcodes.ELEM_DROP, i);
      }
    }
    for (int i = 0; i < module.data().size(); i++) {
      final DataSegment segment = module.data().get(i);
      if (segment.offset() != null) {
        constant(start, segment.offset());
        start.i32Const(0).i32Const(segment.length());
        start.op(Opcodes.MEMORY_INIT, i).u32(0).op(Opcodes.DATA_DROP, i);
      }
    }
    if (module.start() >= 0) {
      start.op(Opcodes.CALL, module.start());
    }
    return start.op(Opcodes.END);
  }

  private ModuleWriter data() {
    final ModuleWriter section = new ModuleWriter().u32(module.data().size());
    for (DataSegment segment : module.data()) {
      section.u8(1).u32(segment.length());
      section.bytes(module.bytes(), segment.start(), segment.length());
    }
    return section;
  }
}
