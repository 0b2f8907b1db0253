/**
 * Chain files: the YAML or JSON document that says under which rules a chain runs and what it
 * starts with.
 *
 * <p>Invariant: an unknown or missing field is an error that names it; nothing is guessed.
 *
 * <p>Threads: stateless.
 *
 * <p>This room knows the shape of the file; what makes a genesis sound is the executor's.
 */
@NullMarked
package io.tidemill.server.genesis;

import org.jspecify.annotations.NullMarked;
