package io.tidemill.state.rocks;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Places at which a crash test can end the process as SIGKILL would: no shutdown hook, no flush.
 * Off unless the system property {@code tidemill.crash.at} names a point, with an optional count:
 * {@code commit.written:3} dies at the third hit.
 */
final class CrashPoints {
  /** The exit status of a process that died here: that of SIGKILL. */
  static final int STATUS = 137;

  private static final @Nullable String TARGET = System.getProperty("tidemill.crash.at");
  private static final AtomicInteger LEFT = new AtomicInteger(count());

  private static volatile Consumer<String> also = point -> {};

  private CrashPoints() {}

  /** Runs {@code what} at every point from now on, for tests that need something else there. */
  static void also(Consumer<String> what) {
    also = what;
  }

  /** Dies here if this point was asked for. */
  static void hit(String point) {
    also.accept(point);
    if (TARGET != null
        && TARGET.startsWith(point)
        && (TARGET.length() == point.length() || TARGET.charAt(point.length()) == ':')
        && LEFT.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(STATUS);
    }
  }

  private static int count() {
    final int colon = TARGET == null ? -1 : TARGET.indexOf(':');
    return TARGET == null || colon < 0
        ? 1
        : Integer.parseInt(TARGET, colon + 1, TARGET.length(), 10);
  }
}
