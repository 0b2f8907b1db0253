/**
 * Uncommitted writes: of one transaction in an {@code Overlay}, of a wave beneath it.
 *
 * <p>Invariant: a checkpoint is an int in the journal; rolling back to it leaves no trace of
 * anything written, emitted or queued since. Every read of the state goes through here and is
 * recorded.
 *
 * <p>Threads: an overlay belongs to the worker that runs its transaction.
 *
 * <p>This room knows the fields of account records, so that transactions depend on the fields they
 * look at (ADR 28), and nothing of contracts.
 */
@NullMarked
package io.tidemill.executor.overlay;

import org.jspecify.annotations.NullMarked;
