package io.tidemill.server.simulate;

import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds the frames of one transaction, and remembers who named which key. */
final class CallTree implements CallTracer {
  /** Steps of one transaction; what comes after is left out. */
  private static final int MAX_STEPS = 10_000;

  /** Who named a key, and how. */
  record Name(Hash32 contract, Hash32 slot) {}

  private final boolean steps;
  private final Deque<Frame> open = new ArrayDeque<>();
  private final Map<StateKey, Name> names = new HashMap<>();
  private @Nullable Frame root;
  private int count;

  /** A tree; without {@code steps} only frames and names are kept. */
  CallTree(boolean steps) {
    this.steps = steps;
  }

  @Nullable Frame root() {
    return root;
  }

  @Nullable Name name(StateKey key) {
    return names.get(key);
  }

  @Override
  public void enter(
      Kind kind,
      Address self,
      Address caller,
      Hash32 codeHash,
      String function,
      byte[] calldata,
      U128 value,
      long fuel) {
    final Frame frame =
        new Frame(kind, self, caller, codeHash, function, calldata.clone(), value, fuel);
    final Frame above = open.peek();
    if (above != null && count < MAX_STEPS) {
      count++;
      above.add(new Frame.Step.Inner(frame));
    } else if (root == null) {
      root = frame;
    }
    open.push(frame);
  }

  @Override
  public void hostCall(String function, long fuelLeft) {
    step(new Frame.Step.Host(function, fuelLeft));
  }

  @Override
  public void access(StateKey key, Hash32 slot, boolean write) {
    final Frame frame = open.peek();
    if (frame != null) {
      names.put(key, new Name(frame.self().raw(), slot));
    }
    step(new Frame.Step.Slot(key, slot, write));
  }

  private void step(Frame.Step step) {
    final Frame frame = open.peek();
    if (steps && frame != null && count < MAX_STEPS) {
      count++;
      frame.add(step);
    }
  }

  @Override
  public void exit(ContractRuntime.End end, int code, byte[] returnData, long fuelUsed) {
    final Frame frame = open.poll();
    if (frame != null) {
      frame.end(end, code, returnData.clone(), fuelUsed);
    }
  }
}
