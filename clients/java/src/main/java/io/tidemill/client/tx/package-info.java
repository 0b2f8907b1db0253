/**
 * Transactions: addresses, the envelope, its hash, and the payloads of calls and deployments.
 *
 * <p><b>Invariant:</b> the bytes are exactly what the chain's rules say; the vectors that the node
 * passes are passed here by other code.
 *
 * <p><b>Threads:</b> everything is immutable.
 *
 * <p><b>Does not know:</b> keys. Signing is a function that the caller brings.
 */
@NullMarked
package io.tidemill.client.tx;

import org.jspecify.annotations.NullMarked;
