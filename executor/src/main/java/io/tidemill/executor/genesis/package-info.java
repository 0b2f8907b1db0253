/**
 * The state a chain starts with: who has what, who validates, who signs for the treasury.
 *
 * <p>Invariant: a genesis that is accepted sums to its supply, and nodes with the same manifest
 * have the same root at wave 0.
 *
 * <p>Threads: everything is immutable or stateless.
 *
 * <p>This room knows no file format.
 */
@NullMarked
package io.tidemill.executor.genesis;

import org.jspecify.annotations.NullMarked;
