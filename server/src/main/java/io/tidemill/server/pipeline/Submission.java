package io.tidemill.server.pipeline;

import io.tidemill.executor.PrePass;
import io.tidemill.executor.Wave;
import io.tidemill.state.hash.Hash32;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A wave to execute.
 *
 * @param prePass what was begun while the wave arrived, or null
 * @param expectedRoot the Blake3 root the chain expects, or null
 * @param commit make it durable at once
 * @param abandoned nobody waits any more; a wave that has not begun is then dropped
 */
public record Submission(
    Wave wave,
    @Nullable PrePass prePass,
    @Nullable Hash32 expectedRoot,
    boolean commit,
    BooleanSupplier abandoned) {}
