package io.tidemill.executor.wasm;

import java.util.Arrays;
import java.util.List;

/**
 * Writes blocks, loops and ifs without operands. What a block takes goes through scratch locals,
 * and a loop that takes operands becomes a loop around a block that gives them: the reference
 * interpreter loses count of its stack at blocks with operands, and plain ones every engine gets
 * right. A block or loop that no branch names is not written at all: it costs no fuel, and what it
 * takes and gives stays where it is on the stack. Branches are renumbered on the way.
 */
final class BlockRewriter {
  /** In the place of the opener of a frame that is not written. */
  private static final int UNWRITTEN = -1;

  private final TypeTable types;
  private final ScratchLocals scratch;
  private final ModuleWriter out;

  // Frames of the original body, the function's own first.
  private int depth;
  private int[] openers = new int[16];
  private FunctionType[] blockTypes = new FunctionType[16];
  private int[] targets = new int[16];

  /** Labels that are open in the output. */
  private int level;

  BlockRewriter(TypeTable types, ScratchLocals scratch, ModuleWriter out) {
    this.types = types;
    this.scratch = scratch;
    this.out = out;
  }

  /** Opens the block that holds the whole body. */
  void begin(List<ValType> results) {
    depth = 0;
    level = 0;
    enter(Opcodes.BLOCK, new FunctionType(List.of(), results));
  }

  /** Frames that are open. */
  int depth() {
    return depth;
  }

  /** The label in the output that a branch to {@code label} goes to. */
  int label(int label) {
    return level - targets[depth - 1 - label];
  }

  /** The label in the output that leads out of the body. */
  int functionLabel() {
    return level - targets[0];
  }

  private void push(int opener, FunctionType type) {
    if (depth == openers.length) {
      openers = Arrays.copyOf(openers, depth * 2);
      blockTypes = Arrays.copyOf(blockTypes, depth * 2);
      targets = Arrays.copyOf(targets, depth * 2);
    }
    openers[depth] = opener;
    blockTypes[depth] = type;
  }

  /** Opens a block or loop that no branch names. */
  void enterUnwritten(FunctionType type) {
    push(UNWRITTEN, type);
    targets[depth++] = level;
  }

  /**
   * Whether the innermost frame is one that no branch names, so that nothing but its body leads to
   * its end.
   */
  boolean isUnwritten() {
    return openers[depth - 1] == UNWRITTEN;
  }

  void enter(int opener, FunctionType type) {
    push(opener, type);
    final List<ValType> params = type.params();
    if (params.isEmpty()) {
      open(opener, type.results());
    } else if (opener == Opcodes.IF) {
      final int condition = scratch.index(ValType.I32, params.size());
      out.op(Opcodes.LOCAL_SET, condition);
      save(params);
      out.op(Opcodes.LOCAL_GET, condition);
      open(opener, type.results());
      restore(params);
    } else {
      save(params);
      open(Opcodes.BLOCK, type.results());
      if (opener == Opcodes.LOOP) {
        open(Opcodes.LOOP, List.of());
        open(Opcodes.BLOCK, params);
      }
      restore(params);
    }
    targets[depth++] = level;
  }

  private void open(int opener, List<ValType> results) {
    out.op(opener);
    if (results.isEmpty()) {
      out.u8(0x40);
    } else if (results.size() == 1) {
      out.u8(results.getFirst().code());
    } else {
      out.signed(types.number(new FunctionType(List.of(), results)));
    }
    level++;
  }

  void enterElse() {
    out.op(Opcodes.ELSE);
    openers[depth - 1] = Opcodes.ELSE;
    restore(blockTypes[depth - 1].params());
  }

  /** Closes the innermost frame. */
  void leave() {
    depth--;
    if (openers[depth] == UNWRITTEN) {
      return;
    }
    final List<ValType> params = blockTypes[depth].params();
    if (openers[depth] == Opcodes.LOOP && !params.isEmpty()) {
      // Falling out of the body leaves the loop; a branch to it arrives behind the inner block.
      out.op(Opcodes.BR, 2).op(Opcodes.END);
      save(params);
      out.op(Opcodes.BR, 0).op(Opcodes.END).op(Opcodes.UNREACHABLE);
      level -= 2;
    } else if (openers[depth] == Opcodes.IF && !params.isEmpty()) {
      // An if without else gives back what it takes.
      out.op(Opcodes.ELSE);
      restore(params);
    }
    out.op(Opcodes.END);
    level--;
  }

  private void save(List<ValType> params) {
    for (int i = params.size() - 1; i >= 0; i--) {
      out.op(Opcodes.LOCAL_SET, slot(params, i));
    }
  }

  private void restore(List<ValType> params) {
    for (int i = 0; i < params.size(); i++) {
      out.op(Opcodes.LOCAL_GET, slot(params, i));
    }
  }

  /** The scratch local of the i-th operand. */
  private int slot(List<ValType> params, int i) {
    int same = 0;
    for (int j = 0; j < i; j++) {
      if (params.get(j) == params.get(i)) {
        same++;
      }
    }
    return scratch.index(params.get(i), same);
  }
}
