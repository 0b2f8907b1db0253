/**
 * The transactions that the chain executes itself, one class per type: staking, slashing, treasury
 * multisig, emergency, airdrop, commit and reveal, contract lifecycle, gas tanks.
 *
 * <p>Invariant: a native transaction moves quanta and never makes or loses any, but through the
 * counters of what was minted and burnt; when it refuses it has changed nothing that its caller
 * does not roll back.
 *
 * <p>Threads: everything is stateless; what a transaction works on is in its {@code NativeContext}.
 *
 * <p>This room knows no fee, no nonce and no wasm.
 */
@NullMarked
package io.tidemill.executor.nativetx;

import org.jspecify.annotations.NullMarked;
