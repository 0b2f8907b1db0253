/**
 * The single writer: the order of waves, two-step execution and commit, back-pressure.
 *
 * <p>Invariant: at most one wave is pending; a wave is executed on the state of its parent only; an
 * answer that was given is given again byte for byte; a wave that was acknowledged as committed is
 * durable. After a node fault nothing is answered any more.
 *
 * <p>Threads: one writer thread does all the work; callers hand it requests through a bounded queue
 * and read its position from volatile fields.
 *
 * <p>This room knows no protobuf and no HTTP.
 */
@NullMarked
package io.tidemill.server.pipeline;

import org.jspecify.annotations.NullMarked;
