package io.tidemill.server.simulate;

import io.tidemill.executor.Event;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of one call: its receipt and what it left behind. */
record Attempt(Receipt receipt, Overlay overlay, CallTree tree, List<StateKey> reads) {
  /** What is told of it. */
  Simulated.Call result(
      @Nullable Long estimate, List<Frame.Site> backtrace, Simulation.Options wanted) {
    final StateDelta diff =
        wanted.stateDiff() || wanted.traceText() ? StateDelta.of(overlay.sortedWrites()) : null;
    return new Simulated.Call(
        receipt,
        tree.root() == null ? 0 : tree.root().fuelUsed(),
        decoded(),
        Failures.of(receipt, backtrace),
        wanted.accessList() ? accesses() : null,
        wanted.trace() ? tree.root() : null,
        wanted.trace() && tree.truncated(),
        wanted.stateDiff() ? diff : null,
        estimate,
        wanted.traceText() ? TraceText.of(tree.root(), diff) : List.of(),
        List.copyOf(tree.messages()));
  }

  private Simulated.@Nullable Decoded decoded() {
    final Frame root = tree.root();
    if (root == null || root.decodedCall().isEmpty()) {
      return null;
    }
    final List<String> events = new ArrayList<>(receipt.events().size());
    for (Event event : receipt.events()) {
      final String text = tree.text(event);
      events.add(text == null ? "" : text);
    }
    return new Simulated.Decoded(root.decodedCall(), root.decodedResult(), events);
  }

  private Simulated.Accesses accesses() {
    return new Simulated.Accesses(
        reads.stream().map(this::access).toList(),
        overlay.sortedWrites().keySet().stream().map(this::access).toList());
  }

  private Simulated.Access access(StateKey key) {
    final CallTree.Name name = tree.name(key);
    return new Simulated.Access(
        key, name == null ? null : name.contract(), name == null ? null : name.slot());
  }
}
