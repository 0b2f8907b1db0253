/**
 * The Java client of a Tidemill node: a small idiomatic layer over the generated stubs.
 *
 * <p>{@link io.tidemill.client.TidemillClient} is the door. A consensus client opens a {@link
 * io.tidemill.client.WaveStream}; everybody else reads through {@link
 * io.tidemill.client.NodeReader}.
 *
 * <p><b>Invariant:</b> it depends on the protocol alone. What a node refuses becomes a {@link
 * io.tidemill.client.NodeException} with the catalogue's reason; what a contract does is never an
 * exception.
 *
 * <p><b>Threads:</b> client and reader are safe for use by many threads; a wave stream belongs to
 * one.
 *
 * <p><b>Does not know:</b> anything of the node behind the wire.
 */
@NullMarked
package io.tidemill.client;

import org.jspecify.annotations.NullMarked;
