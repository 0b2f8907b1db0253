package io.tidemill.server.author;

import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A test file that was read whole: every value is bytes, every name an address, so that running it
 * can no longer meet a fault of the file. Source: manifest-and-tests 2.
 */
public record TestSuite(String file, List<Case> cases, List<String> warnings) {
  public TestSuite {
    cases = List.copyOf(cases);
    warnings = List.copyOf(warnings);
  }

  /**
   * A contract that stands on the chain before a test begins.
   *
   * @param manifest what its fields are called, or null when only its module is known
   */
  record Deployed(String name, Address address, byte[] wasm, @Nullable Manifest manifest) {
    /** Whether stored text and bytes carry a length: not when Rust wrote them. */
    boolean prefixed() {
      return manifest == null || !"rust".equals(manifest.language());
    }
  }

  /**
   * What the chain holds before the first call.
   *
   * @param slots by contract and slot
   */
  record Setup(
      List<Deployed> contracts,
      TreeMap<Address, U128> balances,
      TreeMap<Address, TreeMap<Hash32, byte[]>> slots) {}

  /** One test. */
  record Case(
      String name,
      int line,
      Setup setup,
      List<Call> calls,
      List<FinalCheck> checks,
      @Nullable String emptiness) {}

  /** What a call sees of the world. */
  record Context(long now, long wave, long chainId) {}

  /**
   * One call, a transaction of its own.
   *
   * @param function empty for a bare transfer
   * @param strictValue a caller without the value is refused instead of topped up
   * @param lockout constructors are refused as on a chain
   */
  record Call(
      String function,
      Address target,
      Address from,
      byte[] calldata,
      U128 value,
      long gas,
      Context context,
      boolean strictValue,
      boolean lockout,
      Expectation expect) {}

  /**
   * How a call must end.
   *
   * @param revert text that the reason must contain, or null
   * @param error name of the error, or null
   * @param checks what must hold when it succeeds
   * @param always what must hold however it ends
   */
  record Expectation(
      @Nullable String revert,
      @Nullable String error,
      List<CallCheck> checks,
      List<CallCheck> always) {
    /** Whether the call must fail. */
    boolean failure() {
      return revert != null || error != null;
    }
  }

  /** A condition on the result of one call. */
  interface CallCheck {
    /** Says what is wrong, or null. */
    @Nullable Mismatch check(TestChain.Outcome outcome);
  }

  /** A condition on the chain after the last call. */
  interface FinalCheck {
    /** Says what is wrong, or null. */
    @Nullable Mismatch check(TestChain chain);
  }

  /** Wanted and got. */
  record Mismatch(String key, String expected, String actual) {
    @Override
    public String toString() {
      return key + ": want " + expected + ", got " + actual;
    }
  }

  /** A slot a test names: where it is and what may be there. */
  record Slot(String path, Address contract, Hash32 slot, @Nullable ParamType type) {}
}
