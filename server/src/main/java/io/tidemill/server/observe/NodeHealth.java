package io.tidemill.server.observe;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Whether the node does its job. The states only move forward. */
public final class NodeHealth {
  /** What a probe sees. */
  public enum State {
    STARTING,
    SERVING,
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
    move(State.SERVING, "");
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
    final Report before =
        report.getAndUpdate(now -> now.state().compareTo(next.state()) >= 0 ? now : next);
    if (before.state().compareTo(state) < 0) {
      listeners.forEach(listener -> listener.accept(next));
    }
  }
}
