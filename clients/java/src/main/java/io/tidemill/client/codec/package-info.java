/**
 * Borsh: the encoding of transactions, of call arguments and of results.
 *
 * <p><b>Invariant:</b> writing is canonical, and reading consumes every byte or fails.
 *
 * <p><b>Threads:</b> a writer or reader belongs to one thread.
 *
 * <p><b>Does not know:</b> what the values mean.
 */
@NullMarked
package io.tidemill.client.codec;

import org.jspecify.annotations.NullMarked;
