/**
 * Accounts, their 144-byte record, and where accounts, contract slots and system values live in the
 * flat state.
 *
 * <p>Invariant: the layouts here are under the state root; changing one is a change of consensus.
 *
 * <p>Threads: everything is immutable or stateless.
 *
 * <p>This room knows no transaction type and no execution.
 */
@NullMarked
package io.tidemill.executor.account;

import org.jspecify.annotations.NullMarked;
