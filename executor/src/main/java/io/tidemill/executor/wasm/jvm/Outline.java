package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import io.tidemill.executor.wasm.ValType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a function that is too large for one method is cut into several. A <em>region</em> is a run
 * of whole statements in one block; it becomes a method of its own, which the method around it
 * calls. A statement begins and ends where the block has no operand on the stack. Locals travel
 * through an array that the function allocates.
 *
 * <p>Regions are chosen from the inside out: where a block with all that stays inline would pass
 * the limit, its statements leave in runs that do not.
 */
final class Outline {
  /** The outline of a function that fits as it is. */
  static final Outline NONE = new Outline(List.of(), 0, 0);

  /** A region is not worth a call below this part of the limit. */
  private static final int LEAST_PART = 20;

  /** Java frames that one wasm frame may need, since the Java stack is finite. */
  private static final int MOST_DEPTH = 8;

  /** About what a call of a region costs in the method around it, and a local on the way there. */
  private static final int CALL_BYTES = 40;

  private static final int LOCAL_BYTES = 13;

  private final List<Region> regions;
  private final Map<Integer, Region> byStart = new HashMap<>();
  private final long largest;
  private final int carried;

  private Outline(List<Region> regions, long largest, int carried) {
    this.regions = regions;
    this.largest = largest;
    this.carried = carried;
    for (Region region : regions) {
      byStart.put(region.start, region);
    }
  }

  /**
   * A part of a body with a method of its own.
   *
   * @param start the offset of its first instruction
   * @param end just past its last
   * @param outer what a branch carries to each frame around it, the function first
   * @param used the locals that it reads or writes
   * @param written the locals that it writes
   * @param exits how many frames outwards its branches lead: 1 is the frame that it stands in
   */
  record Region(
      int number,
      int start,
      int end,
      List<List<ValType>> outer,
      BitSet used,
      BitSet written,
      List<Integer> exits) {}

  List<Region> regions() {
    return regions;
  }

  /** The estimated bytecode of its largest method. */
  long largest() {
    return largest;
  }

  /** How many values a branch out of a region can carry. */
  int carried() {
    return carried;
  }

  /** The region that starts at {@code offset}, or null. */
  @Nullable Region at(int offset) {
    return byStart.get(offset);
  }

  /** Cuts a function so that no method has more than about {@code limit} bytes, where it can. */
  static Outline of(Module module, Module.Function function, int charges, int limit) {
    final Block body = new StatementReader(module).read(function);
    final double scale = 1 + (double) charges * BytecodeEstimate.CHARGE / body.total();
    final List<Region> regions = new ArrayList<>();
    final Cutter cutter = new Cutter(module, scale, limit, regions);
    final long rest = cutter.reduce(body);
    int carried = 0;
    for (Region region : regions) {
      for (List<ValType> branch : region.outer()) {
        carried = Math.max(carried, branch.size());
      }
    }
    return new Outline(List.copyOf(regions), Math.max(rest, cutter.largest), carried);
  }

  /** A block, loop, if or body as a list of statements. */
  static final class Block {
    final @Nullable Block parent;

    /** What a branch to it carries. */
    final List<ValType> branch;

    final List<Statement> statements = new ArrayList<>();
    private int depth;

    Block(@Nullable Block parent, List<ValType> branch) {
      this.parent = parent;
      this.branch = branch;
    }

    private long total() {
      long sum = 0;
      for (Statement statement : statements) {
        sum += statement.own;
        for (Block block : statement.blocks) {
          sum += block.total();
        }
      }
      return sum;
    }
  }

  /** Instructions that leave no operand in their block, or the rest of a block that cannot end. */
  static final class Statement {
    final int start;
    final List<Block> blocks = new ArrayList<>();
    int end;

    /** Bytes of bytecode, without its blocks. */
    long own;

    /** Whether control goes on after it, with nothing on the stack. */
    boolean whole;

    Statement(int start) {
      this.start = start;
    }
  }

  private static final class Cutter {
    private final Module module;
    private final double scale;
    private final int limit;
    private final List<Region> regions;
    private long largest;

    Cutter(Module module, double scale, int limit, List<Region> regions) {
      this.module = module;
      this.scale = scale;
      this.limit = limit;
      this.regions = regions;
    }

    /** Cuts runs of statements out of {@code block} until it fits; returns what stays inline. */
    long reduce(Block block) {
      final int count = block.statements.size();
      final long[] bytes = new long[count];
      final int[] depth = new int[count];
      long total = 0;
      for (int i = 0; i < count; i++) {
        final Statement statement = block.statements.get(i);
        bytes[i] = (long) (statement.own * scale);
        for (Block inner : statement.blocks) {
          bytes[i] += reduce(inner);
          depth[i] = Math.max(depth[i], inner.depth);
        }
        total += bytes[i];
        block.depth = Math.max(block.depth, depth[i]);
      }
      if (total <= limit) {
        return total;
      }
      int from = 0;
      while (from < count) {
        int to = from;
        long run = 0;
        int deepest = 0;
        while (to < count
            && block.statements.get(to).whole
            && depth[to] < MOST_DEPTH
            && (run == 0 || run + bytes[to] <= limit)) {
          run += bytes[to];
          deepest = Math.max(deepest, depth[to++]);
        }
        if (run > limit / LEAST_PART) {
          final Region region =
              region(block, block.statements.get(from).start, block.statements.get(to - 1).end);
          final int moved = region.used.cardinality() + region.written.cardinality();
          final long call = CALL_BYTES + (long) LOCAL_BYTES * moved;
          if (call < run) {
            regions.add(region);
            largest = Math.max(largest, run + (long) LOCAL_BYTES * moved);
            total -= run - call;
            block.depth = Math.max(block.depth, deepest + 1);
          }
        }
        from = Math.max(to, from + 1);
      }
      return total;
    }

    private Region region(Block block, int start, int end) {
      final List<List<ValType>> outer = new ArrayList<>();
      for (Block around = block; around != null; around = around.parent) {
        outer.addFirst(around.branch);
      }
      final BitSet used = new BitSet();
      final BitSet written = new BitSet();
      final TreeSet<Integer> exits = new TreeSet<>();
      final OperatorReader in = new OperatorReader(module.bytes());
      in.reset(start, end);
      int depth = 0;
      while (in.hasNext()) {
        switch (in.next()) {
          case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> depth++;
          case Opcodes.END -> depth--;
          case Opcodes.LOCAL_GET -> used.set(in.index());
          case Opcodes.LOCAL_SET, Opcodes.LOCAL_TEE -> written.set(in.index());
          case Opcodes.BR, Opcodes.BR_IF -> leave(exits, in.index(), depth);
          case Opcodes.BR_TABLE -> {
            for (int i = in.targetCount(); i >= 0; i--) {
              leave(exits, in.nextTarget(), depth);
            }
          }
          case Opcodes.RETURN -> exits.add(outer.size());
          default -> {}
        }
      }
      used.or(written);
      return new Region(regions.size(), start, end, outer, used, written, List.copyOf(exits));
    }

    private static void leave(TreeSet<Integer> exits, int label, int depth) {
      if (label >= depth) {
        exits.add(label - depth + 1);
      }
    }
  }
}
