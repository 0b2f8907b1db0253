package io.tidemill.executor.host;

import io.tidemill.executor.contract.ModuleAssembler;
import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.host.HostUses.Use;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.ValType;
import io.tidemill.executor.wasm.WasmProfile;
import java.util.List;
import java.util.Map;

/**
 * The same conformance with the call made by a wasm module on an engine: it hands its parameters on
 * and returns what comes back.
 */
abstract class EngineConformance extends HostConformanceTest {
  private static final int LOCAL_GET = 0x20;
  private static final int CALL = 0x10;

  /** A module with the prices of its code before and after the call. */
  record Probe(CompiledModule code, long before, long after) {}

  private final Engine engine;

  /** By use: every test has an object of its own. */
  private final Map<String, Probe> probes;

  EngineConformance(Engine engine, Map<String, Probe> probes) {
    this.engine = engine;
    this.probes = probes;
  }

  private Probe probe(Use use) {
    final StringBuilder type = new StringBuilder();
    final int[] body = new int[2 * use.shape().type().params().size() + 2];
    int at = 0;
    for (ValType parameter : use.shape().type().params()) {
      body[at] = LOCAL_GET;
      body[at + 1] = at / 2;
      at += 2;
      type.append(letter(parameter));
    }
    body[at] = CALL;
    type.append(':');
    use.shape().type().results().forEach(result -> type.append(letter(result)));
    final byte[] wasm =
        new ModuleAssembler()
            .importFunction("pyde", use.function().importName(), type.toString())
            .function("probe", type.toString(), body)
            .memory(1, "memory")
            .done();
    final Module module = ModuleValidator.validate(wasm, WasmProfile.CONTRACT);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.CONTRACT);
    final HostBinding binding = use.function().binding(use.shape().type());
    final long[] charges = plan.functions().getFirst().charges();
    long after = 0;
    for (int i = 1; i < charges.length; i++) {
      after += charges[i];
    }
    return new Probe(engine.compile(module, plan, List.of(binding)), charges[0], after);
  }

  private static char letter(ValType type) {
    return type == ValType.I64 ? 'l' : 'i';
  }

  @Override
  Frame frame(HostLab lab, Use use, long fuel) {
    final Probe probe = probes.computeIfAbsent(use.toString(), _ -> probe(use));
    final CallContext context = lab.frame(fuel).context();
    final Instance instance =
        probe
            .code()
            .instantiate(
                new Launch(
                    context,
                    HostLab.PLENTY,
                    4_096,
                    262_144,
                    context.tx.memory,
                    ExecutionGuard.NONE));
    instance.start();
    HostUseSetting.fill(instance.memory);
    instance.fuel = fuel + probe.before();
    return new Frame(
        instance,
        context,
        probe.before(),
        probe.after(),
        (self, args) -> {
          final long[] results = self.invoke("probe", args);
          if (results.length == 0) {
            return 0;
          }
          return use.shape().type().results().getFirst() == ValType.I64
              ? results[0]
              : (int) results[0];
        });
  }
}
