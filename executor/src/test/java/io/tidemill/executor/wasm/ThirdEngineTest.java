package io.tidemill.executor.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.gen.GeneratedModule;
import io.tidemill.executor.wasm.gen.GeneratedModule.Invocation;
import io.tidemill.executor.wasm.gen.ModuleGenerator;
import io.tidemill.executor.wasm.gen.TraceHost;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An engine that is not ours runs the instrumented modules under Node: the same results, traps,
 * host calls, memory and, above all, the same fuel, because the modules count for themselves.
 */
class ThirdEngineTest {
  private static final int FRAMES = 200;
  private static final int SLOTS = 8_000;
  private static final int PAGES = 5;
  private static final int CALLS = 6;

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void shouldGiveTheSameResultsAndFuelUnderNode(@TempDir Path folder) throws Exception {
    assumeTrue(nodePresent(), "Node (the command node) is not installed");
    final int modules = Integer.getInteger("tidemill.cases", 120);
    final ArrayNode units = json.createArrayNode();
    final List<String> expected = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    for (int seed = 0; seed < modules; seed++) {
      final boolean floats = seed % 3 != 0;
      final GeneratedModule generated = ModuleGenerator.generate(seed, floats, false);
      final Module module = ModuleValidator.validate(generated.wasm(), WasmProfile.CONTRACT);
      final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
      final Path wasm = folder.resolve(seed + ".wasm");
      Files.write(wasm, Instrumenter.instrument(module, plan).bytes());
      units.add(unit(wasm, generated, module));
      final CompiledModule compiled =
          new ChicoryEngine().compile(module, plan, TraceHost.bindings(false));
      for (Invocation invocation : generated.invocations().subList(0, CALLS)) {
        expected.add(run(compiled, generated, canonical(invocation, module)));
        names.add("seed " + seed + " " + invocation.export());
      }
    }
    final List<String> actual = underNode(folder, units);
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as(names.get(i)).isEqualTo(expected.get(i));
    }
  }

  private static boolean nodePresent() {
    try {
      final Process process = new ProcessBuilder("node", "--version").start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  private List<String> underNode(Path folder, ArrayNode units) throws Exception {
    final Path script = folder.resolve("replay.mjs");
    try (InputStream in = ThirdEngineTest.class.getResourceAsStream("replay.mjs")) {
      Files.write(script, in.readAllBytes());
    }
    final Path input = folder.resolve("input.json");
    json.writeValue(input.toFile(), units);
    final Process process =
        new ProcessBuilder("node", "--stack-size=4000", script.toString(), input.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    final String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.lines().toList();
  }

  private ObjectNode unit(Path wasm, GeneratedModule generated, Module module) {
    final ObjectNode unit = json.createObjectNode();
    unit.put("wasm", wasm.toString()).put("frames", FRAMES).put("slots", SLOTS).put("pages", PAGES);
    final ArrayNode globals = unit.putArray("globals");
    for (int i = 0; i < generated.globals().size(); i++) {
      globals
          .addArray()
          .add(generated.globals().get(i))
          .add(name(module.globals().get(i).type().type()));
    }
    final ArrayNode calls = unit.putArray("calls");
    for (Invocation raw : generated.invocations().subList(0, CALLS)) {
      final Invocation invocation = canonical(raw, module);
      final FunctionType type = type(invocation, module);
      final ObjectNode call = calls.addObject();
      call.put("export", invocation.export()).put("fuel", Long.toString(invocation.fuel()));
      final ArrayNode params = call.putArray("params");
      type.params().forEach(param -> params.add(name(param)));
      final ArrayNode results = call.putArray("results");
      type.results().forEach(result -> results.add(name(result)));
      final ArrayNode args = call.putArray("args");
      for (long argument : invocation.arguments()) {
        args.add(Long.toHexString(argument));
      }
    }
    return unit;
  }

  private static String name(ValType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static FunctionType type(Invocation invocation, Module module) {
    return module
        .functionTypes()
        .get(module.export(invocation.export(), Module.Kind.FUNCTION).index());
  }

  /** Without NaN payloads in arguments, which JavaScript does not carry. */
  private static Invocation canonical(Invocation invocation, Module module) {
    final FunctionType type = type(invocation, module);
    final long[] arguments = invocation.arguments().clone();
    for (int i = 0; i < arguments.length; i++) {
      if (isNan(type.params().get(i), arguments[i])) {
        arguments[i] = type.params().get(i) == ValType.F32 ? 0x7FC0_0000L : 0x7FF8_0000_0000_0000L;
      }
    }
    return new Invocation(invocation.export(), arguments, invocation.fuel());
  }

  private static boolean isNan(ValType type, long bits) {
    return switch (type) {
      case F32 -> Float.isNaN(Float.intBitsToFloat((int) bits));
      case F64 -> Double.isNaN(Double.longBitsToDouble(bits));
      default -> false;
    };
  }

  private static String text(ValType type, long bits) {
    return isNan(type, bits) ? "nan" : Long.toHexString(bits);
  }

  private static String run(
      CompiledModule compiled, GeneratedModule generated, Invocation invocation) throws Exception {
    final Module module = compiled.module();
    final TraceHost host = new TraceHost();
    final MemoryBudget budget = new MemoryBudget((long) PAGES * LinearMemory.PAGE);
    final Launch launch =
        new Launch(host, invocation.fuel(), FRAMES, SLOTS, budget, ExecutionGuard.NONE);
    try (Instance instance = compiled.instantiate(launch)) {
      String outcome = "ok";
      String stage = "start:";
      final List<String> results = new ArrayList<>();
      try {
        instance.start();
        stage = "";
        final long[] raw = instance.invoke(invocation.export(), invocation.arguments());
        for (int i = 0; i < raw.length; i++) {
          results.add(text(type(invocation, module).results().get(i), raw[i]));
        }
      } catch (Trap trap) {
        outcome = stage + coarse(trap.code());
      }
      final List<String> globals = new ArrayList<>();
      for (int i = 0; i < generated.globals().size(); i++) {
        globals.add(
            text(
                module.globals().get(i).type().type(),
                instance.exportedGlobal(generated.globals().get(i))));
      }
      return String.join(
          "|",
          outcome,
          String.join(",", results),
          Long.toString(instance.fuel),
          Integer.toString(instance.memory.pages()),
          sha(instance.memory.read(0, (int) instance.memory.size())),
          String.join(",", globals),
          sha(String.join("\n", host.lines()).getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** As far as the other engine's messages tell traps apart. */
  private static String coarse(TrapCode code) {
    return switch (code) {
      case MEMORY_OUT_OF_BOUNDS -> "MEMORY";
      case TABLE_OUT_OF_BOUNDS, UNDEFINED_ELEMENT -> "TABLE";
      case BAD_SIGNATURE, INDIRECT_CALL_TO_NULL -> "SIGNATURE";
      case INTEGER_DIVISION_BY_ZERO -> "DIVISION";
      case INTEGER_OVERFLOW, INVALID_CONVERSION_TO_INTEGER -> "OVERFLOW";
      default -> code.name();
    };
  }

  private static String sha(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
