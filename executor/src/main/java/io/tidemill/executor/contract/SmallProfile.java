package io.tidemill.executor.contract;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.AetherFunctions;
import io.tidemill.executor.host.Balances;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.host.Flow;
import io.tidemill.executor.host.Hashes;
import io.tidemill.executor.host.HostFunction.Overload;
import io.tidemill.executor.host.RawStorage;
import io.tidemill.executor.host.SshiFunctions;
import io.tidemill.executor.host.Surroundings;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ValType;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The profiles {@code sshi} and {@code aether}: a handful of functions under the module name {@code
 * env}, fixed entries, no ABI section. Adapters over the same host core; gas is that of the
 * corresponding {@code pyde} function. Source: profiles.
 */
@SuppressWarnings("ReferenceEquality") // the first entry, not one like it
final class SmallProfile implements ContractProfile {
  private static final String MODULE = "env";

  private record Import(String name, FunctionType type, Class<?> owner, String method) {
    Import(String name, String type, Class<?> owner, String method) {
      this(name, Overload.parse(type), owner, method);
    }
  }

  private record Entry(String name, int attributes) {}

  private static final List<Import> SSHI_IMPORTS =
      List.of(
          new Import("storage_read", "ii:i", SshiFunctions.class, "storageRead"),
          new Import("storage_write", "iii:", RawStorage.class, "sstore"),
          new Import("transfer", "ii:i", Balances.class, "transfer"),
          new Import("input_size", ":i", Surroundings.class, "calldataSize"),
          new Import("input_copy", "iii:i", Surroundings.class, "calldataCopy"),
          new Import("output", "ii:", SshiFunctions.class, "output"),
          new Import("revert", "ii:", Flow.class, "revert"),
          new Import("caller", "i:", SshiFunctions.class, "caller"),
          new Import("self_address", "i:", SshiFunctions.class, "selfAddress"),
          new Import("emit", "iii:i", SshiFunctions.class, "emit"));

  private static final List<Import> AETHER_IMPORTS =
      List.of(
          new Import("block_number", ":l", Surroundings.class, "waveId"),
          new Import("timestamp", ":l", Surroundings.class, "waveTimestamp"),
          new Import("caller", ":l", AetherFunctions.class, "caller"),
          new Import("storage_read", "iiii:i", AetherFunctions.class, "storageRead"),
          new Import("storage_write", "iiii:i", AetherFunctions.class, "storageWrite"),
          new Import("sha256", "iii:", AetherFunctions.class, "sha256"),
          new Import("keccak256", "iii:", Hashes.class, "keccak256"),
          new Import("balance", "ii:i", Balances.class, "balance"),
          new Import("input_size", ":i", Surroundings.class, "calldataSize"),
          new Import("input_copy", "iii:i", Surroundings.class, "calldataCopy"),
          new Import("set_return", "ii:", SshiFunctions.class, "output"),
          new Import("caller_address", "i:", AetherFunctions.class, "callerAddress"));

  private final String name;
  private final WasmProfile wasm;
  private final List<Import> imports;
  private final List<Entry> entries;
  private final FunctionType entryType;

  private SmallProfile(
      String name,
      WasmProfile wasm,
      List<Import> imports,
      List<Entry> entries,
      FunctionType entryType) {
    this.name = name;
    this.wasm = wasm;
    this.imports = imports;
    this.entries = entries;
    this.entryType = entryType;
  }

  /** {@code call} may change things, {@code query} may not; floats are refused. */
  static SmallProfile sshi(Rules rules) {
    return new SmallProfile(
        "sshi",
        WasmProfiles.of(rules, WasmProfile.Floats.DENY),
        SSHI_IMPORTS,
        List.of(
            new Entry("call", Attribute.ENTRY.bit() | Attribute.PAYABLE.bit()),
            new Entry("query", Attribute.ENTRY.bit() | Attribute.VIEW.bit())),
        FunctionType.ENTRY);
  }

  /** {@code execute} says how it went by its result. */
  static SmallProfile aether(Rules rules) {
    return new SmallProfile(
        "aether",
        WasmProfiles.of(rules),
        AETHER_IMPORTS,
        List.of(new Entry("execute", Attribute.ENTRY.bit() | Attribute.PAYABLE.bit())),
        new FunctionType(List.of(), List.of(ValType.I32)));
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
    return false;
  }

  @Override
  public @Nullable ContractAbi synthesize(Module module) {
    final List<ContractAbi.Function> functions = new ArrayList<>(2);
    for (Entry entry : entries) {
      if (module.export(entry.name(), Module.Kind.FUNCTION) != null) {
        functions.add(
            new ContractAbi.Function(
                entry.name(),
                ContractAbi.selectorOf(entry.name()),
                entry.attributes(),
                List.of(),
                null,
                List.of()));
      }
    }
    return functions.isEmpty()
        ? null
        : new ContractAbi(
            ContractAbi.V1_0,
            ContractAbi.Layout.LEAN,
            ContractAbi.ContractType.CONTRACT,
            functions,
            Hash32.ZERO,
            -1,
            -1,
            -1,
            "",
            "",
            List.of(),
            List.of(),
            null,
            List.of());
  }

  @Override
  public String entries() {
    final StringBuilder text = new StringBuilder("the profile ").append(name).append(" calls ");
    for (Entry entry : entries) {
      text.append(entry.equals(entries.getFirst()) ? "" : " or ").append(entry.name());
    }
    return text.append(", and no such function is exported").toString();
  }

  @Override
  public FunctionType entryType() {
    return entryType;
  }

  private @Nullable Import find(String module, String importName) {
    if (module.equals(MODULE)) {
      for (Import candidate : imports) {
        if (candidate.name().equals(importName)) {
          return candidate;
        }
      }
    }
    return null;
  }

  @Override
  public @Nullable HostBinding resolve(String module, String importName, FunctionType type) {
    final Import found = find(module, importName);
    return found == null || !found.type().equals(type)
        ? null
        : new HostBinding(module, importName, type, found.owner(), found.method());
  }

  @Override
  public @Nullable Violation checkImport(
      String module, String importName, FunctionType type, boolean parachain) {
    final Import found = find(module, importName);
    final String subject = "import " + module + "." + importName;
    if (found == null) {
      return new Violation(
          9,
          RejectCode.FORBIDDEN_IMPORT.number(),
          "ForbiddenImport",
          subject + " is not offered by the profile " + name);
    }
    if (!found.type().equals(type)) {
      return new Violation(
          9,
          RejectCode.IMPORT_TYPE_MISMATCH.number(),
          "ImportTypeMismatch",
          subject + " has the type " + type + ", expected " + found.type());
    }
    return null;
  }

  @Override
  public boolean needsMemory(String module, String importName) {
    final Import found = find(module, importName);
    return found != null && found.type().params().contains(ValType.I32);
  }

  @Override
  public boolean mutates(String module, String importName) {
    // Rows about views do not apply: the frame's view mode is the guarantee.
    return false;
  }
}
