package io.tidemill.server.jsonrpc;

import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Refusal;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory that requests over HTTP may take, all together: bodies that arrive, what is parsed,
 * answers that are made, answers that wait for their readers. The first {@link #FREE_BYTES} of each
 * are not counted, because the number of connections bounds them. Whoever finds none left is
 * refused, or waits for a while. Safe for use by many threads.
 */
final class RequestMemory {
  /** What a body or an answer takes without asking. */
  static final int FREE_BYTES = 16 * 1024;

  /** Bytes of heap for a byte of JSON: the worst are empty arrays in an array. */
  private static final int PARSED_PER_BYTE = 32;

  /** What one answer is expected to take while it is made. */
  private static final int ANSWER_BYTES = 1 << 20;

  /** How long a request waits for its memory. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int UNIT = 1_024;

  private static final long RETRY_MILLIS = 1_000;

  private final int units;
  private final Semaphore free;

  /** That much memory. */
  RequestMemory(long bytes) {
    units = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / UNIT));
    free = new Semaphore(units, true);
  }

  /** What a node has. */
  static RequestMemory ofNode() {
    return new RequestMemory(NodeFacts.httpMemory());
  }

  /** Bytes that are taken. */
  long taken() {
    return (long) (units - free.availablePermits()) * UNIT;
  }

  /** What a request of {@code length} bytes takes until its answer is made. */
  static long cost(int length, boolean batch) {
    return (long) PARSED_PER_BYTE * length
        + (batch ? 2L * NodeFacts.MAX_JSON_ANSWER : ANSWER_BYTES);
  }

  /** Takes {@code bytes} if they are there now. */
  boolean take(long bytes) {
    return free.tryAcquire(permits(bytes));
  }

  /** Takes {@code bytes} as soon as they are there; whether they were in time. */
  boolean await(long bytes) {
    try {
      return free.tryAcquire(permits(bytes), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Gives back what was taken in one piece. */
  void give(long bytes) {
    free.release(permits(bytes));
  }

  /** Whoever needs more than there is needs all of it. */
  private int permits(long bytes) {
    return (int) Math.min(units, (bytes + UNIT - 1) / UNIT);
  }

  /** Why a request is refused for which there is none. */
  Refusal none() {
    return Refusal.full(Limit.HTTP_MEMORY_BYTES, (long) units * UNIT, RETRY_MILLIS);
  }
}
