/**
 * The published page of the benchmarks: made from what was measured, so that no number in it is
 * typed by hand.
 *
 * <p>Invariant: the page and its plots are functions of the files in {@code docs/benchmarks}; a
 * test compares them. Rates are published as a third of what was measured (seed 000).
 */
@NullMarked
package io.tidemill.server.report;

import org.jspecify.annotations.NullMarked;
