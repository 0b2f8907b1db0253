/**
 * A contract's life: the gate that its module passes, its deploy, its upgrades, and the calls that
 * transactions make into it.
 *
 * <p>Invariant: the same bytes pass or fail the gate on every node with the same first reason, and
 * a deploy or call that fails leaves nothing in the overlay.
 *
 * <p>Threads: a runtime is shared by all workers; everything of one call is confined to its worker.
 *
 * <p>This room knows no envelope, signature or fee, and no engine but through its doorway.
 */
@NullMarked
package io.tidemill.executor.contract;

import org.jspecify.annotations.NullMarked;
