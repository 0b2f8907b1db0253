package io.tidemill.server.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.FuelProfile;
import io.tidemill.executor.wasm.FunctionNames;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.InvalidModuleException;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteredModule;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.RunTrace;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.ValType;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.executor.wasm.jvm.JvmModule;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemill wasm run}: calls one export of a plain module and says what it cost. */
@Command(
    name = "run",
    description = "Call an exported function of a module that imports nothing.",
    footer = {"", "Exit codes: 0 returned, 1 trapped or refused, 2 called wrongly."})
final class WasmRunCommand implements Callable<Integer> {
  private static final long MEMORY_BYTES = 256L << 20;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE", description = "The module.")
  private Path file = Path.of("");

  @Option(
      names = "--invoke",
      required = true,
      paramLabel = "NAME",
      description = "The exported function.")
  private String export = "";

  @Option(
      names = "--arg",
      paramLabel = "TYPE:VALUE",
      description = "An argument, such as i32:-1, i64:0xff, f32:1.5 or f64:0x7ff8000000000000.")
  private List<String> arguments = List.of();

  @Option(
      names = "--fuel",
      paramLabel = "N",
      description = "What it may spend. Default: ${DEFAULT-VALUE}.")
  private long fuel = 1_000_000_000L;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Backend backend = Backend.compiled;

  @Option(
      names = "--profile-fuel",
      description = "Break the fuel down by function, opcode class and offset; on the interpreter.")
  private boolean profileFuel;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Mixin private HelpOption help;

  /** What came of the call. */
  private record Outcome(
      @Nullable Trap trap,
      long[] results,
      long fuelUsed,
      long micros,
      String backend,
      List<String> backtrace,
      int depth,
      @Nullable FuelReport profile) {}

  @Override
  public Integer call() throws Exception {
    final PrintWriter out = spec.commandLine().getOut();
    final byte[] wasm = WasmCommand.read(spec, file);
    if (fuel < 0) {
      throw new ParameterException(spec.commandLine(), "--fuel must not be negative, is " + fuel);
    }
    final Module module;
    try {
      module = ModuleValidator.validate(wasm, WasmProfile.BARE);
    } catch (InvalidModuleException e) {
      return WasmCommand.refuse(out, json, e);
    }
    final Module.Export found = module.export(export, Module.Kind.FUNCTION);
    if (found == null) {
      throw new ParameterException(
          spec.commandLine(),
          file + " exports no function " + export + "; it has " + functions(module));
    }
    final FunctionType type = module.functionTypes().get(found.index());
    final long[] raw = parse(type);
    final Outcome outcome = WorkerThread.call(() -> run(module, raw));
    if (json) {
      printJson(out, type, outcome);
    } else {
      print(out, type, outcome);
    }
    return outcome.trap() == null ? 0 : 1;
  }

  private static String functions(Module module) {
    final List<String> names = new ArrayList<>();
    for (Module.Export entry : module.exports()) {
      if (entry.kind() == Module.Kind.FUNCTION) {
        names.add(entry.name());
      }
    }
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private long[] parse(FunctionType type) {
    if (arguments.size() != type.params().size()) {
      throw new ParameterException(
          spec.commandLine(),
          export + " is " + type + ", but " + arguments.size() + " arguments are given");
    }
    final long[] raw = new long[arguments.size()];
    for (int i = 0; i < raw.length; i++) {
      final ValType expected = type.params().get(i);
      final String argument = arguments.get(i);
      final String prefix = RawValues.name(expected) + ":";
      if (!argument.startsWith(prefix)) {
        throw new ParameterException(
            spec.commandLine(),
            "argument " + (i + 1) + " must be " + prefix + "VALUE, is " + argument);
      }
      try {
        raw[i] = RawValues.parse(expected, argument.substring(prefix.length()));
      } catch (NumberFormatException e) {
        throw new ParameterException(
            spec.commandLine(),
            argument + " is no " + RawValues.name(expected) + ", in decimal or in hex after 0x");
      }
    }
    return raw;
  }

  private Outcome run(Module module, long[] raw) {
    final RunTrace trace = new RunTrace();
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.BARE);
    final Engine engine =
        backend == Backend.interpreter || profileFuel ? new ChicoryEngine(trace) : backend.engine();
    final CompiledModule compiled = engine.compile(module, plan, List.of());
    final Outcome outcome = runOnce(compiled, raw);
    if (outcome.trap() == null || backend == Backend.interpreter || profileFuel) {
      return named(module, plan, trace, outcome);
    }
    // The compiled code keeps no account of its frames; the reference stops at the same place.
    runOnce(new ChicoryEngine(trace).compile(module, plan, List.of()), raw);
    return named(module, plan, trace, outcome);
  }

