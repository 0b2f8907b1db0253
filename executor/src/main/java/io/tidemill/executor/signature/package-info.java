/**
 * Who signed: FALCON-512 with the framing of the chain.
 *
 * <p>Invariant: a verifier is total. Any three byte strings get an answer, never an exception, in
 * bounded time.
 *
 * <p>Threads: verifiers are safe for use by many threads.
 *
 * <p>This room knows no transaction and no account: a message is bytes.
 */
@NullMarked
package io.tidemill.executor.signature;

import org.jspecify.annotations.NullMarked;
