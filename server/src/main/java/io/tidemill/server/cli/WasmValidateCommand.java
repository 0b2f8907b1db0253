package io.tidemill.server.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.wasm.Instrumenter;
import io.tidemill.executor.wasm.InvalidModuleException;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.MeteringPlan.FunctionPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemill wasm validate}: whether a chain takes a module, and what the module weighs. */
@Command(
    name = "validate",
    description = "Check a module against the rules of a profile.",
    footer = {"", "Exit codes: 0 accepted, 1 a rule is broken, 2 called wrongly."})
final class WasmValidateCommand implements Callable<Integer> {
  /** What {@code --profile} takes. */
  enum ProfileName {
    pyde,
    sshi,
    aether,
    bare
  }

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE", description = "The module.")
  private Path file = Path.of("");

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private ProfileName profile = ProfileName.pyde;

  @Option(
      names = "--parachain",
      description = "Judge the module as a parachain module, not as a contract.")
  private boolean parachain;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Mixin private HelpOption help;

  @Override
  public Integer call() {
    final PrintWriter out = spec.commandLine().getOut();
    final byte[] wasm = WasmCommand.read(spec, file);
    final WasmProfile rules = wasmProfile();
    final Module module;
    try {
      module = ModuleValidator.validate(wasm, rules);
    } catch (InvalidModuleException e) {
      return WasmCommand.refuse(out, json, e);
    }
    if (profile != ProfileName.bare) {
      final List<Violation> violations =
          new WasmContractRuntime(chainRules(), new ChicoryEngine())
              .check(chainRules(), "module", wasm, parachain ? 1 : 0)
              .violations();
      if (!violations.isEmpty()) {
        return refuse(out, violations);
      }
    }
    accept(out, module, MeteringPlan.of(module, FuelSchedule.V1, rules));
    return 0;
  }

  private WasmProfile wasmProfile() {
    return switch (profile) {
      case pyde, aether -> WasmProfile.CONTRACT;
      case sshi -> WasmProfile.CONTRACT.withFloats(WasmProfile.Floats.DENY);
      case bare -> WasmProfile.BARE;
    };
  }

  private Rules chainRules() {
    final Rules dev = Rules.of(1, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
    final Rules.Profile named =
        switch (profile) {
          case pyde, bare -> Rules.Profile.PYDE;
          case sshi -> Rules.Profile.SSHI;
          case aether -> Rules.Profile.AETHER;
        };
    return dev.withProfile(named);
  }

  private int refuse(PrintWriter out, List<Violation> violations) {
    final Violation first = violations.getFirst();
    if (json) {
      final ObjectNode answer = new ObjectMapper().createObjectNode();
      answer.put("accepted", false).put("rule", first.rule()).put("text", first.text());
      final ArrayNode all = answer.putArray("violations");
      for (Violation violation : violations) {
        all.addObject().put("rule", violation.rule()).put("text", violation.text());
      }
      out.println(answer);
    } else {
      for (Violation violation : violations) {
        out.println("refused: " + violation.rule() + ": " + violation.text());
      }
    }
    return 1;
  }

  private void accept(PrintWriter out, Module module, MeteringPlan plan) {
    int slots = 0;
    long block = 0;
    for (FunctionPlan function : plan.functions()) {
      slots = Math.max(slots, function.frameSlots());
      for (long charge : function.charges()) {
        block = Math.max(block, charge);
      }
    }
    final Map<String, Object> facts = new java.util.LinkedHashMap<>();
    facts.put("code_hash", module.codeHash().toHex());
    facts.put("bytes", module.bytes().length);
    facts.put("metered_bytes", Instrumenter.instrument(module, plan).bytes().length);
    facts.put("functions", module.functions().size());
    facts.put("imports", module.imports().size());
    facts.put("exports", module.exports().size());
    final Module.MemoryType memory = module.memory();
    facts.put("memory_min_pages", memory == null ? 0 : memory.min());
    facts.put("memory_max_pages", plan.maxPages());
    facts.put("start_fuel", plan.startCost());
    facts.put("worst_frame_slots", slots);
    facts.put("worst_block_fuel", block);
    if (json) {
      final ObjectNode answer = new ObjectMapper().createObjectNode();
      answer.put("accepted", true);
      facts.forEach(answer::putPOJO);
      out.println(answer);
    } else {
      out.println("accepted");
      facts.forEach((name, value) -> out.printf("  %-18s %s%n", name.replace('_', ' '), value));
    }
  }
}
