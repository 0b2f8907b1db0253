package io.tidemill.executor.contract;

import io.tidemill.executor.Rules;
import io.tidemill.executor.wasm.WasmProfile;

/** What the decoder accepts on a chain. */
final class WasmProfiles {
  private WasmProfiles() {}

  /** The profile of {@code rules}: their limits and their float policy. */
  static WasmProfile of(Rules rules) {
    return of(
        rules,
        switch (rules.floats()) {
          case CANONICALISE -> WasmProfile.Floats.CANONICALIZE;
          case DENY -> WasmProfile.Floats.DENY;
        });
  }

  /** The profile of {@code rules} with another float policy. */
  static WasmProfile of(Rules rules, WasmProfile.Floats floats) {
    return new WasmProfile(rules.wasmLimits(), floats, WasmProfile.Imports.FUNCTIONS);
  }
}
