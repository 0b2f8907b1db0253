/**
 * What work costs. One unit of fuel is one unit of gas.
 *
 * <p>Invariant: every price is data; nothing here computes, and nothing here changes while a wave
 * runs.
 *
 * <p>Threads: everything is immutable.
 *
 * <p>This room imports nothing of ours: it knows neither opcodes nor host functions nor
 * transactions.
 */
@NullMarked
package io.tidemill.executor.fuel;

import org.jspecify.annotations.NullMarked;
