package io.tidemill.server.dev;

import io.tidemill.server.errors.Refusal;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The clock of a development chain: the real one, moved by as much as somebody asked for. Waves
 * never go back in time. Guarded by the sequencer.
 */
final class DevClock {
  private final InstantSource real;
  private long offset;
  private @Nullable Long next;
  private long newest;

  DevClock(InstantSource real) {
    this.real = real;
  }

  /** The timestamp of a wave that is made now, in seconds. */
  long timestamp() {
    final Long asked = next;
    return asked != null ? asked : Math.max(newest, real.instant().getEpochSecond() + offset);
  }

  /** The newest wave has this timestamp. */
  void made(long timestamp) {
    newest = timestamp;
    next = null;
  }

  /** The timestamp of the newest wave. */
  long newest() {
    return newest;
  }

  /** No wave from now on is before {@code timestamp}. */
  void notBefore(long timestamp) {
    newest = Math.max(newest, timestamp);
  }

  /** Gives the next wave this time; the clock goes on from there. */
  void set(long seconds) {
    if (seconds < newest) {
      throw Refusal.field(
          "timestamp", seconds + " is before the newest wave's " + newest + " (seconds)");
    }
    next = seconds;
    offset = seconds - real.instant().getEpochSecond();
  }

  /** Moves the clock; the new offset to the real one. */
  long advance(long seconds) {
    offset = Math.addExact(offset, seconds);
    return offset;
  }

  /** Seconds ahead of the real clock. */
  long offset() {
    return offset;
  }

  /** Goes back to a chain whose newest wave has this timestamp. */
  void restore(long timestamp, long earlierOffset) {
    newest = timestamp;
    offset = earlierOffset;
    next = null;
  }
}
