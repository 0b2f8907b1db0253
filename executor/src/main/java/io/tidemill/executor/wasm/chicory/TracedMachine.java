package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.runtime.MStack;
import com.dylibso.chicory.runtime.StackFrame;
import com.dylibso.chicory.wasm.types.FunctionType;
import io.tidemill.executor.wasm.RunObserver;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** An interpreter that reports which functions are entered and left. */
final class TracedMachine extends InterpreterMachine {
  private final RunObserver observer;
  private final int first;
  private final int last;

  /** An interpreter of functions {@code first} to {@code last}; the others are not reported. */
  TracedMachine(Instance instance, RunObserver observer, int first, int last) {
    super(instance);
    this.observer = observer;
    this.first = first;
    this.last = last;
  }

  @Override
  protected long @Nullable [] call(
      MStack stack,
      Instance instance,
      Deque<StackFrame> callStack,
      int funcId,
      long[] args,
      @Nullable FunctionType callType,
      boolean popResults) {
    if (funcId < first || funcId > last) {
      return super.call(stack, instance, callStack, funcId, args, callType, popResults);
    }
    observer.entered(funcId);
    final long[] results;
    try {
      results = super.call(stack, instance, callStack, funcId, args, callType, popResults);
    } catch (RuntimeException e) {
      observer.unwound(funcId);
      throw e;
    }
    observer.left(funcId);
    return results;
  }
}
