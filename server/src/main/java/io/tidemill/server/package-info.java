/**
 * The composition root: reads the configuration, builds the rooms in order, stops them in reverse.
 *
 * <p>The only package that sees everything; nothing may depend on it.
 */
@NullMarked
package io.tidemill.server;

import org.jspecify.annotations.NullMarked;
