/**
 * A node that follows another one: it takes a snapshot when it has nothing, then every committed
 * wave with its diff, computes the root of each on its own, and answers reads and simulations.
 *
 * <p>Invariant: no wave becomes readable here unless the root that this node computed is the root
 * that the primary committed. The room executes nothing and has no way to the primary but its
 * public API, with the rights of a reader.
 *
 * <p>Threads: one thread follows the stream and hands waves to the node's own pipeline; one asks
 * where the primary stands.
 */
@NullMarked
package io.tidemill.server.replica;

import org.jspecify.annotations.NullMarked;
