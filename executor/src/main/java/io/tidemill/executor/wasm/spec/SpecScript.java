package io.tidemill.executor.wasm.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.Extern;
import io.tidemill.executor.wasm.HostContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.InvalidModuleException;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinkingEngine;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.WasmProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of one script: the modules it has made so far, and what its assertions came to. */
final class SpecScript {
  /** More than any script needs, and few enough that an endless loop ends. */
  private static final long FUEL = 1L << 36;

  private static final int FRAMES = 4_096;
  private static final int SLOTS = 262_144;
  private static final long MEMORY = 1L << 32;

  private static final HostContext NO_HOST = new HostContext() {};

  private final LinkingEngine engine;
  private final SpecDeviations deviations;
  private final String script;
  private final Path folder;
  private final Map<String, Extern> spectest;
  private final Map<String, LinkedModule> named = new HashMap<>();
  private final Map<String, LinkedModule> registered = new HashMap<>();
  private @Nullable LinkedModule current;

  private int passed;
  private int skipped;
  private int textOnly;
  private final List<String> failures = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** A module that can be called or imported from. */
  private record LinkedModule(Module module, Instance instance) {}

  /** An import that nothing satisfies. */
  private static final class Unlinkable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unlinkable(String message) {
      super(message, null, false, false);
    }
  }

  SpecScript(LinkingEngine engine, SpecDeviations deviations, String script, Path folder) {
    this.engine = engine;
    this.deviations = deviations;
    this.script = script;
    this.folder = folder;
    this.spectest = SpecTestHost.exports(engine);
  }

  SpecReport run(JsonNode commands) {
    for (JsonNode command : commands) {
      final String place = script + ":" + command.get("line").asInt();
      final String reason = deviations.reason(place);
      if (reason != null) {
        skipped++;
        notes.add(place + ": " + reason);
        continue;
      }
      try {
        final String complaint = execute(command);
        if (complaint != null) {
          failures.add(place + ": " + command.get("type").asText() + ": " + complaint);
        }
      } catch (RuntimeException | StackOverflowError e) {
        failures.add(place + ": " + command.get("type").asText() + ": threw " + e);
      }
    }
    if (textOnly > 0) {
      skipped += textOnly;
      notes.add(script + ": " + textOnly + " assertions about the text format, which is not ours");
    }
    return new SpecReport(passed, failures, skipped, notes);
  }

  /** Null when the command did what it should, else what it did instead. */
  private @Nullable String execute(JsonNode command) {
    return switch (command.get("type").asText()) {
      case "module" -> {
        current = instantiate(command);
        if (command.has("name")) {
          named.put(command.get("name").asText(), current);
        }
        yield null;
      }
      case "register" -> {
        registered.put(command.get("as").asText(), module(command.get("name")));
        yield null;
      }
      case "action" -> {
        act(command.get("action"));
        yield null;
      }
      case "assert_return" -> count(assertReturn(command));
      case "assert_trap", "assert_exhaustion" ->
          count(assertTrap(command, () -> act(command.get("action"))));
      case "assert_uninstantiable" -> count(assertTrap(command, () -> instantiate(command)));
      case "assert_unlinkable" -> count(assertUnlinkable(command));
      case "assert_malformed", "assert_invalid" -> assertRefused(command);
      default -> "unknown command";
    };
  }

  private @Nullable String count(@Nullable String complaint) {
    if (complaint == null) {
      passed++;
    }
    return complaint;
  }

  private byte[] bytes(JsonNode command) {
    try {
      return Files.readAllBytes(folder.resolve(command.get("filename").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LinkedModule instantiate(JsonNode command) {
    final Module module = ModuleValidator.validate(bytes(command), WasmProfile.TESTSUITE);
    final MeteringPlan plan = MeteringPlan.of(module, FuelSchedule.V1, WasmProfile.TESTSUITE);
    final List<Extern> imports = new ArrayList<>();
    for (Module.Import wanted : module.imports()) {
      imports.add(resolve(wanted, module));
    }
    final Launch launch =
        new Launch(NO_HOST, FUEL, FRAMES, SLOTS, new MemoryBudget(MEMORY), ExecutionGuard.NONE);
    final Instance instance = engine.link(module, plan, imports, launch);
    instance.start();
    return new LinkedModule(module, instance);
  }

  private Extern resolve(Module.Import wanted, Module module) {
    final Extern found = find(wanted);
    if (found == null) {
      throw new Unlinkable("unknown import " + wanted.module() + "." + wanted.name());
    }
    if (!found.satisfies(wanted, module)) {
      throw new Unlinkable("incompatible import " + wanted.module() + "." + wanted.name());
    }
    return found;
  }

  private @Nullable Extern find(Module.Import wanted) {
    if (wanted.module().equals(SpecTestHost.NAME)) {
      return spectest.get(wanted.name());
    }
    final LinkedModule from = registered.get(wanted.module());
    if (from == null) {
      return null;
    }
    final boolean exported =
        from.module().exports().stream().anyMatch(export -> export.name().equals(wanted.name()));
    return exported ? engine.export(from.instance(), wanted.name()) : null;
  }

  private LinkedModule module(@Nullable JsonNode name) {
    final LinkedModule found = name == null ? current : named.get(name.asText());
    if (found == null) {
      throw new IllegalStateException("no module " + name);
    }
    return found;
  }

  private long[] act(JsonNode action) {
    final LinkedModule target = module(action.get("module"));
    final String field = action.get("field").asText();
    if (action.get("type").asText().equals("get")) {
      return new long[] {target.instance().exportedGlobal(field)};
    }
    final long[] arguments = new long[action.get("args").size()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = Long.parseUnsignedLong(action.get("args").get(i).get("value").asText());
    }
    return target.instance().invoke(field, arguments);
  }

  private @Nullable String assertReturn(JsonNode command) {
    final long[] actual;
    try {
      actual = act(command.get("action"));
    } catch (Trap trap) {
      return "trapped: " + trap.code();
    }
    final JsonNode expected = command.get("expected");
    if (expected.size() != actual.length) {
      return actual.length + " results";
    }
    for (int i = 0; i < actual.length; i++) {
      if (!SpecValues.matches(expected.get(i), actual[i])) {
        return "result " + i + " is 0x" + Long.toHexString(actual[i]) + ", not " + expected.get(i);
      }
    }
    return null;
  }

  private static @Nullable String assertTrap(JsonNode command, Runnable action) {
    final String text = command.get("text").asText();
    try {
      action.run();
      return "did not trap, expected " + text;
    } catch (Trap trap) {
      return SpecValues.isTrap(text, trap.code())
          ? null
          : "trapped with " + trap.code() + ", expected " + text;
    }
  }

  private @Nullable String assertUnlinkable(JsonNode command) {
    try {
      instantiate(command);
      return "linked";
    } catch (Unlinkable expected) {
      return null;
    }
  }

  private @Nullable String assertRefused(JsonNode command) {
    if (!command.get("module_type").asText().equals("binary")) {
      textOnly++;
      return null;
    }
    try {
      ModuleValidator.validate(bytes(command), WasmProfile.TESTSUITE);
      return "accepted, expected " + command.get("text").asText();
    } catch (InvalidModuleException expected) {
      passed++;
      return null;
    }
  }
}
