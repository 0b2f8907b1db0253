/**
 * The front room of the executor: a wave in, a result out.
 *
 * <p>Invariant: {@code WaveExecutor.execute(wave, snapshot)} is a function of the wave, the base
 * state and the rules: no clock, no I/O, no visible threads. When it cannot know the answer it
 * throws {@link io.tidemill.executor.NodeFault} and gives none.
 *
 * <p>Threads: results are immutable; an executor runs one wave at a time.
 *
 * <p>This room knows no wire and no disk.
 */
@NullMarked
package io.tidemill.executor;

import org.jspecify.annotations.NullMarked;
