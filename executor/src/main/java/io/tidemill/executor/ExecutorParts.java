package io.tidemill.executor;

import io.tidemill.executor.signature.SignatureVerifier;

/**
 * What a wave executor is made of. Shared by all waves and workers.
 *
 * @param specification which rules hold when
 * @param verifier what checks signatures where the rules want them checked
 * @param parallelPreparation whether decoding, hashing and verifying use all cores
 * @param guards who watches the clock
 */
public record ExecutorParts(
    ChainSpecification specification,
    ContractRuntimes contracts,
    SignatureVerifier verifier,
    boolean parallelPreparation,
    GuardSource guards) {
  /** Parts that nobody watches, with a parallel pre-pass. */
  public ExecutorParts(
      ChainSpecification specification, ContractRuntimes contracts, SignatureVerifier verifier) {
    this(specification, contracts, verifier, true, GuardSource.NONE);
  }

  /** The same with other guards. */
  public ExecutorParts watchedBy(GuardSource others) {
    return new ExecutorParts(specification, contracts, verifier, parallelPreparation, others);
  }

  TransactionProcessor processor(Rules rules, boolean reference) {
    return new TransactionProcessor(
        contracts.runtime(rules, reference), contracts.lifecycle(rules, reference), verifier);
  }
}
