/**
 * Traces, metrics and the truth about the node's health.
 *
 * <p>Invariant: nothing here changes a result; every metric name stands in the catalogue.
 *
 * <p>Threads: everything is safe for use by many threads.
 *
 * <p>This room knows no wire.
 */
@NullMarked
package io.tidemill.server.observe;

import org.jspecify.annotations.NullMarked;