  private Outcome named(Module module, MeteringPlan plan, RunTrace trace, Outcome outcome) {
    final FunctionNames names = new FunctionNames(module);
    final List<String> backtrace = new ArrayList<>();
    final int defined = module.imported(Module.Kind.FUNCTION) + module.functions().size();
    for (int function : trace.frames()) {
      backtrace.add(function < defined ? names.name(function) : MeteredModule.START);
    }
    return new Outcome(
        outcome.trap(),
        outcome.results(),
        outcome.fuelUsed(),
        outcome.micros(),
        outcome.backend(),
        backtrace,
        trace.depth(),
        profileFuel ? new FuelReport(names, FuelProfile.of(module, plan, trace)) : null);
  }

  private Outcome runOnce(CompiledModule compiled, long[] raw) {
    final Launch launch =
        new Launch(
            new HostContext() {},
            fuel,
            MeteredModule.INITIAL_FRAMES,
            MeteredModule.INITIAL_SLOTS,
            new MemoryBudget(MEMORY_BYTES),
            ExecutionGuard.NONE);
    final Instance instance = compiled.instantiate(launch);
    if (instance == null) {
      throw new IllegalStateException("the declared memory does not fit 256 MiB");
    }
    // Modules outside the compiler's bounds run on the interpreter, for the same fuel.
    final String name = compiled instanceof JvmModule ? JvmEngine.NAME : ChicoryEngine.NAME;
    try (instance) {
      final long from = System.nanoTime();
      Trap trap = null;
      long[] results = {};
      try {
        instance.start();
        results = instance.invoke(export, raw);
      } catch (Trap e) {
        trap = e;
      }
      final long micros = (System.nanoTime() - from) / 1_000;
      return new Outcome(trap, results, fuel - instance.fuel, micros, name, List.of(), 0, null);
    }
  }

  private static void print(PrintWriter out, FunctionType type, Outcome outcome) {
    final Trap trap = outcome.trap();
    if (trap == null) {
      out.println("ok");
      for (int i = 0; i < outcome.results().length; i++) {
        final ValType result = type.results().get(i);
        final long bits = outcome.results()[i];
        out.printf(
            "  %s %s (0x%s)%n",
            RawValues.name(result), RawValues.text(result, bits), RawValues.hex(result, bits));
      }
    } else {
      out.println("trap " + trap.code() + " (code " + trap.code().number() + ")");
      printFrames(out, outcome);
    }
    out.println("fuel " + outcome.fuelUsed());
    out.println("time " + outcome.micros() + " us on the backend " + outcome.backend());
    if (outcome.profile() != null) {
      outcome.profile().print(out);
    }
  }

  /** Innermost first; a recursion takes one line. */
  private static void printFrames(PrintWriter out, Outcome outcome) {
    final List<String> frames = outcome.backtrace();
    for (int i = 0, next; i < frames.size(); i = next) {
      next = i + 1;
      while (next < frames.size() && frames.get(next).equals(frames.get(i))) {
        next++;
      }
      out.println("  in " + frames.get(i) + (next - i > 1 ? ", " + (next - i) + " times" : ""));
    }
    if (outcome.depth() > frames.size()) {
      out.println("  and " + (outcome.depth() - frames.size()) + " frames more");
    }
  }

  private void printJson(PrintWriter out, FunctionType type, Outcome outcome) {
    final ObjectNode answer = new ObjectMapper().createObjectNode();
    final Trap trap = outcome.trap();
    answer.put("ok", trap == null);
    final ArrayNode results = answer.putArray("results");
    for (int i = 0; i < outcome.results().length; i++) {
      final ValType result = type.results().get(i);
      final long bits = outcome.results()[i];
      results
          .addObject()
          .put("type", RawValues.name(result))
          .put("value", RawValues.text(result, bits))
          .put("bits", "0x" + RawValues.hex(result, bits));
    }
    if (trap != null) {
      answer.put("trap", trap.code().name()).put("trap_code", trap.code().number());
      final ArrayNode frames = answer.putArray("backtrace");
      outcome.backtrace().forEach(frames::add);
      answer.put("frames", outcome.depth());
    }
    answer.put("fuel_used", outcome.fuelUsed()).put("micros", outcome.micros());
    answer.put("backend", outcome.backend());
    if (outcome.profile() != null) {
      outcome.profile().addTo(answer.putObject("fuel_profile"));
    }
    out.println(answer);
  }
}
