/**
 * The reference backend: the Chicory interpreter on the instrumented module. What happens here is
 * what the semantics of a metered module are; it is also the fallback for modules that the compiler
 * declines.
 *
 * <p>Invariant: the interpreter parses only bytes that our own encoder wrote, and every way in
 * which it could answer differently from the specification is closed here: memory and tables are
 * ours, bulk table operations are checked before they run, and only known messages become traps.
 *
 * <p>Threads: engine and modules are shared; an instance belongs to one thread, which needs a stack
 * that holds 4,096 interpreted wasm frames. A physical stack overflow is never a trap.
 *
 * <p>This is the only room that knows Chicory; it knows no host function and no transaction.
 */
@NullMarked
package io.tidemill.executor.wasm.chicory;

import org.jspecify.annotations.NullMarked;
