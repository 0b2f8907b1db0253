/**
 * Benchmarks of the state. Nothing here is shipped.
 *
 * <p>Invariant: a figure is printed only when it was measured in the same run.
 *
 * <p>Threads: a benchmark owns its process.
 *
 * <p>This room knows every other of the module; none knows it.
 */
@NullMarked
package io.tidemill.state.bench;

import org.jspecify.annotations.NullMarked;
