package io.tidemill.executor.wasm;

import io.tidemill.executor.fuel.FuelSchedule;
import io.tidemill.executor.wasm.MeteringPlan.FunctionPlan;
import io.tidemill.executor.wasm.Module.Function;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Cuts a body into the blocks of decisions F3 and sums their prices.
 *
 * <p>Two neighbouring blocks share one charge where nobody can tell: control always passes from the
 * first to the second, nobody else enters between them, and nothing in the first can trap or charge
 * by an operand. That is so at {@code block}, at a loop or an end that no branch targets, and at
 * the end of a loop. For a charge that has to stay on its own, {@link BlockGraph} finds out whether
 * its check can wait for the next one.
 */
final class BlockPlanner {
  private final OperatorReader reader;
  private final int[] prices;
  private final int importedFunctions;
  private final BlockGraph graph = new BlockGraph();

  // The n-th block, loop or if of the body in order of appearance: whether a branch targets it.
  private BitSet targeted = new BitSet();
  private int[] open = new int[16];
  private int[] openers = new int[16];
  private int depth;
  private int blocks;

  private int[] offsets = new int[64];
  private long[] charges = new long[64];
  private int count;

  BlockPlanner(Module module, FuelSchedule schedule) {
    this.reader = new OperatorReader(module.bytes());
    this.prices = OpcodeClass.prices(schedule);
    this.importedFunctions = module.imported(Module.Kind.FUNCTION);
  }

  FunctionPlan plan(Function function, int frameSlots) {
    findTargets(function);
    cut(function);
    return new FunctionPlan(
        frameSlots,
        Arrays.copyOf(offsets, count),
        Arrays.copyOf(charges, count),
        graph.checks(count),
        targeted);
  }

  private void begin(Function function) {
    reader.reset(function.bodyStart(), function.bodyEnd());
    depth = 0;
    blocks = 0;
    enter(Opcodes.BLOCK);
  }

  private void enter(int opener) {
    if (depth == open.length) {
      open = Arrays.copyOf(open, depth * 2);
      openers = Arrays.copyOf(openers, depth * 2);
    }
    open[depth] = blocks++;
    openers[depth++] = opener;
  }

  private void findTargets(Function function) {
    begin(function);
    targeted = new BitSet(blocks);
    while (reader.hasNext()) {
      switch (reader.next()) {
        case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> enter(reader.opcode());
        case Opcodes.END -> depth--;
        case Opcodes.BR, Opcodes.BR_IF -> target(reader.index());
        case Opcodes.BR_TABLE -> {
          for (int i = reader.targetCount(); i >= 0; i--) {
            target(reader.nextTarget());
          }
        }
        default -> {}
      }
    }
  }

  private void target(int label) {
    targeted.set(open[depth - 1 - label]);
  }

  private void cut(Function function) {
    graph.begin(blocks);
    begin(function);
    count = 0;
    int start = function.bodyStart();
    long cost = 0;
    boolean calm = true;
    boolean quiet = true;
    while (reader.hasNext()) {
      final int opcode = reader.next();
      cost = Math.addExact(cost, prices[OpcodeTable.index(opcode)]);
      calm &= !OpcodeTable.canTrap(opcode);
      quiet &= calm && !OpcodeTable.writesState(opcode);
      if (endsBlock(opcode)) {
        final int innermost = open[depth - 1];
        if (!(passesOn(opcode) && calm)) {
          add(start, cost);
          graph.block(cost == 0 ? -1 : count - 1, quiet);
          connect(opcode, innermost);
          start = reader.position();
          cost = 0;
          calm = true;
          quiet = true;
        }
      }
    }
    add(start, cost);
    graph.block(cost == 0 ? -1 : count - 1, false);
    graph.leaves();
  }

  /**
   * Tells the graph where control goes after the block that {@code opcode} ended.
   *
   * @param innermost what was open around that instruction
   */
  private void connect(int opcode, int innermost) {
    switch (opcode) {
      case Opcodes.LOOP -> {
        graph.continues();
        if (targeted.get(open[depth - 1])) {
          graph.headerFollows(open[depth - 1]);
        }
      }
      case Opcodes.IF -> {
        graph.continues();
        graph.jumpsToElse(open[depth - 1]);
      }
      case Opcodes.ELSE -> {
        graph.jumps(innermost);
        graph.elseFollows(innermost);
      }
      case Opcodes.END -> {
        if (depth == 0) {
          graph.leaves();
        } else {
          graph.continues();
          graph.endFollows(innermost);
        }
      }
      case Opcodes.BR -> graph.jumps(open[depth - 1 - reader.index()]);
      case Opcodes.BR_IF -> {
        graph.continues();
        graph.jumps(open[depth - 1 - reader.index()]);
      }
      case Opcodes.BR_TABLE -> {
        for (int i = reader.targetCount(); i >= 0; i--) {
          graph.jumps(open[depth - 1 - reader.nextTarget()]);
        }
      }
      case Opcodes.CALL -> {
        if (reader.index() >= importedFunctions) {
          graph.calls();
        } else {
          graph.leaves();
        }
      }
      case Opcodes.CALL_INDIRECT -> graph.calls();
      case Opcodes.RETURN, Opcodes.UNREACHABLE -> graph.leaves();
      default -> graph.continues();
    }
  }

  private static boolean endsBlock(int opcode) {
    return switch (opcode) {
      case Opcodes.BLOCK,
          Opcodes.LOOP,
          Opcodes.IF,
          Opcodes.ELSE,
          Opcodes.END,
          Opcodes.BR,
          Opcodes.BR_IF,
          Opcodes.BR_TABLE,
          Opcodes.RETURN,
          Opcodes.UNREACHABLE,
          Opcodes.CALL,
          Opcodes.CALL_INDIRECT ->
          true;
      default -> false;
    };
  }

  /** Whether control always goes on to the next instruction and comes from nowhere else to it. */
  private boolean passesOn(int opcode) {
    return switch (opcode) {
      case Opcodes.BLOCK -> {
        enter(opcode);
        yield true;
      }
      case Opcodes.LOOP -> {
        enter(opcode);
        yield !targeted.get(open[depth - 1]);
      }
      case Opcodes.IF -> {
        enter(opcode);
        yield false;
      }
      case Opcodes.END -> {
        depth--;
        final boolean block = openers[depth] == Opcodes.BLOCK;
        yield openers[depth] == Opcodes.LOOP || (block && !targeted.get(open[depth]));
      }
      default -> false;
    };
  }

  private void add(int start, long cost) {
    if (cost == 0) {
      return;
    }
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, count * 2);
      charges = Arrays.copyOf(charges, count * 2);
    }
    offsets[count] = start;
    charges[count++] = cost;
  }
}
