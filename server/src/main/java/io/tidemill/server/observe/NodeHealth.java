package io.tidemill.server.observe;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Whether the node does its job. The states only move forward, but for a replica that falls behind
 * and catches up.
 */
public final class NodeHealth {
  /** What a probe sees. */
  public enum State {
    STARTING,
    SERVING,
    /** A replica that is too far behind its primary, or does not hear from it. */
    LAGGING,
    DRAINING,
    FAULTED;

    /** Whether requests are served. */
    public boolean ready() {
      return this == SERVING;
    }

    /** Whether a restart would not help. */
    public boolean alive() {
      return this != FAULTED;
    }
  }

  /** A state with the reason for it, empty when there is nothing to say. */
  public record Report(State state, String detail) {}

  private final AtomicReference<Report> report =
      new AtomicReference<>(new Report(State.STARTING, ""));
  private final CopyOnWriteArrayList<Consumer<Report>> listeners = new CopyOnWriteArrayList<>();

  /** What is true now. */
  public Report report() {
    return report.get();
  }

  /** Calls {@code listener} now and at every change. */
  public void watch(Consumer<Report> listener) {
    listeners.add(listener);
    listener.accept(report.get());
  }

  /** The node does its job. */
  public void serving() {
    serving("");
  }

  /** The node does its job; {@code detail} is worth telling. */
  public void serving(String detail) {
    move(State.SERVING, detail);
  }

  /** The node answers from a state that is older than it should be. */
  public void lagging(String detail) {
    move(State.LAGGING, detail);
  }

  /** The node finishes what it has. */
  public void draining() {
    move(State.DRAINING, "");
  }

  /** The node cannot know an answer any more. */
  public void faulted(String detail) {
    move(State.FAULTED, detail);
  }

  private void move(State state, String detail) {
    final Report next = new Report(state, detail);
    final Report before = report.getAndUpdate(now -> follows(now.state(), state) ? next : now);
    if (before.state() != state && follows(before.state(), state)) {
      listeners.forEach(listener -> listener.accept(next));
    }
  }

  private static boolean follows(State now, State next) {
    final boolean turning =
        (now == State.SERVING || now == State.LAGGING)
            && (next == State.SERVING || next == State.LAGGING);
    return turning || now.compareTo(next) < 0;
  }
}
