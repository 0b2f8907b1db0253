/**
 * For the tests of contract authors: a development chain that a test starts or finds, and contracts
 * on it by their names and the words of their ABIs.
 *
 * <p>{@link io.tidemill.client.testing.DevChain} needs nothing but the JDK; {@link
 * io.tidemill.client.testing.DevChainExtension} is for JUnit, which whoever uses it brings along.
 *
 * <p><b>Invariant:</b> it speaks JSON-RPC to the chain and knows nothing else of it.
 *
 * <p><b>Threads:</b> a chain is safe for use by many threads, but snapshots are the chain's, so
 * that tests that go back to them do not run side by side.
 */
@NullMarked
package io.tidemill.client.testing;

import org.jspecify.annotations.NullMarked;
