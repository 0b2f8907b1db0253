/**
 * Transactions as bytes and as values: the envelope, its hash, addresses and amounts.
 *
 * <p>Invariant: decoding is total. Any byte string becomes a transaction or a precise reason, never
 * an exception, and nothing is allocated from a declared length that the remaining bytes cannot
 * hold.
 *
 * <p>Threads: everything here is immutable or stateless.
 *
 * <p>This room knows no account and no execution.
 */
@NullMarked
package io.tidemill.executor.tx;

import org.jspecify.annotations.NullMarked;
