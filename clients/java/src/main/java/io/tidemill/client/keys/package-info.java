/**
 * Keys of accounts: made from a seed, and signing.
 *
 * <p>Invariant: the same seed makes the same key on every machine.
 *
 * <p>Threads: keys are immutable and may be used by many threads.
 *
 * <p>This room knows no node and no transport.
 */
@NullMarked
package io.tidemill.client.keys;

import org.jspecify.annotations.NullMarked;
