package io.tidemill.server.simulate;

import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call in a trace. Built by one thread, read afterwards. */
public final class Frame {
  /** What a frame did. */
  public sealed interface Step {
    /** A host call. */
    record Host(String function, long fuelLeft) implements Step {}

    /** A read or write of a slot. */
    record Slot(StateKey key, Hash32 slot, boolean write) implements Step {}

    /** A call into another frame. */
    record Inner(Frame frame) implements Step {}
  }

  private final CallTracer.Kind kind;
  private final Address self;
  private final Address caller;
  private final Hash32 codeHash;
  private final String function;
  private final byte[] calldata;
  private final U128 value;
  private final long fuel;
  private final List<Step> steps = new ArrayList<>();
  private ContractRuntime.@Nullable End end;
  private int code;
  private byte[] returnData = new byte[0];
  private long fuelUsed;

  Frame(
      CallTracer.Kind kind,
      Address self,
      Address caller,
      Hash32 codeHash,
      String function,
      byte[] calldata,
      U128 value,
      long fuel) {
    this.kind = kind;
    this.self = self;
    this.caller = caller;
    this.codeHash = codeHash;
    this.function = function;
    this.calldata = calldata;
    this.value = value;
    this.fuel = fuel;
  }

  void add(Step step) {
    steps.add(step);
  }

  void end(ContractRuntime.End how, int number, byte[] data, long used) {
    end = how;
    code = number;
    returnData = data;
    fuelUsed = used;
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

  /** What it did, in order. */
  public List<Step> steps() {
    return steps;
  }

  /** How it ended, or null when the whole transaction ended first. */
  public ContractRuntime.@Nullable End end() {
    return end;
  }

  /** 0, a trap code or a reject code. */
  public int code() {
    return code;
  }

  public byte[] returnData() {
    return returnData;
  }

  /** Fuel in it and below. */
  public long fuelUsed() {
    return fuelUsed;
  }

  /** Fuel in it alone. */
  public long ownFuel() {
    long own = fuelUsed;
    for (Step step : steps) {
      if (step instanceof Step.Inner(Frame inner)) {
        own -= inner.fuelUsed();
      }
    }
    return own;
  }
}
