/**
 * The bytecode compiler: a validated, metered module becomes JVM classes of its own.
 *
 * <p>A wasm function is a static method {@code (parameters..., long fuel, int stack, Instance)};
 * wasm locals are Java locals, fuel is a Java local that goes down as an argument and comes back
 * through the instance, and the logical stack is a packed argument. Memory is a byte array behind
 * explicit range checks. A large function is cut into several methods. {@link
 * io.tidemill.executor.wasm.jvm.JvmEngine} is the door; ADR 12 says why the code looks as it does.
 *
 * <p>Invariant: the same result, trap, fuel, memory, globals and host calls as the reference
 * interpreter on the instrumented module, whatever HotSpot does with the classes; a module that
 * does not fit the bounds of {@code CodeBounds} is not compiled at all.
 *
 * <p>Threads: compiling is pure and may run on many threads; compiled modules are shared; an
 * instance belongs to one thread, and so does the memory it took from the pool.
 *
 * <p>This room does not know Chicory, prices of instructions, transactions or host functions.
 */
@NullMarked
package io.tidemill.executor.wasm.jvm;

import org.jspecify.annotations.NullMarked;
