/**
 * From untrusted wasm bytes to a metered module that runs the same everywhere.
 *
 * <p>Bytes pass a streaming decoder and a validator into a {@code Module}; a {@code MeteringPlan}
 * is computed once on the original instructions; an {@link io.tidemill.executor.wasm.Engine} turns
 * both into a {@link io.tidemill.executor.wasm.CompiledModule}.
 *
 * <p>Invariant: result, trap code, fuel, memory, globals and the trace of host calls are the same
 * on every backend.
 *
 * <p>Threads: modules and compiled modules are immutable and shared; an instance belongs to one
 * thread.
 *
 * <p>This room knows no transaction, no state and no host function by name: imports are bound from
 * outside.
 */
@NullMarked
package io.tidemill.executor.wasm;

import org.jspecify.annotations.NullMarked;
