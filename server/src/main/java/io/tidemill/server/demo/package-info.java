/**
 * The demonstration: a consensus client, a wallet and an operator in sixty seconds.
 *
 * <p>It starts a node as a process of its own, with a durable store in a temporary folder and free
 * loopback ports, and drives it from this process through the Java client: deploys a token, sends
 * waves of native and token transfers, commits each, reads a balance over JSON-RPC, stops the node
 * and starts it again.
 *
 * <p><b>Invariant:</b> everything it prints was answered by the node; it knows what it sent, and it
 * fails when the answers do not add up.
 *
 * <p><b>Threads:</b> one, and one more that reads the node's output.
 *
 * <p><b>Does not know:</b> the rooms of the node. It uses the protocol and the client alone.
 */
@NullMarked
package io.tidemill.server.demo;

import org.jspecify.annotations.NullMarked;
