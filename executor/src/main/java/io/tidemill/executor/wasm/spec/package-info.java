/**
 * Runs WebAssembly spec scripts against a backend, with metering, the stack meter and canonical NaN
 * switched on.
 *
 * <p>Invariant: an assertion is passed, failed, or skipped with a reason that is printed; nothing
 * is silently left out. The scripts are input and are not part of the project.
 *
 * <p>Threads: one script at a time, on a thread with a large stack.
 *
 * <p>This room knows engines only by {@link io.tidemill.executor.wasm.LinkingEngine}.
 */
@NullMarked
package io.tidemill.executor.wasm.spec;

import org.jspecify.annotations.NullMarked;
