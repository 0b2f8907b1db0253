package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.GeneratedModule;
import io.tidemill.executor.wasm.gen.GeneratedModule.Invocation;
import io.tidemill.executor.wasm.gen.ModuleGenerator;
import io.tidemill.executor.wasm.gen.Observation;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs generated modules on the interpreter and on the compiler and compares everything that can be
 * seen. Also a program, so that a JVM with other flags can do it: {@code Differential FIRST_SEED
 * MODULES INPUTS} prints one line per difference and one with the count of executions.
 */
public final class Differential {
  private final Engine interpreter = new ChicoryEngine();
  private final Engine compiler;
  private final List<String> differences = new ArrayList<>();
  private int executions;
  private int interpreted;

  private Differential(CompilerOptions options) {
    compiler = new JvmEngine(interpreter, options);
  }

  /** What a run found. */
  record Findings(List<String> differences, int executions, int interpreted) {}

  /** Every third module is of a chain that denies floats. */
  static boolean floats(long seed) {
    return seed % 3 != 0;
  }

  static Findings run(long firstSeed, int modules, int inputs) {
    return run(firstSeed, modules, inputs, CompilerOptions.STANDARD);
  }

  static Findings run(long firstSeed, int modules, int inputs, CompilerOptions options) {
    final Differential run = new Differential(options);
    for (long seed = firstSeed; seed < firstSeed + modules; seed++) {
      run.compare(seed, inputs);
    }
    return new Findings(List.copyOf(run.differences), run.executions, run.interpreted);
  }

  private void compare(long seed, int inputs) {
    final GeneratedModule generated = ModuleGenerator.generate(seed, floats(seed));
    final CompiledModule reference = Observation.compile(interpreter, generated, floats(seed));
    final CompiledModule compiled = Observation.compile(compiler, generated, floats(seed));
    if (!(compiled instanceof JvmModule)) {
      interpreted++;
    }
    for (int i = 0; i < inputs; i++) {
      final Invocation invocation = generated.invocations().get(i % generated.invocations().size());
      final Object expected = observe(reference, generated, invocation);
      final Object actual = observe(compiled, generated, invocation);
      executions++;
      if (!expected.equals(actual)) {
        differences.add(
            "seed "
                + seed
                + " input "
                + i
                + " "
                + invocation.export()
                + "\n  interpreter "
                + expected
                + "\n  compiler    "
                + actual);
      }
    }
  }

  /** An observation, or what was thrown instead of a trap. */
  private static Object observe(
      CompiledModule module, GeneratedModule generated, Invocation invocation) {
    try {
      return Observation.of(module, generated, invocation);
    } catch (RuntimeException | StackOverflowError e) {
      return "not a trap: " + e;
    }
  }

  /** Entry point of forked runs. */
  public static void main(String[] arguments) {
    final Findings findings =
        run(
            Long.parseLong(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]));
    findings.differences().forEach(System.out::println);
    System.out.println(
        findings.executions() + " executions, " + findings.interpreted() + " modules interpreted");
    System.exit(findings.differences().isEmpty() ? 0 : 1);
  }
}
