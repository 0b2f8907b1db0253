package io.tidemill.executor.contract;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which functions of a module can reach a host function that changes state. An indirect call counts
 * as a call of every function of its type in any element segment. Linear in the size of the module:
 * one walk back from the mutating imports. Source: host-abi 8 row 22.
 */
final class ViewCheck {
  private final Module module;
  private final int imports;

  /** Per function index the import it reaches, or -1. */
  private final int[] reaches;

  ViewCheck(Module module, ContractProfile profile) {
    this.module = module;
    this.imports = module.imports().size();
    this.reaches = new int[imports + module.functions().size()];
    walk(profile, callers());
  }

  /** The mutating import that the function at {@code index} can reach, or null. */
  @Nullable String mutatorReachedFrom(int index) {
    if (reaches[index] < 0) {
      return null;
    }
    final Module.Import imported = module.imports().get(reaches[index]);
    return imported.module() + "." + imported.name();
  }

  /**
   * Who calls whom, backwards. Nodes are functions and, after them, one per distinct type: an
   * indirect caller calls the type, the type calls the functions in element segments.
   */
  private List<List<Integer>> callers() {
    final Map<FunctionType, Integer> nodeOfType = new HashMap<>();
    final int[] typeNode = new int[module.types().size()];
    int nodes = reaches.length;
    for (int i = 0; i < typeNode.length; i++) {
      final Integer known = nodeOfType.putIfAbsent(module.types().get(i), nodes);
      typeNode[i] = known == null ? nodes++ : known;
    }
    final List<List<Integer>> callers = new ArrayList<>(nodes);
    for (int i = 0; i < nodes; i++) {
      callers.add(new ArrayList<>(2));
    }
    for (Module.ElementSegment segment : module.elements()) {
      for (int function : segment.functions()) {
        if (function >= 0) {
          callers.get(function).add(typeNode[typeIndex(function)]);
        }
      }
    }
    final OperatorReader reader = new OperatorReader(module.bytes());
    for (int i = 0; i < module.functions().size(); i++) {
      final Module.Function function = module.functions().get(i);
      reader.reset(function.bodyStart(), function.bodyEnd());
      while (reader.hasNext()) {
        switch (reader.next()) {
          case Opcodes.CALL -> callers.get(reader.index()).add(imports + i);
          case Opcodes.CALL_INDIRECT -> callers.get(typeNode[reader.index()]).add(imports + i);
          default -> {}
        }
      }
    }
    return callers;
  }

  private int typeIndex(int function) {
    return function < imports
        ? module.imports().get(function).typeIndex()
        : module.functions().get(function - imports).typeIndex();
  }

  private void walk(ContractProfile profile, List<List<Integer>> callers) {
    final int[] found = new int[callers.size()];
    final ArrayDeque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < found.length; i++) {
      found[i] = -1;
      if (i < imports
          && profile.mutates(module.imports().get(i).module(), module.imports().get(i).name())) {
        found[i] = i;
        open.add(i);
      }
    }
    while (!open.isEmpty()) {
      final int node = open.remove();
      for (int caller : callers.get(node)) {
        if (found[caller] < 0) {
          found[caller] = found[node];
          open.add(caller);
        }
      }
    }
    System.arraycopy(found, 0, reaches, 0, reaches.length);
  }
}
