package io.tidemill.executor.contract;

import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.ImportResolver;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.WasmProfile;
import org.jspecify.annotations.Nullable;

/**
 * Which imports link on a chain, which exports are entries, and how a module tells. One per chain,
 * named in its rules. Source: profiles.
 */
interface ContractProfile extends ImportResolver {
  /** The profile of {@code rules}. */
  static ContractProfile of(Rules rules) {
    return switch (rules.profile()) {
      case PYDE -> new PydeProfile(rules);
      case SSHI -> SmallProfile.sshi(rules);
      case AETHER -> SmallProfile.aether(rules);
    };
  }

  /** The code of a compiled module of this profile. */
  ContractCode code(CompiledModule module, ContractAbi abi);

  /** What the decoder and the validator accept. */
  WasmProfile wasm();

  /** Whether a module carries its ABI in a custom section. */
  boolean usesAbiSection();

  /** The ABI of a module without a section, or null when it has no entry. */
  @Nullable ContractAbi synthesize(Module module);

  /** The exports that can be entries, for a refusal. */
  String entries();

  /** The type of every entry. */
  FunctionType entryType();

  /** Why the import does not link, or null when it does. Row 9 of the gate. */
  @Nullable Violation checkImport(String module, String name, FunctionType type, boolean parachain);

  /** Whether the import, which may be unknown, takes pointers. */
  boolean needsMemory(String module, String name);

  /** Whether a view function must not reach the import. */
  boolean mutates(String module, String name);
}
