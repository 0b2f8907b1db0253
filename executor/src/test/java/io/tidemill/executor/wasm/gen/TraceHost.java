package io.tidemill.executor.wasm.gen;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.HostContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.executor.wasm.ValType;
import java.util.ArrayList;
import java.util.List;

/**
 * Host functions that write down every call with its arguments and with the counters at that
 * moment, so that two backends can be compared in the middle of a run. Public because engines call
 * its methods directly.
 */
public final class TraceHost implements HostContext {
  /** The module name of its imports. */
  public static final String MODULE = "trace";

  private static final FunctionType NOTE =
      new FunctionType(List.of(ValType.I32, ValType.I64), List.of());
  private static final FunctionType MIX =
      new FunctionType(List.of(ValType.I64, ValType.I32), List.of(ValType.I64));
  private static final FunctionType REAL =
      new FunctionType(List.of(ValType.F32, ValType.F64), List.of(ValType.F64));
  private static final FunctionType SPEND = new FunctionType(List.of(ValType.I32), List.of());

  private static final int MOST_LINES = 2_000;

  private final List<String> lines = new ArrayList<>();

  /** One importable function. */
  public record Function(String name, FunctionType type) {}

  /** The functions in the order in which generated modules import them. */
  public static List<Function> functions(boolean floats) {
    final List<Function> all = new ArrayList<>();
    all.add(new Function("note", NOTE));
    all.add(new Function("mix", MIX));
    all.add(new Function("spend", SPEND));
    if (floats) {
      all.add(new Function("real", REAL));
    }
    return all;
  }

  /** The bindings in the same order. */
  public static List<HostBinding> bindings(boolean floats) {
    return functions(floats).stream()
        .map(f -> new HostBinding(MODULE, f.name(), f.type(), TraceHost.class, f.name()))
        .toList();
  }

  /** What was called so far. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  private static void write(Instance caller, String call) {
    final TraceHost host = (TraceHost) caller.host;
    if (host.lines.size() < MOST_LINES) {
      host.lines.add(
          call
              + " fuel "
              + caller.fuel
              + " frames "
              + caller.framesLeft
              + " slots "
              + caller.slotsLeft
              + " pages "
              + caller.memory.pages());
    }
  }

  /** Writes its arguments down; traps on one rare value. */
  public static void note(Instance caller, int a, long b) {
    write(caller, "note " + a + " " + b);
    if (a == 0x7FFF) {
      throw Trap.of(TrapCode.INVALID_HOST_ARGUMENT);
    }
  }

  /** Mixes its arguments, and a byte of memory when there is one. */
  public static long mix(Instance caller, long a, int b) {
    write(caller, "mix " + a + " " + b);
    final int pointer = b & 0xFFFF;
    if (pointer < caller.memory.size()) {
      caller.memory.storeByte(pointer, (byte) a);
    }
    return Long.rotateLeft(a, b) * 0x9E37_79B9_7F4A_7C15L;
  }

  /** Charges fuel, as host functions do. */
  public static void spend(Instance caller, int a) {
    write(caller, "spend " + a);
    caller.charge(a & 0xFF);
  }

  /** Gives its second argument back with all its bits. */
  public static double real(Instance caller, float a, double b) {
    write(
        caller,
        "real "
            + Integer.toHexString(Float.floatToRawIntBits(a))
            + " "
            + Long.toHexString(Double.doubleToRawLongBits(b)));
    return b;
  }
}
