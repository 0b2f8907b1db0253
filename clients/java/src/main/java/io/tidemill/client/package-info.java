/**
 * The Java client: a small idiomatic layer over the generated stubs.
 *
 * <p>It knows the wire and nothing of the node behind it.
 */
@NullMarked
package io.tidemill.client;

import org.jspecify.annotations.NullMarked;
