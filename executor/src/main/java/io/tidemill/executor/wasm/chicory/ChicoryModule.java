package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Extern;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.MeteredModule;
import io.tidemill.executor.wasm.MeteringPlan;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.RunTrace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metered module, parsed. Immutable and shared. */
final class ChicoryModule implements CompiledModule {
  /**
   * What the interpreter keeps per byte of a metered module: an object of about 64 bytes for every
   * instruction of about two bytes.
   */
  private static final int BYTES_PER_BYTE = 40;

  private final Module module;
  private final MeteringPlan plan;
  private final MeteredModule metered;
  private final WasmModule parsed;
  private final List<Extern> imports;
  private final @Nullable RunTrace trace;
  private volatile @Nullable SpendMap spending;

  ChicoryModule(
      Module module,
      MeteringPlan plan,
      MeteredModule metered,
      List<Extern> imports,
      @Nullable RunTrace trace) {
    if (imports.size() != module.imports().size()) {
      throw new IllegalArgumentException(
          imports.size() + " bindings for " + module.imports().size() + " imports");
    }
    this.module = module;
    this.plan = plan;
    this.metered = metered;
    this.trace = trace;
    this.imports = List.copyOf(imports);
    this.parsed = Parser.parse(metered.bytes());
  }

  @Override
  public Module module() {
    return module;
  }

  MeteringPlan plan() {
    return plan;
  }

  MeteredModule metered() {
    return metered;
  }

  WasmModule parsed() {
    return parsed;
  }

  @Nullable RunTrace trace() {
    return trace;
  }

  /** Which instruction pays for what; made when it is first asked for. */
  SpendMap spending() {
    SpendMap known = spending;
    if (known == null) {
      known = new SpendMap(module, metered, parsed);
      spending = known;
    }
    return known;
  }

  List<Extern> imports() {
    return imports;
  }

  @Override
  public @Nullable Instance instantiate(Launch launch) {
    LinearMemory memory = LinearMemory.NONE;
    if (!module.memories().isEmpty()) {
      final int pages = (int) module.memories().getFirst().min();
      memory = LinearMemory.allocate(pages, plan.maxPages(), launch.memory());
      if (memory == LinearMemory.NONE) {
        return null;
      }
    }
    return new ChicoryInstance(this, launch, memory);
  }

  @Override
  public long sizeBytes() {
    return module.bytes().length + (long) metered.bytes().length * BYTES_PER_BYTE;
  }
}
