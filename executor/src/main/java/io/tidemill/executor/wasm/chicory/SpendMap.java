package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.MStack;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import io.tidemill.executor.wasm.MeteredModule;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.RunTrace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which write of the fuel counter pays for which place of the original. For tools only. */
final class SpendMap {
  private final Map<Integer, RunTrace.Site> byAddress = new HashMap<>();
  private final int fuelGlobal;
  private final RunTrace trace;

  SpendMap(Module module, MeteredModule metered, WasmModule parsed, RunTrace trace) {
    this.fuelGlobal = metered.fuelGlobal();
    this.trace = trace;
    final int imports = module.imported(Module.Kind.FUNCTION);
    final FunctionBody[] bodies = parsed.codeSection().functionBodies();
    for (int i = 0; i < metered.sites().size(); i++) {
      final List<Integer> sites = metered.sites().get(i);
      int next = 0;
      for (Instruction instruction : bodies[i].instructions()) {
        if (writesFuel(instruction)) {
          byAddress.put(instruction.address(), new RunTrace.Site(imports + i, sites.get(next++)));
        }
      }
    }
  }

  private boolean writesFuel(Instruction instruction) {
    return instruction.opcode() == OpCode.GLOBAL_SET && instruction.operand(0) == fuelGlobal;
  }

  /** Looks at an instruction that is about to run. */
  void see(Instruction instruction, MStack stack, Instance instance) {
    if (writesFuel(instruction)) {
      final RunTrace.Site site = byAddress.get(instruction.address());
      if (site != null) {
        final long left = stack.array()[stack.size() - 1];
        trace.spent(site.function(), site.offset(), instance.global(fuelGlobal).getValue() - left);
      }
    }
  }
}
