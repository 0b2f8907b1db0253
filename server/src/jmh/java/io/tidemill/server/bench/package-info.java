/**
 * Benchmarks of whole waves: in the process and through a node. They measure and judge nothing; run
 * them with {@code ./tidemill bench}.
 */
@NullMarked
package io.tidemill.server.bench;

import org.jspecify.annotations.NullMarked;
