package io.tidemill.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * How often, and after what pause, a request that may be repeated is repeated. The pause doubles
 * from {@code firstPause} up to {@code longestPause}; up to half of it is random, so that many
 * clients do not come back at once.
 *
 * @param attempts how often a request is sent in all, at least 1
 */
public record RetryPolicy(int attempts, Duration firstPause, Duration longestPause) {
  /** Eight attempts within about seven seconds. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(8, Duration.ofMillis(100), Duration.ofSeconds(2));

  /** One attempt. */
  public static final RetryPolicy NEVER = new RetryPolicy(1, Duration.ZERO, Duration.ZERO);

  /** Checks the number of attempts. */
  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts must be at least 1, got " + attempts);
    }
  }

  /**
   * Sends {@code request} until it succeeds, fails for good, or the attempts are used up.
   *
   * @throws NodeException the last failure
   */
  <T> T run(Supplier<T> request) {
    int attempt = 1;
    while (true) {
      try {
        return request.get();
      } catch (RuntimeException failure) {
        NodeException error = NodeException.of(failure);
        if (attempt >= attempts || !error.retryable()) {
          throw error;
        }
        pause(attempt);
        attempt++;
      }
    }
  }

  /** Waits before attempt {@code attempt + 1}. */
  void pause(int attempt) {
    long longest = longestPause.toMillis();
    long full = Math.min(longest, firstPause.toMillis() << Math.min(attempt - 1, 20));
    long millis = full - (full > 1 ? ThreadLocalRandom.current().nextLong(full / 2) : 0);
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting to retry", e);
    }
  }
}
