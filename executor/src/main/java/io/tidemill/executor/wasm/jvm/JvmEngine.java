package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import java.util.List;

/**
 * The default backend: compiles to JVM classes, and leaves modules outside {@link CodeBounds} to
 * another engine, which gives the same results for the same fuel.
 */
public final class JvmEngine implements Engine {
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

  JvmEngine(Engine fallback, CompilerOptions options) {
    this.fallback = fallback;
    this.options = options;
  }

  @Override
  public String name() {
    return "compiled";
  }

  @Override
  public CompiledModule compile(Module module, MeteringPlan plan, List<HostBinding> imports) {
    try {
      final ModuleLayout layout = new ModuleLayout(module, plan, imports, options);
      return new JvmModule(layout, ModuleCompiler.compile(layout));
    } catch (CodeBounds.OutsideBounds e) {
      return fallback.compile(module, plan, imports);
    }
  }
}
