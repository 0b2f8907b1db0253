package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.InterpreterMachine;
import com.dylibso.chicory.runtime.MStack;
import com.dylibso.chicory.runtime.StackFrame;
import com.dylibso.chicory.wasm.types.FunctionType;
import io.tidemill.executor.wasm.RunTrace;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** An interpreter that notes which functions an exception leaves. For tools only. */
final class TracedMachine extends InterpreterMachine {
  private final RunTrace trace;

  TracedMachine(Instance instance, RunTrace trace) {
    super(instance);
    this.trace = trace;
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
    try {
      return super.call(stack, instance, callStack, funcId, args, callType, popResults);
    } catch (RuntimeException e) {
      trace.unwound(funcId);
      throw e;
    }
  }
}
