package io.tidemill.server.simulate;

import io.tidemill.executor.Event;
import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.FunctionNames;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.RunObserver;
import io.tidemill.server.abi.AbiText;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds the frames of one transaction, and remembers who named which key. Confined to one thread.
 */
public final class CallTree implements CallTracer {
  /** How much is kept. */
  public enum Detail {
    /** Frames and the names of keys; costs next to nothing. */
    FRAMES,
    /** And what every frame did; what its host calls cost is not known. */
    STEPS,
    /** And in which functions, with their fuel; needs the reference interpreter. */
    FUNCTIONS
  }

  /** What a contract told its author with {@code debug_log}. */
  public record Message(Address contract, String text) {}

  /** Steps of one transaction; what comes after is left out. */
  private static final int MAX_STEPS = 10_000;

  /** Bytes of values, calldata and return data; what comes after is cut off. */
  private static final int MAX_BYTES = 1 << 20;

  private static final byte[] NOTHING = new byte[0];

  /** Who named a key, and how. */
  record Name(Hash32 contract, Hash32 slot) {}

  private final boolean steps;
  private final boolean functions;
  private final Function<Hash32, @Nullable AbiText> texts;
  private final Deque<Frame> open = new ArrayDeque<>();

  /** One per open frame while functions are watched. */
  private final Deque<FunctionProfile> profiles = new ArrayDeque<>();

  private final Map<StateKey, Name> names = new HashMap<>();
  private final Map<Hash32, FunctionNames> functionNames = new HashMap<>();

  /** The words of all code that ran for a contract: its own, and what it delegated to. */
  private final Map<Address, List<AbiText>> spoken = new HashMap<>();

  private final List<Message> messages = new ArrayList<>();
  private @Nullable Frame root;
  private int count;
  private int bytesLeft = MAX_BYTES;
  private boolean truncated;

  /**
   * An empty tree.
   *
   * @param texts the words of the code with a hash, null where there are none
   */
  public CallTree(Detail detail, Function<Hash32, @Nullable AbiText> texts) {
    this.steps = detail != Detail.FRAMES;
    this.functions = detail == Detail.FUNCTIONS;
    this.texts = texts;
  }

  /** An event in the words of code that ran for its contract, or null. */
  @Nullable String text(Event event) {
    for (AbiText text : spoken.getOrDefault(event.contract(), List.of())) {
      final String said = text.event(event.topics(), event.data());
      if (said != null) {
        return said;
      }
    }
    return null;
  }

  /** The outermost frame, or null when no contract ran. */
  public @Nullable Frame root() {
    return root;
  }

  /** What contracts told their authors, whether what they did was undone or not. */
  public List<Message> messages() {
    return messages;
  }

  @Nullable Name name(StateKey key) {
    return names.get(key);
  }

  /** Whether something was left out. */
  boolean truncated() {
    return truncated;
  }

  private byte[] kept(byte[] bytes) {
    if (bytes.length <= bytesLeft) {
      bytesLeft -= bytes.length;
      return bytes.clone();
    }
    truncated = true;
    return NOTHING;
  }

  private byte @Nullable [] keptOrNull(byte @Nullable [] bytes) {
    return bytes == null ? null : kept(bytes);
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
    final Frame above = open.peek();
    final boolean free = kind == Kind.STATIC_CALL || (above != null && above.free());
    final AbiText text = texts.apply(codeHash);
    if (text != null) {
      final List<AbiText> known = spoken.computeIfAbsent(self, contract -> new ArrayList<>());
      if (!known.contains(text)) {
        known.add(text);
      }
    }
    final Frame frame =
        new Frame(kind, self, caller, codeHash, function, kept(calldata), value, fuel, free, text);
    if (above == null) {
      root = frame;
    } else {
      add(above, new Frame.Inner(frame));
    }
    open.push(frame);
  }

  private void add(Frame frame, Frame.Step step) {
    if (count < MAX_STEPS) {
      count++;
      frame.add(step);
    } else {
      truncated = true;
    }
  }

  @Override
  public @Nullable RunObserver observer(Module module) {
    final Frame frame = open.peek();
    if (!functions || frame == null) {
      return null;
    }
    functionNames.computeIfAbsent(module.codeHash(), hash -> new FunctionNames(module));
    final FunctionProfile profile = new FunctionProfile(module, frame);
    profiles.push(profile);
    return profile;
  }

  @Override
  public void hostCall(String function, long fuelLeft) {
    final Frame frame = open.peek();
    if (steps && frame != null) {
      final Frame.HostCall call = new Frame.HostCall(function, fuelLeft);
      frame.open(call);
      add(frame, call);
    }
  }

  @Override
  public void access(
      StateKey key, Hash32 slot, boolean write, byte @Nullable [] before, byte @Nullable [] after) {
    final Frame frame = open.peek();
    if (frame == null) {
      return;
    }
    names.put(key, new Name(frame.self().raw(), slot));
    if (steps) {
      add(frame, new Frame.Slot(key, slot, write, keptOrNull(before), keptOrNull(after)));
    }
  }

  @Override
  public void event(Event event) {
    final Frame frame = open.peek();
    if (steps && frame != null) {
      add(frame, new Frame.Said(event, text(event)));
    }
  }

  @Override
  public void debugLog(String text) {
    final Frame frame = open.peek();
    if (frame != null && messages.size() < MAX_STEPS) {
      messages.add(new Message(frame.self(), text));
    }
    if (steps && frame != null) {
      add(frame, new Frame.Logged(text));
    }
  }

  @Override
  public void exit(ContractRuntime.End end, int code, byte[] returnData, long fuelUsed) {
    final Frame frame = open.poll();
    if (frame == null) {
      return;
    }
    frame.end(end, code, kept(returnData), fuelUsed);
    final FunctionProfile profile = profiles.poll();
    final FunctionNames functions = functionNames.get(frame.codeHash());
    if (profile != null && functions != null) {
      profile.conclude(functions, end != ContractRuntime.End.SUCCESS);
    }
    final Frame above = open.peek();
    if (above != null && (above.free() || !frame.free())) {
      above.spentInside(fuelUsed);
    }
  }
}
