package io.tidemill.server.simulate;

import io.tidemill.executor.Event;
import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.abi.AbiText;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call in a trace. Built by one thread, read afterwards. */
public final class Frame {
  /** One thing that a frame did. */
  public sealed interface Step {}

  /** A read or write of a slot; see {@link CallTracer#access}. */
  public record Slot(
      StateKey key, Hash32 slot, boolean write, byte @Nullable [] before, byte @Nullable [] after)
      implements Step {}

  /**
   * An event, which a failure further out may have undone.
   *
   * @param text by the contract's ABI, or null
   */
  public record Said(Event event, @Nullable String text) implements Step {
    /** It in words, or what can be said of one that no ABI knows. */
    String shown() {
      return text == null
          ? "of " + event.topics().size() + " topics, " + event.data().length + " bytes"
          : text;
    }
  }

  /** What the contract told its author with {@code debug_log}. */
  public record Logged(String text) implements Step {}

  /** A call into another frame. */
  public record Inner(Frame frame) implements Step {}

  /** A host call; frames that it opened are the steps after it. */
  public static final class HostCall implements Step {
    private final String function;
    private final long fuelBefore;
    private long[] arguments = {};
    private long[] results = {};
    private long fuelLeft;
    private long gas;

    HostCall(String function, long fuelBefore) {
      this.function = function;
      this.fuelBefore = fuelBefore;
    }

    /** The import name, for instance {@code sload}. */
    public String function() {
      return function;
    }

    /** Raw bits, one per parameter. */
    public long[] arguments() {
      return arguments;
    }

    /** Raw bits; empty for a function without a result and for one that did not return. */
    public long[] results() {
      return results;
    }

    /** What the call itself cost, without the frames it opened. */
    public long gas() {
      return gas;
    }

    /** Fuel left after it. */
    public long fuelLeft() {
      return fuelLeft;
    }
  }

  /** One wasm function on the stack; the offset is that of the block that was paid last, or 0. */
  public record Site(Address contract, int function, String name, int codeOffset) {
    /** The function by the module's name section, with the offset in its code. */
    String text() {
      return (name.isEmpty() ? "function " + function : name) + " +" + codeOffset;
    }
  }

  /** What one function of the module used itself, and how often it was called. */
  public record FunctionFuel(int function, String name, long fuel, long calls) {}

  private final CallTracer.Kind kind;
  private final Address self;
  private final Address caller;
  private final Hash32 codeHash;
  private final String function;
  private final byte[] calldata;
  private final U128 value;
  private final long fuel;
  private final boolean free;
  private final @Nullable AbiText text;
  private final List<Step> steps = new ArrayList<>();
  private List<FunctionFuel> functions = List.of();
  private List<Site> backtrace = List.of();
  private @Nullable HostCall calling;
  private long[] arguments = {};
  private ContractRuntime.@Nullable End end;
  private int code;
  private byte[] returnData = new byte[0];
  private long fuelUsed;
  private long innerFuel;
  private long innerFuelBeforeCall;

  /**
   * A frame that begins.
   *
   * @param free when nobody pays for it (decisions F8)
   * @param text the words of its code, or null
   */
  Frame(
      CallTracer.Kind kind,
      Address self,
      Address caller,
      Hash32 codeHash,
      String function,
      byte[] calldata,
      U128 value,
      long fuel,
      boolean free,
      @Nullable AbiText text) {
    this.kind = kind;
    this.self = self;
    this.caller = caller;
    this.codeHash = codeHash;
    this.function = function;
    this.calldata = calldata;
    this.value = value;
    this.fuel = fuel;
    this.free = free;
    this.text = text;
  }

  void add(Step step) {
    steps.add(step);
  }

  void calling(long[] raw) {
    arguments = raw.clone();
  }

  void open(HostCall call) {
    settle(call.fuelBefore);
    calling = call;
    call.arguments = arguments;
    call.fuelLeft = call.fuelBefore;
    innerFuelBeforeCall = innerFuel;
  }

  void called(long[] results, long fuelLeft) {
    final HostCall call = calling;
    if (call != null) {
      call.results = results.clone();
      settle(fuelLeft);
    }
  }

  private void settle(long fuelLeft) {
    final HostCall call = calling;
    if (call != null) {
      call.fuelLeft = fuelLeft;
      call.gas = call.fuelBefore - fuelLeft - (innerFuel - innerFuelBeforeCall);
      calling = null;
    }
  }

  void end(ContractRuntime.End how, int number, byte[] data, long used) {
    end = how;
    code = number;
    returnData = data;
    fuelUsed = used;
    settle(fuel - used);
  }

  /** A frame that this one opened used {@code used}, at this one's expense. */
  void spentInside(long used) {
    innerFuel += used;
  }

  void profiled(List<FunctionFuel> used, List<Site> places) {
    functions = used;
    backtrace = places;
  }

  public CallTracer.Kind kind() {
    return kind;
  }

  /** Whose storage and balance it acts on. */
  public Address self() {
    return self;
  }

  public Address caller() {
    return caller;
  }

  public Hash32 codeHash() {
    return codeHash;
  }

  public String function() {
    return function;
  }

  public byte[] calldata() {
    return calldata;
  }

  public U128 value() {
    return value;
  }

  /** What it might spend. */
  public long fuel() {
    return fuel;
  }

  /** Whether it runs out of the free view budget. */
  public boolean free() {
    return free;
  }

  /** What it did, in order. */
  public List<Step> steps() {
    return steps;
  }

  /** Fuel by function, highest first; empty when it was not watched. */
  public List<FunctionFuel> functions() {
    return functions;
  }

  /** Where it failed, innermost first; empty when it did not, or was not watched. */
  public List<Site> backtrace() {
    return backtrace;
  }

  /** How it ended, or null when the whole transaction ended first. */
  public ContractRuntime.@Nullable End end() {
    return end;
  }

  /** Whether it did what it was to do. */
  boolean succeeded() {
    return end == ContractRuntime.End.SUCCESS;
  }

  /** 0, a trap code or a reject code. */
  public int code() {
    return code;
  }

  public byte[] returnData() {
    return returnData;
  }

  /** The call by the contract's ABI, {@code transfer(0x51.., 5)}; empty when it has none. */
  public String decodedCall() {
    return text == null ? "" : text.call(function, calldata);
  }

  /** What it returned by the contract's ABI; empty for nothing, and when it did not succeed. */
  public String decodedResult() {
    return text == null || !succeeded() ? "" : text.result(function, returnData);
  }

  /** The payload of its failure as text; empty when it has none. */
  public String revertReason() {
    return succeeded() ? "" : Failures.text(returnData);
  }

  /** Fuel in it and below. */
  public long fuelUsed() {
    return fuelUsed;
  }

  /** Fuel in it alone: of its functions and of its host calls. */
  public long ownFuel() {
    return fuelUsed - innerFuel;
  }
}
