package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.ExecutionListener;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.MStack;
import com.dylibso.chicory.wasm.types.Instruction;
import com.dylibso.chicory.wasm.types.PassiveElement;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.OpcodeTable;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.RunObserver;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import org.jspecify.annotations.Nullable;

/**
 * Sees every instruction before it runs: polls the guard, and checks the bounds of loads, stores
 * and bulk table operations, some of which the interpreter adds up in 32 bits: {@code i32.store8}
 * at address -1 with offset 30 would write byte 29.
 */
final class Watch implements ExecutionListener {
  /** Instructions between two polls, less one. */
  private static final int POLL_MASK = 0x3FF;

  private final ChicoryInstance owner;
  private @Nullable Instance instance;
  private @Nullable SpendMap spending;
  private @Nullable RunObserver observer;
  private int ticks;

  Watch(ChicoryInstance owner) {
    this.owner = owner;
  }

  void attach(Instance watched) {
    instance = watched;
  }

  /** Reports to {@code who} what is spent, by {@code map}. */
  void report(SpendMap map, RunObserver who) {
    spending = map;
    observer = who;
  }

  @Override
  public void onExecution(Instruction instruction, MStack stack) {
    if ((++ticks & POLL_MASK) == 0) {
      final ExecutionGuard guard = owner.guard;
      guard.poll();
    }
    if (spending != null && observer != null) {
      spending.see(instruction, stack, attached(), observer);
    }
    final int opcode = instruction.opcode().opcode();
    if (OpcodeTable.accessesMemory(opcode)) {
      final long address = operand(stack, OpcodeTable.stores(opcode) ? 1 : 0);
      final long offset = instruction.operand(1) & 0xFFFF_FFFFL;
      if (address + offset + (1L << OpcodeTable.accessWidthLog2(opcode)) > owner.memory.size()) {
        throw Trap.of(TrapCode.MEMORY_OUT_OF_BOUNDS);
      }
    } else if (opcode == Opcodes.TABLE_INIT) {
      checkInit((int) instruction.operand(0), stack);
    } else if (opcode == Opcodes.TABLE_COPY) {
      final long size = attached().table(0).size();
      check(operand(stack, 2), operand(stack, 0), size);
      check(operand(stack, 1), operand(stack, 0), size);
    }
  }

  private void checkInit(int segment, MStack stack) {
    final boolean present = attached().element(segment) instanceof PassiveElement;
    check(
        operand(stack, 1),
        operand(stack, 0),
        present ? attached().element(segment).elementCount() : 0);
    check(operand(stack, 2), operand(stack, 0), attached().table(0).size());
  }

  private static void check(long start, long length, long size) {
    if (start + length > size) {
      throw Trap.of(TrapCode.TABLE_OUT_OF_BOUNDS);
    }
  }

  /** The unsigned i32 that lies {@code below} the top of the stack. */
  private static long operand(MStack stack, int below) {
    return stack.array()[stack.size() - 1 - below] & 0xFFFF_FFFFL;
  }

  private Instance attached() {
    if (instance == null) {
      throw new IllegalStateException("an instruction ran before the instance was complete");
    }
    return instance;
  }
}
