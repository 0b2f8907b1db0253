package io.tidemill.executor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A tracer sees the tree of frames and changes nothing. */
class CallTracerTest {
  /** Writes down what it sees, indented by depth. */
  private static final class Recorder implements CallTracer {
    final List<String> lines = new ArrayList<>();
    private int depth;

    private void line(String text) {
      lines.add(" ".repeat(depth) + text);
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
      line(kind + " " + function + " " + value);
      depth++;
    }

    @Override
    public void hostCall(String function, long fuelLeft) {
      line(function);
    }

    @Override
    public void access(
        StateKey key,
        Hash32 slot,
        boolean write,
        byte @Nullable [] before,
        byte @Nullable [] after) {
      line(
          (write ? "write " : "read ")
              + slot.toHex().substring(0, 4)
              + " "
              + size(before)
              + size(after));
    }

    private static String size(byte @Nullable [] value) {
      return value == null ? "-" : Integer.toString(value.length);
    }

    @Override
    public void exit(End end, int code, byte[] returnData, long fuelUsed) {
      depth--;
      line(end + " " + code + " " + (fuelUsed > 0));
    }
  }

  @Test
  void shouldSeeFramesHostCallsAndAccessesAndChangeNothing() {
    final Hash32 slot = Hash32.fromHex("ab".repeat(32));
    final byte[] script;
    final TestChain plain = new TestChain(Puppets.rules());
    final TestChain traced = new TestChain(Puppets.rules());
    final Address a = plain.install("ann", Puppets.wasm(), new byte[0]);
    final Address b = plain.install("ben", Puppets.wasm(), new byte[0]);
    traced.install("ann", Puppets.wasm(), new byte[0]);
    traced.install("ben", Puppets.wasm(), new byte[0]);
    script =
        Puppets.script()
            .store(slot, new byte[2])
            .call(Puppets.CROSS, b, 0, -1, Puppets.RUN, Puppets.script().load(slot).revert().done())
            .done();
    final Recorder recorder = new Recorder();
    traced.tracer = recorder;
    final Result watched = traced.call(a, "run", script);
    assertThat(watched).usingRecursiveComparison().isEqualTo(plain.call(a, "run", script));
    assertThat(traced.state.keySet()).isEqualTo(plain.state.keySet());
    assertThat(recorder.lines)
        .containsExactly(
            "CALL run 0",
            " calldata_size",
            " calldata_copy",
            " sstore",
            " write abab -2",
            " cross_call",
            " CALL run 0",
            "  calldata_size",
            "  calldata_copy",
            "  sload",
            "  read abab --",
            "  revert",
            " REVERTED 0 true",
            " return",
            "SUCCESS 0 true");
  }
}
