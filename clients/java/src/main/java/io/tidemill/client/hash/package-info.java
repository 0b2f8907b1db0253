/**
 * The client's own Poseidon2 and Blake3: addresses, transaction hashes, event topics and proofs.
 *
 * <p><b>Invariant:</b> shares no code with the node, so that what a client verifies it verifies
 * independently; the vectors that both pass are the same.
 *
 * <p><b>Threads:</b> stateless.
 *
 * <p><b>Does not know:</b> what is hashed.
 */
@NullMarked
package io.tidemill.client.hash;

import org.jspecify.annotations.NullMarked;
