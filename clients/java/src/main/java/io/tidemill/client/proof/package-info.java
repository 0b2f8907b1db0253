/**
 * What lets a client not believe a node: the keys of the state, proofs that a key has a value or
 * none, proofs that a receipt or an event is in a wave, and the digests of a wave's receipts and
 * events.
 *
 * <p><b>Invariant:</b> written from the specification and not from the node; both pass the vectors
 * in {@code clients/vectors}. Verification never throws on what a node may send: it answers no.
 *
 * <p><b>Threads:</b> pure functions.
 *
 * <p><b>Does not know:</b> where a root comes from. A root that the node itself said proves
 * nothing; take the one that your consensus agreed on.
 */
@NullMarked
package io.tidemill.client.proof;

import org.jspecify.annotations.NullMarked;
