package io.tidemill.executor.contract;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.host.HostFunction;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ValType;
import io.tidemill.executor.wasm.WasmProfile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another profile with what test chains add: {@code debug_log} links, and for test runners
 * constructors can be called like any entry, as often as a test likes. Never the profile of a
 * public chain. Source: decisions H10.
 */
final class TestProfile implements ContractProfile {
  private static final FunctionType SHORT =
      new FunctionType(List.of(ValType.I32, ValType.I32), List.of());
  private static final FunctionType LABELLED =
      new FunctionType(List.of(ValType.I32, ValType.I32, ValType.I32, ValType.I32), List.of());

  private final ContractProfile inner;
  private final boolean constructorsAreEntries;

  TestProfile(ContractProfile inner, boolean constructorsAreEntries) {
    this.inner = inner;
    this.constructorsAreEntries = constructorsAreEntries;
  }

  private static boolean isDebugLog(String module, String name) {
    return module.equals(HostFunction.MODULE) && name.equals(DebugLog.NAME);
  }

  @Override
  public @Nullable HostBinding resolve(String module, String name, FunctionType type) {
    if (!isDebugLog(module, name)) {
      return inner.resolve(module, name, type);
    }
    return type.equals(SHORT)
        ? new HostBinding(module, name, type, DebugLog.class, "log")
        : type.equals(LABELLED)
            ? new HostBinding(module, name, type, DebugLog.class, "logLabelled")
            : null;
  }

  @Override
  public @Nullable Violation checkImport(
      String module, String name, FunctionType type, boolean parachain) {
    return isDebugLog(module, name) && resolve(module, name, type) != null
        ? null
        : inner.checkImport(module, name, type, parachain);
  }

  @Override
  public ContractCode code(CompiledModule module, ContractAbi abi) {
    return inner.code(module, constructorsAreEntries ? unlocked(abi) : abi);
  }

  /** The index still says which function a factory runs. */
  private static ContractAbi unlocked(ContractAbi abi) {
    final List<ContractAbi.Function> functions = new ArrayList<>(abi.functions().size());
    for (ContractAbi.Function function : abi.functions()) {
      functions.add(
          !function.is(Attribute.CONSTRUCTOR)
              ? function
              : new ContractAbi.Function(
                  function.name(),
                  function.selector(),
                  (function.attributes() & ~Attribute.CONSTRUCTOR.bit())
                      | Attribute.ENTRY.bit()
                      | Attribute.PAYABLE.bit(),
                  function.params(),
                  function.returns(),
                  function.accessList()));
    }
    return new ContractAbi(
        abi.version(),
        abi.layout(),
        abi.type(),
        functions,
        abi.stateSchemaHash(),
        abi.constructorIndex(),
        abi.fallbackIndex(),
        abi.receiveIndex(),
        abi.name(),
        abi.contractVersion(),
        abi.events(),
        abi.parachainImports(),
        abi.schema(),
        abi.types());
  }

  @Override
  public WasmProfile wasm() {
    return inner.wasm();
  }

  @Override
  public boolean usesAbiSection() {
    return inner.usesAbiSection();
  }

  @Override
  public @Nullable ContractAbi synthesize(Module module) {
    return inner.synthesize(module);
  }

  @Override
  public String entries() {
    return inner.entries();
  }

  @Override
  public FunctionType entryType() {
    return inner.entryType();
  }

  @Override
  public boolean needsMemory(String module, String name) {
    return isDebugLog(module, name) || inner.needsMemory(module, name);
  }

  @Override
  public boolean mutates(String module, String name) {
    return !isDebugLog(module, name) && inner.mutates(module, name);
  }
}
