package io.tidemill.executor.wasm.spec;

import io.tidemill.executor.wasm.Extern;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.LinkingEngine;
import io.tidemill.executor.wasm.Module.GlobalType;
import io.tidemill.executor.wasm.Module.MemoryType;
import io.tidemill.executor.wasm.Module.TableType;
import io.tidemill.executor.wasm.ValType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The module {@code spectest} that spec scripts import from: print functions that print nothing,
 * constants, a table and a memory. Public because engines call its methods directly.
 */
public final class SpecTestHost {
  /** The name scripts import it by. */
  public static final String NAME = "spectest";

  private SpecTestHost() {}

  static Map<String, Extern> exports(LinkingEngine engine) {
    final Map<String, Extern> exports = new HashMap<>();
    print(exports, engine, "print");
    print(exports, engine, "print_i32", ValType.I32);
    print(exports, engine, "print_i64", ValType.I64);
    print(exports, engine, "print_f32", ValType.F32);
    print(exports, engine, "print_f64", ValType.F64);
    print(exports, engine, "print_i32_f32", ValType.I32, ValType.F32);
    print(exports, engine, "print_f64_f64", ValType.F64, ValType.F64);
    global(exports, engine, "global_i32", ValType.I32, 666);
    global(exports, engine, "global_i64", ValType.I64, 666);
    global(exports, engine, "global_f32", ValType.F32, Float.floatToRawIntBits(666.6f));
    global(exports, engine, "global_f64", ValType.F64, Double.doubleToRawLongBits(666.6));
    exports.put("table", engine.hostTable(new TableType(10, 20)));
    exports.put("memory", engine.hostMemory(new MemoryType(1, 2)));
    return exports;
  }

  private static void print(
      Map<String, Extern> exports, LinkingEngine engine, String name, ValType... params) {
    exports.put(
        name,
        engine.hostFunction(
            new HostBinding(
                NAME,
                name,
                new FunctionType(List.of(params), List.of()),
                SpecTestHost.class,
                "print")));
  }

  private static void global(
      Map<String, Extern> exports, LinkingEngine engine, String name, ValType type, long bits) {
    exports.put(name, engine.hostGlobal(new GlobalType(type, false), bits));
  }

  /** Prints nothing. */
  public static void print(Instance caller) {}

  /** Prints nothing. */
  public static void print(Instance caller, int a) {}

  /** Prints nothing. */
  public static void print(Instance caller, long a) {}

  /** Prints nothing. */
  public static void print(Instance caller, float a) {}

  /** Prints nothing. */
  public static void print(Instance caller, double a) {}

  /** Prints nothing. */
  public static void print(Instance caller, int a, float b) {}

  /** Prints nothing. */
  public static void print(Instance caller, double a, double b) {}
}
