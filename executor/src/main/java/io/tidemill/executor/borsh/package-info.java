/**
 * Reading and writing Borsh, the encoding of everything that is signed, digested or stored under
 * the root. Source: decisions O7.
 *
 * <p>Invariant: a reader accepts exactly one spelling of every value (strict tags, no trailing
 * bytes) and allocates nothing from a declared length before it has seen that the remaining bytes
 * can hold it.
 *
 * <p>Threads: readers and writers are confined to one thread.
 *
 * <p>This room knows no layout; each layout lives with the type it encodes.
 */
@NullMarked
package io.tidemill.executor.borsh;

import org.jspecify.annotations.NullMarked;
