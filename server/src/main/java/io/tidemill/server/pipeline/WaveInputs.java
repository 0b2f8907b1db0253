package io.tidemill.server.pipeline;

import io.tidemill.executor.Wave;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest executed waves as they were sent, so that their transactions can be run again under
 * observation. Kept in memory alone and bounded by bytes: a restart forgets them.
 */
final class WaveInputs {
  /** Of a small heap, only a small part. */
  private static final long MAX_BYTES = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16);

  /** What an entry costs besides its bytes. */
  private static final int ENTRY_BYTES = 64;

  /** Guarded by this; oldest first. */
  private final LinkedHashMap<Long, Wave> waves = new LinkedHashMap<>();

  private long bytes;

  synchronized void keep(Wave wave) {
    final long id = wave.context().waveId();
    forgetFrom(id);
    waves.put(id, wave);
    bytes += size(wave);
    while (bytes > MAX_BYTES && waves.size() > 1) {
      final Map.Entry<Long, Wave> eldest = waves.pollFirstEntry();
      bytes -= size(eldest.getValue());
    }
  }

  /** Waves from {@code wave} on are undone. */
  synchronized void forgetFrom(long wave) {
    while (!waves.isEmpty() && Long.compareUnsigned(waves.lastEntry().getKey(), wave) >= 0) {
      bytes -= size(waves.pollLastEntry().getValue());
    }
  }

  synchronized @Nullable Wave get(long wave) {
    return waves.get(wave);
  }

  private static long size(Wave wave) {
    long size = 0;
    for (Wave.Entry entry : wave.transactions()) {
      size += entry.bytes().length + ENTRY_BYTES;
    }
    return size;
  }
}
