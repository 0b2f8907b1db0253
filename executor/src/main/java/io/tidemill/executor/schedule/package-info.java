/**
 * Guesses which transactions of a wave touch the same keys, so that those that do run one after
 * another and the rest at once.
 *
 * <p>Invariant: a schedule is a pure function of the declared and implied keys, and changes speed
 * only: a wrong or missing list never changes a result (decisions H9, ADR "access lists are
 * hints").
 *
 * <p>Threads: schedules are immutable.
 *
 * <p>This room executes nothing and validates nothing.
 */
@NullMarked
package io.tidemill.executor.schedule;

import org.jspecify.annotations.NullMarked;
