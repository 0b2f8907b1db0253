/**
 * The development chain: a node and the consensus client that drives it, in one process.
 *
 * <p>The {@link io.tidemill.server.dev.Sequencer} orders what wallets send and streams it to the
 * node over gRPC, as the consensus client of a real chain does; {@link
 * io.tidemill.server.dev.DevMethods} are the JSON-RPC methods that control it, on the node's own
 * HTTP port. What a real chain cannot do, such as setting a balance, enters as one more kind of
 * system entry of the wave header, which {@link io.tidemill.server.dev.DevExecutor} understands and
 * no other node does.
 *
 * <p><b>Invariant:</b> the sequencer knows the public protocol alone, and a chain with the id of
 * the mainnet or the testnet cannot be opened here.
 *
 * <p><b>Threads:</b> one wave at a time, under the sequencer's lock; everything else is safe for
 * use by many threads.
 *
 * <p><b>Does not know:</b> the rooms of the node behind the protocol.
 */
@NullMarked
package io.tidemill.server.dev;

import org.jspecify.annotations.NullMarked;
