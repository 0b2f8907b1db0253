/**
 * The HTTP edge for wallets: JSON-RPC 2.0, subscriptions on WebSockets, health, metrics and the
 * explorer page.
 *
 * <p>Invariant: whatever arrives, the answer is a well-formed JSON-RPC result or error in bounded
 * time and memory, and never a stack trace.
 *
 * <p>Threads: each request runs on a virtual thread; simulations run on their own bounded pool. A
 * WebSocket has one more virtual thread that pushes; it waits while its client does not read.
 *
 * <p>This room writes nothing to the chain and knows no protobuf.
 */
@NullMarked
package io.tidemill.server.jsonrpc;

import org.jspecify.annotations.NullMarked;
