package io.tidemill.state;

import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * A child commit: the durable result of a session beside the chain of waves. Its id is its root
 * hash, so the same state is the same commit, however it was reached.
 *
 * @param id the Blake3 root of the commit's state
 * @param parent the commit the session started from, or null when it started from a wave
 * @param wave the wave that the chain of parents starts from; it is retained while the commit is
 * @param root the state root
 */
public record Commit(Hash32 id, @Nullable Hash32 parent, long wave, StateRoot root) {}
