/**
 * The Jellyfish Merkle tree: what commits to the state.
 *
 * <p>Invariant: the root hash is a pure function of the set of (key, value) pairs. How the set came
 * about, how many threads worked on it and which nodes were in memory never show in it. A node,
 * once created under a {@link io.tidemill.state.merkle.NodeKey}, never changes.
 *
 * <p>Threads: nodes are immutable and shared freely. One update runs at a time per caller; it may
 * fan out over the executor it was given and is back to one thread when it returns.
 *
 * <p>This room does no I/O: old nodes come in through a {@link
 * io.tidemill.state.merkle.NodeReader}, new nodes and the keys of replaced ones go out in a {@link
 * io.tidemill.state.merkle.TreeUpdate}. It does not know what a wave is; versions are numbers that
 * the caller hands out once.
 */
@NullMarked
package io.tidemill.state.merkle;

import org.jspecify.annotations.NullMarked;
