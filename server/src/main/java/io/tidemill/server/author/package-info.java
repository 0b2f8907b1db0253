/**
 * Tools for the authors of contracts: the manifest {@code otigen.toml}, the {@code pyde.abi}
 * section it becomes, and the behavior tests {@code *.test.toml} with the in-process chain they run
 * on.
 *
 * <p><b>Invariant:</b> a file with a fault is answered with all its faults of one stage, each with
 * file, line and field, and then nothing is written or run.
 *
 * <p><b>Threads:</b> everything is confined to the command that uses it.
 *
 * <p><b>Does not know:</b> waves, the wire or a durable store. What a module may import and what a
 * call does is asked of the executor.
 */
@NullMarked
package io.tidemill.server.author;

import org.jspecify.annotations.NullMarked;
