/**
 * The durable {@link io.tidemill.state.StateStore}: RocksDB, one synced write batch per wave.
 *
 * <p>Invariant: on disk there is always exactly the result of some wave, with its tree, receipts,
 * events, code and record; never a part of one. What {@code commit} acknowledged is there after any
 * crash, or the next open says that it is not.
 *
 * <p>What a wave wrote is in the log when it is acknowledged and goes to the tables later, see
 * {@link io.tidemill.state.writeback}.
 *
 * <p>Threads: one lock orders everything that moves the head; flushing and pruning have threads of
 * their own; readers hold a pin on a database snapshot and never wait. Nothing native is freed
 * while a pin on it is held.
 *
 * <p>This room knows no wasm, no transaction and no wire. Everything but the factory, its options
 * and the repair tools is private to it. The layout of the column families is in {@link
 * io.tidemill.state.rocks.Family}.
 */
@NullMarked
package io.tidemill.state.rocks;

import org.jspecify.annotations.NullMarked;
