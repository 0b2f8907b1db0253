/**
 * Reads for the edges: which state is meant, and what is in it.
 *
 * <p>Invariant: one request reads one state; a state that is not retained is refused, never
 * replaced by another.
 *
 * <p>Threads: everything is safe for use by many threads; nothing waits for the writer.
 *
 * <p>This room knows no wire and changes nothing.
 */
@NullMarked
package io.tidemill.server.query;

import org.jspecify.annotations.NullMarked;
