package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import io.tidemill.executor.wasm.ValType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a function that is too large for one method is cut into several. A <em>region</em> is a whole
 * block, loop or if that takes and gives no operands; it becomes a method of its own, which the
 * method around it calls. Locals travel through an array that the function allocates.
 *
 * <p>Regions are chosen from the inside out: where the code directly inside a block with all that
 * stays inline would pass the limit, the largest regions in it leave until it does not.
 */
final class Outline {
  /** The outline of a function that fits as it is. */
  static final Outline NONE = new Outline(List.of(), 0, 0);

  /** A region is not worth a call below this part of the limit. */
  private static final int LEAST_PART = 20;

  /** Java frames that one wasm frame may need, since the Java stack is finite. */
  private static final int MOST_DEPTH = 8;

  private static final int CALL_BYTES = 60;
  private static final int LOCAL_BYTES = 14;

  private final List<Region> regions;
  private final long largest;
  private final int carried;

  private Outline(List<Region> regions, long largest, int carried) {
    this.regions = regions;
    this.largest = largest;
    this.carried = carried;
  }

  /**
   * A part of a body with a method of its own.
   *
   * @param start the offset of its first instruction, a block, loop or if
   * @param end just past its {@code end}
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
    for (Region region : regions) {
      if (region.start == offset) {
        return region;
      }
    }
    return null;
  }

  /** A block, loop or if, or the body, while the function is read. */
  private static final class Node {
    final int start;
    final boolean eligible;
    final List<ValType> branch;
    final List<Node> children = new ArrayList<>();
    final @Nullable Node parent;
    int end;
    long own;
    int depth;
    long reduced;

    Node(@Nullable Node parent, int start, boolean eligible, List<ValType> branch) {
      this.parent = parent;
      this.start = start;
      this.eligible = eligible;
      this.branch = branch;
    }
  }

  /** Cuts a function so that no method has more than about {@code limit} bytes, where it can. */
  static Outline of(Module module, Module.Function function, int charges, int limit) {
    final Node body = read(module, function);
    final double perInstruction = (double) charges * BytecodeEstimate.CHARGE / total(body);
    final List<Node> cut = new ArrayList<>();
    long largest = reduce(body, 1 + perInstruction, limit, cut);
    final List<Region> regions = new ArrayList<>();
    int carried = module.types().get(function.typeIndex()).results().size();
    for (Node node : cut) {
      final Region region = region(module, node, regions.size());
      regions.add(region);
      largest = Math.max(largest, node.reduced);
      for (List<ValType> branch : region.outer()) {
        carried = Math.max(carried, branch.size());
      }
    }
    return new Outline(List.copyOf(regions), largest, carried);
  }

  private static Node read(Module module, Module.Function function) {
    final OperatorReader in = new OperatorReader(module.bytes());
    in.reset(function.bodyStart(), function.bodyEnd());
    final Node body =
        new Node(
            null,
            function.bodyStart(),
            false,
            module.types().get(function.typeIndex()).results());
    Node open = body;
    while (in.hasNext()) {
      final int opcode = in.next();
      final int bytes = BytecodeEstimate.of(in);
      switch (opcode) {
        case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> {
          final FunctionType type = module.blockType(in.blockType());
          final boolean plain = type.params().isEmpty() && type.results().isEmpty();
          final Node child =
              new Node(
                  open,
                  in.offset(),
                  // An if has its condition on the stack, so it is cut together with what is around.
                  plain && opcode != Opcodes.IF,
                  opcode == Opcodes.LOOP ? type.params() : type.results());
          child.own = bytes;
          open.children.add(child);
          open = child;
        }
        case Opcodes.END -> {
          open.own += bytes;
          open.end = in.position();
          open = open.parent == null ? open : open.parent;
        }
        default -> open.own += bytes;
      }
    }
    return body;
  }

  private static long total(Node node) {
    long sum = node.own;
    for (Node child : node.children) {
      sum += total(child);
    }
    return sum;
  }

  /** Cuts children out of {@code node} until it fits; returns what stays inline. */
  private static long reduce(Node node, double scale, int limit, List<Node> cut) {
    long bytes = (long) (node.own * scale);
    for (Node child : node.children) {
      bytes += reduce(child, scale, limit, cut);
      node.depth = Math.max(node.depth, child.depth);
    }
    if (bytes > limit) {
      final List<Node> largestFirst = new ArrayList<>(node.children);
      largestFirst.sort(Comparator.comparingLong((Node child) -> child.reduced).reversed());
      for (Node child : largestFirst) {
        if (bytes > limit
            && child.eligible
            && child.reduced > limit / LEAST_PART
            && child.depth < MOST_DEPTH) {
          cut.add(child);
          bytes -= child.reduced - CALL_BYTES - 4L * LOCAL_BYTES;
          node.depth = Math.max(node.depth, child.depth + 1);
        }
      }
    }
    node.reduced = bytes;
    return bytes;
  }

  private static Region region(Module module, Node node, int number) {
    final List<List<ValType>> outer = new ArrayList<>();
    for (Node around = node.parent; around != null; around = around.parent) {
      outer.addFirst(around.branch);
    }
    final BitSet used = new BitSet();
    final BitSet written = new BitSet();
    final TreeSet<Integer> exits = new TreeSet<>();
    final OperatorReader in = new OperatorReader(module.bytes());
    in.reset(node.start, node.end);
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
    return new Region(number, node.start, node.end, outer, used, written, List.copyOf(exits));
  }

  private static void leave(TreeSet<Integer> exits, int label, int depth) {
    if (label >= depth) {
      exits.add(label - depth + 1);
    }
  }
}
