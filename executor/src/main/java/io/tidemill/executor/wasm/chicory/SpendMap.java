package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.MStack;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionBody;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.OpCode;
import io.tidemill.executor.wasm.MeteredModule;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.RunObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which write of the fuel counter pays for which place of the original. Immutable. */
final class SpendMap {
  private record Site(int function, int offset) {}

  private final Map<Integer, Site> byAddress = new HashMap<>();
  private final int fuelGlobal;

  SpendMap(Module module, MeteredModule metered, WasmModule parsed) {
    this.fuelGlobal = metered.fuelGlobal();
    final int imports = module.imported(Module.Kind.FUNCTION);
    final FunctionBody[] bodies = parsed.codeSection().functionBodies();
    for (int i = 0; i < metered.sites().size(); i++) {
      final List<Integer> sites = metered.sites().get(i);
      int next = 0;
      for (Instruction instruction : bodies[i].instructions()) {
        if (writesFuel(instruction)) {
          byAddress.put(instruction.address(), new Site(imports + i, sites.get(next++)));
        }
      }
    }
    final int start = metered.sites().size();
    for (Instruction instruction : bodies[start].instructions()) {
      if (writesFuel(instruction)) {
        byAddress.put(instruction.address(), new Site(imports + start, 0));
      }
    }
  }

  private boolean writesFuel(Instruction instruction) {
    return instruction.opcode() == OpCode.GLOBAL_SET && instruction.operand(0) == fuelGlobal;
  }

  /** Reports what an instruction that is about to run spends. */
  void see(Instruction instruction, MStack stack, Instance instance, RunObserver observer) {
    if (writesFuel(instruction)) {
      final Site site = byAddress.get(instruction.address());
      if (site != null) {
        // Less than nothing is out-of-fuel, which costs what there was.
        final long left = Math.max(0, stack.array()[stack.size() - 1]);
        observer.spent(
            site.function(), site.offset(), instance.global(fuelGlobal).getValue() - left);
      }
    }
  }
}
