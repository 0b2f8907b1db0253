/**
 * What a contract says about itself: its functions, events, errors and types, read from the {@code
 * pyde.abi} section of its module, and the values that go in and come out.
 *
 * <p><b>Invariant:</b> written from the specification and not from the node; both pass the vectors
 * in {@code clients/vectors}. What is not exactly as declared is refused with the byte where it
 * goes wrong, in time and memory bounded by the input.
 *
 * <p><b>Threads:</b> everything is immutable.
 *
 * <p><b>Does not know:</b> nodes. Get the module with {@link io.tidemill.client.NodeReader#code}.
 */
@NullMarked
package io.tidemill.client.abi;

import org.jspecify.annotations.NullMarked;
