package io.tidemill.state.merkle;

import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * A reference to a {@link Node}: the version that created it and its hash; the node itself when the
 * tree lives in memory only. Where it hangs gives the rest of its {@link NodeKey}.
 */
public record Inner(long version, Hash32 hash, @Nullable Node resident) implements Child {}
