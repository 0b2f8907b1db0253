package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.Extern;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.LinkingEngine;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The default backend: compiles to JVM classes, and leaves modules outside {@link CodeBounds} to
 * another engine, which gives the same results for the same fuel.
 */
public final class JvmEngine implements LinkingEngine {
  /** Its name in configurations. */
  public static final String NAME = "compiled";

  private final Engine fallback;
  private final CompilerOptions options;

  /**
   * The backend as nodes use it.
   *
   * @param fallback the reference interpreter
   */
  public JvmEngine(Engine fallback) {
    this(fallback, CompilerOptions.STANDARD);
  }

  /** For measuring only: code that spends no fuel and cannot be stopped. */
  public static JvmEngine unmetered(Engine fallback) {
    return new JvmEngine(fallback, CompilerOptions.UNMETERED);
  }

  JvmEngine(Engine fallback, CompilerOptions options) {
    this.fallback = fallback;
    this.options = options;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public CompiledModule compile(Module module, MeteringPlan plan, List<HostBinding> imports) {
    return compile(
        module,
        plan,
        imports,
        ArtifactStore.NONE,
        new ModuleCache.Key(module.codeHash(), Hash32.ZERO));
  }

  @Override
  public CompiledModule compile(
      Module module,
      MeteringPlan plan,
      List<HostBinding> imports,
      ArtifactStore artifacts,
      ModuleCache.Key key) {
    try {
      final ModuleLayout layout = new ModuleLayout(module, plan, Links.host(imports), options);
      final JvmModule stored = stored(layout, artifacts.load(key));
      if (stored != null) {
        return stored;
      }
      final List<ClassBytes> classes = ModuleCompiler.compile(layout);
      final JvmModule compiled = new JvmModule(layout, classes);
      artifacts.save(key, ClassBytes.encode(classes));
      return compiled;
    } catch (CodeBounds.OutsideBounds e) {
      return fallback.compile(module, plan, imports);
    }
  }

  /** The module from its artefact, or null when there is none that loads. */
  private static @Nullable JvmModule stored(ModuleLayout layout, byte @Nullable [] artifact) {
    final List<ClassBytes> classes = artifact == null ? null : ClassBytes.decode(artifact);
    if (classes == null) {
      return null;
    }
    try {
      return new JvmModule(layout, classes);
    } catch (IllegalStateException | LinkageError e) {
      // Whoever keeps artefacts promises that they are ours; compiling again is always right.
      return null;
    }
  }

  private JvmModule compile(Module module, MeteringPlan plan, Links links) {
    final ModuleLayout layout = new ModuleLayout(module, plan, links, options);
    return new JvmModule(layout, ModuleCompiler.compile(layout));
  }

  @Override
  public Instance link(Module module, MeteringPlan plan, List<Extern> imports, Launch launch) {
    try {
      return Objects.requireNonNull(
          compile(module, plan, Links.of(imports)).instantiate(launch),
          "the memory does not fit the budget");
    } catch (CodeBounds.OutsideBounds e) {
      if (imports.isEmpty() && fallback instanceof LinkingEngine other) {
        return other.link(module, plan, imports, launch);
      }
      throw e;
    }
  }

  @Override
  public Extern export(Instance instance, String name) {
    if (!(instance instanceof CompiledInstance) && fallback instanceof LinkingEngine other) {
      return other.export(instance, name);
    }
    final CompiledInstance owner = (CompiledInstance) instance;
    final Module module = owner.compiled().module();
    for (Module.Export export : module.exports()) {
      if (export.name().equals(name)) {
        return Links.export(owner, module, export);
      }
    }
    throw new IllegalArgumentException("no export " + name);
  }

  @Override
  public Extern hostFunction(HostBinding binding) {
    return Extern.function(binding.type(), binding);
  }

  @Override
  public Extern hostGlobal(Module.GlobalType type, long bits) {
    return Extern.global(type, new GlobalCell(bits));
  }

  @Override
  public Extern hostTable(Module.TableType type) {
    return Extern.table(type, new Links.Table(Math.toIntExact(type.min()), type.max()));
  }

  @Override
  public Extern hostMemory(Module.MemoryType type) {
    final int max = type.max() < 0 ? 65_536 : Math.toIntExact(type.max());
    return Extern.memory(
        type,
        LinearMemory.allocate(
            Math.toIntExact(type.min()), max, new MemoryBudget((long) max * LinearMemory.PAGE)));
  }
}
