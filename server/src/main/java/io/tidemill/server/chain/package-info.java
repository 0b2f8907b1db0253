/**
 * What a node executes and on what: the chain's rules, its genesis, the executor and the store.
 *
 * <p>Invariant: a store is opened only with the chain it was created for.
 *
 * <p>Threads: used while a node starts.
 *
 * <p>This room knows no wire.
 */
@NullMarked
package io.tidemill.server.chain;

import org.jspecify.annotations.NullMarked;
