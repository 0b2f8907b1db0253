package io.tidemill.executor;

import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.state.Snapshot;
import java.util.function.Supplier;

/**
 * What a wave executor is made of. Shared by all waves and workers.
 *
 * @param specification which rules hold when
 * @param verifier what checks signatures where the rules want them checked
 * @param guards who watches the clock
 */
public record ExecutorParts(
    ChainSpecification specification,
    ContractRuntimes contracts,
    SignatureVerifier verifier,
    GuardSource guards) {
  /** Parts that nobody watches. */
  public ExecutorParts(
      ChainSpecification specification, ContractRuntimes contracts, SignatureVerifier verifier) {
    this(specification, contracts, verifier, GuardSource.NONE);
  }

  /** The same with other guards. */
  public ExecutorParts watchedBy(GuardSource others) {
    return new ExecutorParts(specification, contracts, verifier, others);
  }

  /** The pre-pass of a wave that arrives; see {@link WaveExecutor#prePass}. */
  PrePass prePass(long wave, int expected, WorkerPool pool, Supplier<Snapshot> state) {
    return new PrePass(
        new Preparation(verifier), specification.rulesAt(wave), pool, expected, state);
  }

  TransactionProcessor processor(Rules rules, boolean reference) {
    return new TransactionProcessor(
        contracts.runtime(rules, reference), contracts.lifecycle(rules, reference), verifier);
  }
}
