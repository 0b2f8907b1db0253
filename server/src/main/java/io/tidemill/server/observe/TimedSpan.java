package io.tidemill.server.observe;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;

/** A request or a simulation: a span, and a time by outcome. Used by one thread at a time. */
public final class TimedSpan implements AutoCloseable {
  private static final double NANOS = 1e-9;

  /** Takes the outcome and the seconds that it took. */
  interface Measure {
    void took(String outcome, double seconds);
  }

  private final long begin = System.nanoTime();
  private final Span span;
  private final Measure measure;
  private String outcome = "ok";

  TimedSpan(Span span, Measure measure) {
    this.span = span;
    this.measure = measure;
  }

  /** Makes what happens from here on part of it, until the result is closed. */
  @SuppressWarnings("MustBeClosedChecker") // closed by the caller
  public Scope current() {
    return span.makeCurrent();
  }

  /** It has no result; {@code reason} is one of the catalogue. */
  public void refused(String reason) {
    outcome = reason;
    span.setStatus(StatusCode.ERROR, reason);
  }

  /** It must begin again on another thread, and is counted there. */
  public void abandoned() {
    outcome = "";
  }

  @Override
  public void close() {
    span.end();
    if (!outcome.isEmpty()) {
      measure.took(outcome, (System.nanoTime() - begin) * NANOS);
    }
  }
}
