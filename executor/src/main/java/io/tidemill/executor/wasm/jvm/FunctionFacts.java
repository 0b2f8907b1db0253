package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.OpcodeTable;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the compiler knows about a function before it emits it.
 *
 * @param usesMemory whether it reads, writes or measures memory by itself
 * @param growsMemory whether it, or anything it can call, may change the size of memory
 * @param loops whether it has a loop
 * @param callees the functions it calls directly, each once, ascending
 * @param callsIndirectly whether it calls through a table
 */
record FunctionFacts(
    boolean usesMemory,
    boolean growsMemory,
    boolean loops,
    int[] callees,
    boolean callsIndirectly) {

  boolean calls() {
    return callees.length > 0 || callsIndirectly;
  }

  /** The facts of every function that {@code module} defines. */
  static List<FunctionFacts> of(Module module, boolean importsMayGrow) {
    final OperatorReader in = new OperatorReader(module.bytes());
    final List<FunctionFacts> facts = new ArrayList<>(module.functions().size());
    for (Module.Function function : module.functions()) {
      facts.add(scan(in, function));
    }
    spreadGrowth(facts, module.imported(Module.Kind.FUNCTION), importsMayGrow);
    return facts;
  }

  private static FunctionFacts scan(OperatorReader in, Module.Function function) {
    boolean usesMemory = false;
    boolean growsMemory = false;
    boolean loops = false;
    boolean callsIndirectly = false;
    final List<Integer> callees = new ArrayList<>();
    in.reset(function.bodyStart(), function.bodyEnd());
    while (in.hasNext()) {
      final int opcode = in.next();
      usesMemory |= OpcodeTable.accessesMemory(opcode) || opcode == Opcodes.MEMORY_SIZE;
      loops |= opcode == Opcodes.LOOP;
      growsMemory |= opcode == Opcodes.MEMORY_GROW;
      callsIndirectly |= opcode == Opcodes.CALL_INDIRECT;
      if (opcode == Opcodes.CALL) {
        callees.add(in.index());
      }
    }
    final int[] once = callees.stream().mapToInt(Integer::intValue).sorted().distinct().toArray();
    return new FunctionFacts(usesMemory, growsMemory, loops, once, callsIndirectly);
  }

  /** Lets the knowledge that memory may grow climb from callees to callers, once per edge. */
  private static void spreadGrowth(
      List<FunctionFacts> facts, int imported, boolean importsMayGrow) {
    final int total = imported + facts.size();
    final int[] callerCount = new int[total];
    boolean anyGrows = importsMayGrow && imported > 0;
    for (FunctionFacts fact : facts) {
      for (int callee : fact.callees) {
        callerCount[callee]++;
      }
      anyGrows |= fact.growsMemory;
    }
    final int[][] callers = new int[total][];
    Arrays.setAll(callers, i -> new int[callerCount[i]]);
    final int[] work = new int[total];
    final boolean[] grows = new boolean[total];
    int pending = 0;
    for (int i = 0; i < total; i++) {
      final FunctionFacts fact = i < imported ? null : facts.get(i - imported);
      grows[i] =
          fact == null ? importsMayGrow : fact.growsMemory || anyGrows && fact.callsIndirectly;
      if (grows[i]) {
        work[pending++] = i;
      }
      if (fact != null) {
        for (int callee : fact.callees) {
          callers[callee][--callerCount[callee]] = i;
        }
      }
    }
    while (pending > 0) {
      for (int caller : callers[work[--pending]]) {
        if (!grows[caller]) {
          grows[caller] = true;
          work[pending++] = caller;
        }
      }
    }
    for (int i = 0; i < facts.size(); i++) {
      final FunctionFacts fact = facts.get(i);
      if (fact.growsMemory != grows[imported + i]) {
        facts.set(
            i,
            new FunctionFacts(
                fact.usesMemory,
                grows[imported + i],
                fact.loops,
                fact.callees,
                fact.callsIndirectly));
      }
    }
  }
}
