package io.tidemill.server.author;

import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.abi.ValuePrinter;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The frames of one call as indented lines, with their host calls counted. */
final class CallTrace implements CallTracer {
  private final Function<Address, String> names;
  private final List<String> lines = new ArrayList<>();
  private final List<String> logs = new ArrayList<>();
  private int depth;
  private int hostCalls;

  CallTrace(Function<Address, String> names) {
    this.names = names;
  }

  List<String> lines() {
    return lines;
  }

  /** What contracts told their author. */
  List<String> logs() {
    return logs;
  }

  private void line(String text) {
    lines.add("  ".repeat(depth) + text);
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
    line(
        kind.name().toLowerCase(Locale.ROOT)
            + " "
            + names.apply(self)
            + "."
            + function
            + "("
            + ValuePrinter.hex(calldata)
            + ")"
            + (value.isZero() ? "" : " value " + value)
            + " fuel "
            + fuel);
    depth++;
  }

  @Override
  public void hostCall(String function, long fuelLeft) {
    hostCalls++;
  }

  @Override
  public void access(
      StateKey key, Hash32 slot, boolean write, byte @Nullable [] before, byte @Nullable [] after) {
    line((write ? "write " : "read ") + "0x" + slot.toHex());
  }

  @Override
  public void debugLog(String text) {
    logs.add(text);
  }

  @Override
  public void exit(ContractRuntime.End end, int code, byte[] returnData, long fuelUsed) {
    depth--;
    line(end + " " + ValuePrinter.hex(returnData) + " fuel " + fuelUsed);
    if (depth == 0) {
      line(hostCalls + " host calls");
    }
  }
}
