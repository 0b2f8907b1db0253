/**
 * The files of a state snapshot: how a whole state travels to an empty node.
 *
 * <p>Invariant: chunks are in the order of key hashes, each proves its range against the root that
 * the manifest names, and together they are the whole state or they are refused.
 *
 * <p>Threads: everything is immutable or confined to its caller.
 *
 * <p>This room knows files and proofs; it does not know a database, nor how chunks are downloaded.
 */
@NullMarked
package io.tidemill.state.snapshot;

import org.jspecify.annotations.NullMarked;
