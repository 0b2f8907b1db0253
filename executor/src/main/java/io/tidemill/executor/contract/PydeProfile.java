package io.tidemill.executor.contract;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.host.HostFunction;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.WasmProfile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The profile of the public ABI. Source: host-abi 1.3, 1.4; decisions H1, H12. */
final class PydeProfile implements ContractProfile {
  private final WasmProfile wasm;

  PydeProfile(Rules rules) {
    this.wasm = WasmProfiles.of(rules);
  }

  @Override
  public ContractCode code(CompiledModule module, ContractAbi abi) {
    return new ContractCode(module, abi);
  }

  @Override
  public WasmProfile wasm() {
    return wasm;
  }

  @Override
  public boolean usesAbiSection() {
    return true;
  }

  @Override
  public @Nullable ContractAbi synthesize(Module module) {
    return null;
  }

  @Override
  public String entries() {
    return "the functions of the ABI section";
  }

  @Override
  public FunctionType entryType() {
    return FunctionType.ENTRY;
  }

  @Override
  public @Nullable HostBinding resolve(String module, String name, FunctionType type) {
    final HostFunction function = find(module, name);
    return function == null ? null : function.binding(type);
  }

  private static @Nullable HostFunction find(String module, String name) {
    return module.equals(HostFunction.MODULE) ? HostFunction.named(name) : null;
  }

  @Override
  public @Nullable Violation checkImport(
      String module, String name, FunctionType type, boolean parachain) {
    final HostFunction function = find(module, name);
    if (function == null) {
      return new Violation(
          9,
          RejectCode.FORBIDDEN_IMPORT.number(),
          "ForbiddenImport",
          "import " + module + "." + name + " is not offered" + advice(module, name));
    }
    if (function.available() == HostFunction.Available.PARACHAINS && !parachain) {
      return new Violation(
          9,
          RejectCode.PARACHAIN_ONLY.number(),
          "ParachainOnly",
          "import " + module + "." + name + " is for modules deployed as a parachain");
    }
    if (function.overload(type) == null) {
      final StringBuilder expected = new StringBuilder();
      for (HostFunction.Overload overload : function.overloads()) {
        expected.append(expected.isEmpty() ? "" : " or ").append(overload.type());
      }
      return new Violation(
          9,
          RejectCode.IMPORT_TYPE_MISMATCH.number(),
          "ImportTypeMismatch",
          "import " + module + "." + name + " has the type " + type + ", expected " + expected);
    }
    return null;
  }

  /** What to use instead, for names that texts mention and no chain offers. */
  private static String advice(String module, String name) {
    final String instead =
        switch (name) {
          case "pyde_storage_read" -> "sload";
          case "pyde_storage_write" -> "sstore";
          case "pyde_poseidon2", "poseidon2" -> "hash_poseidon2";
          case "pyde_transfer" -> "transfer";
          case "blake3" -> "hash_blake3";
          case "keccak256" -> "hash_keccak256";
          default -> "";
        };
    if (!instead.isEmpty()) {
      return "; use " + HostFunction.MODULE + "." + instead;
    }
    if (name.equals("debug_log") && module.equals(HostFunction.MODULE)) {
      return " on a public chain; only contract test and tidemill dev link it";
    }
    if (module.startsWith("wasi")) {
      return "; build without WASI (TinyGo: -target=wasm-unknown)";
    }
    if (name.equals("abort")) {
      return "; AssemblyScript: build with --use abort=";
    }
    return module.equals(HostFunction.MODULE) || HostFunction.named(name) == null
        ? ""
        : "; the import module is \"" + HostFunction.MODULE + "\"";
  }

  @Override
  public boolean needsMemory(String module, String name) {
    final HostFunction function = find(module, name);
    return function != null && function.takesPointers();
  }

  @Override
  public boolean mutates(String module, String name) {
    final HostFunction function = find(module, name);
    return function != null && function.mutates();
  }

  /** Every import that links, for tools. */
  static List<HostFunction> functions() {
    return List.of(HostFunction.values());
  }
}
