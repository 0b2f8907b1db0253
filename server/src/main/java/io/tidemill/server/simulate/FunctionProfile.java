package io.tidemill.server.simulate;

import io.tidemill.executor.wasm.FunctionNames;
import io.tidemill.executor.wasm.MeteredModule;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.RunObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Fuel and calls of the functions of one frame, and where it stopped. Confined to its worker. */
final class FunctionProfile implements RunObserver {
  private static final int MOST_BACKTRACE = 64;

  /** Functions in the answer; those with less fuel are left out. */
  private static final int MOST_FUNCTIONS = 64;

  private final Frame frame;
  private final int start;
  private final long[] fuel;
  private final long[] calls;

  /** Function and offset, innermost first. */
  private final List<int[]> backtrace = new ArrayList<>();

  /** Functions that run, innermost last, each followed by where it paid last. */
  private int[] stack = new int[32];

  private int depth;

  FunctionProfile(Module module, Frame frame) {
    this.frame = frame;
    this.start = module.imported(Module.Kind.FUNCTION) + module.functions().size();
    this.fuel = new long[start + 1];
    this.calls = new long[start + 1];
  }

  @Override
  public void entered(int function) {
    calls[function]++;
    if (depth + 2 > stack.length) {
      stack = Arrays.copyOf(stack, 2 * stack.length);
    }
    stack[depth] = function;
    stack[depth + 1] = 0;
    depth += 2;
  }

  @Override
  public void left(int function) {
    depth -= 2;
  }

  @Override
  public void unwound(int function) {
    int offset = 0;
    if (depth > 0 && stack[depth - 2] == function) {
      offset = stack[depth - 1];
      depth -= 2;
    }
    if (backtrace.size() < MOST_BACKTRACE) {
      backtrace.add(new int[] {function, offset});
    }
  }

  @Override
  public void spent(int function, int offset, long units) {
    fuel[function] += units;
    if (depth > 0 && stack[depth - 2] == function) {
      stack[depth - 1] = offset;
    }
  }

  @Override
  public void calling(int function, long[] arguments, long fuelLeft) {
    calls[function]++;
    frame.calling(arguments);
  }

  @Override
  public void called(int function, long[] results, long fuelLeft) {
    frame.called(results, fuelLeft);
  }

  /** Gives the frame what was seen; {@code failed} says whether it has a place where it stopped. */
  void conclude(FunctionNames names, boolean failed) {
    final List<Frame.FunctionFuel> used = new ArrayList<>();
    for (int i = 0; i <= start; i++) {
      if (fuel[i] != 0 || calls[i] != 0) {
        used.add(new Frame.FunctionFuel(i, name(names, i), fuel[i], calls[i]));
      }
    }
    used.sort(Comparator.comparingLong(Frame.FunctionFuel::fuel).reversed());
    final List<Frame.Site> places = new ArrayList<>();
    if (failed) {
      for (int[] place : backtrace) {
        places.add(new Frame.Site(frame.self(), place[0], name(names, place[0]), place[1]));
      }
    }
    frame.profiled(List.copyOf(used.subList(0, Math.min(used.size(), MOST_FUNCTIONS))), places);
  }

  private String name(FunctionNames names, int function) {
    return function == start ? MeteredModule.START : names.name(function);
  }
}
