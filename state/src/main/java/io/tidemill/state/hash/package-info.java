/**
 * The three hash functions of the chain and the 32-byte value they produce.
 *
 * <p>Invariant: every function is a pure function of its input bytes; none keeps state between
 * calls.
 *
 * <p>Threads: everything here is safe for use by many threads.
 *
 * <p>This room imports nothing of ours and does not know what is hashed.
 */
@NullMarked
package io.tidemill.state.hash;

import org.jspecify.annotations.NullMarked;
