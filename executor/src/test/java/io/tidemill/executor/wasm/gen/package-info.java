/**
 * Valid modules by the million: a seeded generator that knows the structure of wasm, and a way to
 * run a module so that two backends can be compared. For tests only.
 */
@NullMarked
package io.tidemill.executor.wasm.gen;

import org.jspecify.annotations.NullMarked;
