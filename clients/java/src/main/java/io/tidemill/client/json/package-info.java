/**
 * JSON-RPC 2.0 over HTTP: what a wallet uses. A small JSON reader and writer, so that the client
 * needs no JSON library.
 *
 * <p><b>Invariant:</b> numbers are exact: integers are {@link java.math.BigInteger} or {@code
 * Long}, never {@code double}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * <p><b>Does not know:</b> gRPC.
 */
@NullMarked
package io.tidemill.client.json;

import org.jspecify.annotations.NullMarked;
