/**
 * What a contract's ABI makes of bytes: calls, results and events in words, for people.
 *
 * <p>Invariant: never fails on input; bytes that do not fit the types stay hex.
 *
 * <p>Threads: everything is safe for use by many threads.
 */
@NullMarked
package io.tidemill.server.abi;

import org.jspecify.annotations.NullMarked;
