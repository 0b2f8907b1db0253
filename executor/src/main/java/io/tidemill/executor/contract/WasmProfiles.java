package io.tidemill.executor.contract;

import io.tidemill.executor.Rules;
import io.tidemill.executor.wasm.WasmProfile;

/** What the decoder accepts on a chain. */
final class WasmProfiles {
  private WasmProfiles() {}

  /** The profile of {@code rules}: its float policy on the limits of contracts. */
  static WasmProfile of(Rules rules) {
    return WasmProfile.CONTRACT.withFloats(
        switch (rules.floats()) {
          case CANONICALISE -> WasmProfile.Floats.CANONICALIZE;
          case DENY -> WasmProfile.Floats.DENY;
        });
  }
}
