/**
 * The single writer: the order of waves, two-step execution and commit, back-pressure.
 *
 * <p>Invariant: at most one wave is pending; a wave is executed on the state of its parent only; an
 * answer that was given is given again byte for byte; a wave that was acknowledged as committed is
 * durable. After a node fault nothing is answered any more.
 *
 * <p>Threads: the writer executes, the sealer roots, commits and answers one wave behind it (ADR
 * 20); callers hand the writer requests through a bounded queue and read the position from volatile
 * fields.
 *
 * <p>This room knows no protobuf and no HTTP.
 */
@NullMarked
package io.tidemill.server.pipeline;

import org.jspecify.annotations.NullMarked;
