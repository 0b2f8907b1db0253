/**
 * The error catalogue: every reason the edge can refuse with, its words and its codes.
 *
 * <p>Invariant: the constants of {@link io.tidemill.server.errors.Reason} and the entries of {@code
 * tidemill/errors.yaml} are the same set; gRPC, JSON-RPC and the documentation read that file.
 *
 * <p>Threads: everything is immutable.
 *
 * <p>This room knows no wire and no wave; it does not know who raises an error.
 */
@NullMarked
package io.tidemill.server.errors;

import org.jspecify.annotations.NullMarked;
