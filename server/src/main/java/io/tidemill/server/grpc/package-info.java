/**
 * The gRPC edge: services, streams with flow control, health, limits, roles.
 *
 * <p>Invariant: no stream buffers more than a fixed number of frames, whatever its client does; a
 * broken stream never breaks a commit.
 *
 * <p>Threads: each call runs on a virtual thread; each stream has one serializing executor; no
 * contract ever runs on a transport thread.
 *
 * <p>This room decides nothing about waves: it asks the pipeline and the reader of the state.
 */
@NullMarked
package io.tidemill.server.grpc;

import org.jspecify.annotations.NullMarked;
