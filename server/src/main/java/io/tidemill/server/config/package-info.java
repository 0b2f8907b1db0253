/**
 * The configuration: one record, read from a YAML file, the environment and flags.
 *
 * <p>Invariant: an unknown key stops the start, and so does a value out of range; every value has a
 * default that works.
 *
 * <p>Threads: everything is immutable.
 *
 * <p>This room knows no other room.
 */
@NullMarked
package io.tidemill.server.config;

import org.jspecify.annotations.NullMarked;
