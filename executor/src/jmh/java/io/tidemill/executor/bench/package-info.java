/**
 * Benchmarks of the executor, one main class per subject. Nothing here is shipped.
 *
 * <p>Invariant: a figure is printed only when it was measured in the same run.
 *
 * <p>Threads: a benchmark owns its process; what must be measured in a fresh JVM runs in a child.
 *
 * <p>This room knows every other of the executor; none knows it.
 */
@NullMarked
package io.tidemill.executor.bench;

import org.jspecify.annotations.NullMarked;
