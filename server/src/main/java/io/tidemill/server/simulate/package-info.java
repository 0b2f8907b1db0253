/**
 * The one simulation behind every call, estimate, access list and trace: transactions on any
 * retained state with overrides, and nothing kept.
 *
 * <p>Invariant: a simulation runs the code that a wave runs, on its own threads and with its own
 * compiled modules; its limits are this node's own and decide no receipt (decisions O4).
 *
 * <p>Threads: a bounded pool; a request waits in a bounded queue and is stopped at its deadline.
 *
 * <p>This room knows no wire.
 */
@NullMarked
package io.tidemill.server.simulate;

import org.jspecify.annotations.NullMarked;
