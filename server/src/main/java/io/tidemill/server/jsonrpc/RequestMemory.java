package io.tidemill.server.jsonrpc;

import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Refusal;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory that requests over HTTP may take, all together. One half is for what waits for its
 * peer: bodies that arrive, answers that are read. The other is for what is being worked on, and is
 * given back soon, so that nobody who holds the first half stops it. The first {@link #FREE_BYTES}
 * of a body or an answer are not counted, because the number of connections bounds them. Safe for
 * use by many threads.
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

  /** Of each half. */
  private final int units;

  private final Semaphore held;
  private final Semaphore work;

  /** That much memory, in two halves. */
  RequestMemory(long bytes) {
    units = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes / 2 / UNIT));
    held = new Semaphore(units);
    work = new Semaphore(units, true);
  }

  /** What a node has. */
  static RequestMemory ofNode() {
    return new RequestMemory(NodeFacts.httpMemory());
  }

  /** Bytes that are taken of both halves. */
  long taken() {
    return (2L * units - held.availablePermits() - work.availablePermits()) * UNIT;
  }

  /** What a request of {@code length} bytes takes until its answer is made. */
  static long cost(int length, boolean batch) {
    return (long) PARSED_PER_BYTE * length
        + (batch ? 2L * NodeFacts.MAX_JSON_ANSWER : ANSWER_BYTES);
  }

  /** Takes {@code bytes} for what waits for its peer, if they are there now. */
  boolean hold(long bytes) {
    return held.tryAcquire(permits(bytes));
  }

  /** Gives back what was taken in one piece to be held. */
  void release(long bytes) {
    held.release(permits(bytes));
  }

  /**
   * Takes {@code bytes} to work with as soon as they are there; whether they were in time. Who
   * needs little goes before those that wait for much.
   */
  boolean begin(long bytes) {
    final int permits = permits(bytes);
    try {
      return work.tryAcquire(permits)
          || work.tryAcquire(permits, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Gives back what was taken in one piece to work with. */
  void end(long bytes) {
    work.release(permits(bytes));
  }

  /** Whoever needs more than there is needs all of it. */
  private int permits(long bytes) {
    return (int) Math.min(units, (bytes + UNIT - 1) / UNIT);
  }

  /** Why a request is refused for which there is none. */
  Refusal none() {
    return Refusal.full(Limit.HTTP_MEMORY_BYTES, 2L * units * UNIT, RETRY_MILLIS);
  }
}
