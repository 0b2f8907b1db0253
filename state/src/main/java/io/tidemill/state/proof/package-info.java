/**
 * Proofs and their verification: that a key has a value, or none, under a state root; that an event
 * or a receipt is in a wave.
 *
 * <p>Invariant: {@link io.tidemill.state.proof.ProofVerifier} accepts exactly what is true under
 * the root it was given; it never throws on hostile input.
 *
 * <p>Threads: everything is immutable or a pure function.
 *
 * <p>This room knows the hash functions and nothing else of ours, so that a light client can take
 * it with them and leave the rest.
 */
@NullMarked
package io.tidemill.state.proof;

import org.jspecify.annotations.NullMarked;
