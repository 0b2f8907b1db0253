/**
 * A {@link io.tidemill.state.StateStore} without a disk: for tests, contract runners and ephemeral
 * development chains.
 *
 * <p>Invariant: it behaves as the durable store does, down to the root of every wave; the same
 * contract test runs over both. The tree itself is the store: a version is a reference to its root,
 * and what no version reaches is garbage.
 *
 * <p>Threads: writers are serialized by a lock; readers never wait.
 *
 * <p>It knows nothing of files, and it forgets everything when it is closed.
 */
@NullMarked
package io.tidemill.state.memory;

import org.jspecify.annotations.NullMarked;
