/**
 * The front room of the state module: the words that state and executor share.
 *
 * <p>Invariant: a {@link io.tidemill.state.StateRoot} names exactly one set of (key, value) pairs,
 * and whatever is read through a {@link io.tidemill.state.Snapshot} belongs to exactly one root.
 *
 * <p>Threads: snapshots are safe for use by many threads; a store has a single writer.
 *
 * <p>This room knows no wasm, no transaction and no wire: values are opaque bytes.
 */
@NullMarked
package io.tidemill.state;

import org.jspecify.annotations.NullMarked;
