package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.WaveScope;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.state.hash.Hash32;

/**
 * What a native transaction works on.
 *
 * @param index its position in the wave
 * @param frame what lifecycle operations need to reach contract code
 */
public record NativeContext(
    WaveScope wave,
    int index,
    Transaction transaction,
    Hash32 hash,
    Ledger ledger,
    SignatureVerifier verifier,
    ContractLifecycle lifecycle,
    ContractRuntime.Scope frame) {
  /** Who sent it, with a consumed nonce. */
  public Address sender() {
    return transaction.from();
  }

  /** The rules of the wave. */
  public Rules rules() {
    return wave.rules();
  }

  /** The wave it runs in. */
  public long waveId() {
    return wave.context().waveId();
  }

  /** What the cheapest transaction costs, and what a refusal costs. */
  public long intrinsic() {
    return wave.rules().gas().intrinsic();
  }

  /** The epoch it runs in, by the length of epochs. */
  public long epoch() {
    return waveId() / wave.rules().staking().epochLengthWaves();
  }

  /** Whether the gas limit covers {@code gas}. */
  boolean affords(long gas) {
    return Long.compareUnsigned(transaction.gasLimit(), gas) >= 0;
  }

  /** It did what it should, for the intrinsic gas. */
  Outcome done() {
    return Outcome.success(intrinsic());
  }

  /** It is refused, which costs the intrinsic gas. */
  Outcome refused(RejectCode code) {
    return Outcome.refused(code, intrinsic());
  }

  /** Its price is above its limit. */
  Outcome outOfGas() {
    return Outcome.outOfGas(transaction.gasLimit());
  }

  /** What a lifecycle operation that costs nothing by itself came to. */
  Outcome settled(ContractRuntime.Result result, long gas) {
    return Outcome.of(result, gas, intrinsic(), transaction.gasLimit());
  }
}
