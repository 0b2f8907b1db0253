package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.OpcodeTable;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import io.tidemill.executor.wasm.jvm.Outline.Block;
import io.tidemill.executor.wasm.jvm.Outline.Statement;
import java.util.ArrayList;
import java.util.List;

/** Reads the body of a validated function as blocks of statements, for {@link Outline}. */
final class StatementReader {
  private final Module module;
  private final List<FunctionType> functionTypes;
  private final OperatorReader in;
  private final List<Open> open = new ArrayList<>();

  StatementReader(Module module) {
    this.module = module;
    this.functionTypes = module.functionTypes();
    this.in = new OperatorReader(module.bytes());
  }

  /** A block that is being read. */
  private static final class Open {
    final Block block;
    final FunctionType type;

    /** Its block, loop or if; the body is a block. */
    final int opener;

    Statement statement;

    /** Whether the statement takes operands of a block that has some. */
    boolean takesOperands;

    /** Whether a branch, or the missing arm of an if, leads to its end. */
    boolean reached;

    boolean branchedTo;

    /** Operands above those that the block began with. */
    int height;

    /** Whether the code cannot be reached; then how many blocks are open in it. */
    boolean dead;

    int deadBlocks;

    Open(Block block, FunctionType type, int opener, int start) {
      this.block = block;
      this.type = type;
      this.opener = opener;
      this.reached = opener == Opcodes.IF;
      this.statement = new Statement(start);
    }
  }

  Block read(Module.Function function) {
    final FunctionType type = module.types().get(function.typeIndex());
    final Block body = new Block(null, type.results());
    open.add(new Open(body, type, Opcodes.BLOCK, function.bodyStart()));
    in.reset(function.bodyStart(), function.bodyEnd());
    while (in.hasNext()) {
      final int opcode = in.next();
      final Open current = open.getLast();
      if (current.dead && skips(current, opcode)) {
        continue;
      }
      current.statement.own += BytecodeEstimate.of(in);
      step(current, opcode);
    }
    return body;
  }

  /** Whether the instruction belongs to dead code. */
  private static boolean skips(Open current, int opcode) {
    switch (opcode) {
      case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> current.deadBlocks++;
      case Opcodes.END -> {
        return current.deadBlocks-- > 0;
      }
      case Opcodes.ELSE -> {
        return current.deadBlocks > 0;
      }
      default -> {}
    }
    return true;
  }

  private void step(Open current, int opcode) {
    switch (opcode) {
      case Opcodes.BLOCK, Opcodes.LOOP, Opcodes.IF -> {
        final FunctionType type = module.blockType(in.blockType());
        current.height -= type.params().size() + (opcode == Opcodes.IF ? 1 : 0);
        final Block block =
            new Block(current.block, opcode == Opcodes.LOOP ? type.params() : type.results());
        current.statement.blocks.add(block);
        final Open inner = new Open(block, type, opcode, in.position());
        inner.height = type.params().size();
        inner.takesOperands = inner.height > 0;
        open.add(inner);
      }
      case Opcodes.ELSE -> {
        close(current, in.offset(), false);
        // Not through a missing arm any more, but through the one that ends here.
        current.reached = current.branchedTo || !current.dead;
        current.statement = new Statement(in.position());
        current.dead = false;
        current.height = current.type.params().size();
        current.takesOperands = current.height > 0;
      }
      case Opcodes.END -> {
        close(current, in.offset(), false);
        open.removeLast();
        if (!open.isEmpty()) {
          leave(current, open.getLast());
        }
      }
      case Opcodes.BR, Opcodes.BR_TABLE, Opcodes.RETURN, Opcodes.UNREACHABLE -> {
        branch(opcode);
        current.dead = true;
        current.deadBlocks = 0;
      }
      case Opcodes.BR_IF -> {
        branch(opcode);
        current.height--;
        boundary(current);
      }
      default -> {
        current.height += delta(opcode);
        boundary(current);
      }
    }
  }

  private void leave(Open inner, Open outer) {
    if (inner.dead && (inner.opener == Opcodes.LOOP || !inner.reached)) {
      outer.dead = true;
      outer.deadBlocks = 0;
    } else {
      outer.height += inner.type.results().size();
      boundary(outer);
    }
  }

  private void branch(int opcode) {
    if (opcode == Opcodes.BR || opcode == Opcodes.BR_IF) {
      target(in.index());
    } else if (opcode == Opcodes.BR_TABLE) {
      for (int i = in.targetCount(); i >= 0; i--) {
        target(in.nextTarget());
      }
    }
  }

  private void target(int label) {
    final Open target = open.get(open.size() - 1 - label);
    target.reached = true;
    target.branchedTo = true;
  }

  private void boundary(Open current) {
    if (current.height == 0) {
      close(current, in.position(), !current.takesOperands);
      current.statement = new Statement(in.position());
      current.takesOperands = false;
    }
  }

  private static void close(Open current, int end, boolean whole) {
    current.statement.end = end;
    current.statement.whole = whole;
    current.block.statements.add(current.statement);
  }

  /** How many operands more there are after the instruction. */
  private int delta(int opcode) {
    final String signature = OpcodeTable.signature(opcode);
    if (signature != null) {
      final int taken = signature.indexOf(':');
      return signature.length() - 1 - 2 * taken;
    }
    return switch (opcode) {
      case Opcodes.LOCAL_GET,
          Opcodes.GLOBAL_GET,
          Opcodes.I32_CONST,
          Opcodes.I64_CONST,
          Opcodes.F32_CONST,
          Opcodes.F64_CONST,
          Opcodes.MEMORY_SIZE ->
          1;
      case Opcodes.LOCAL_SET, Opcodes.GLOBAL_SET, Opcodes.DROP -> -1;
      case Opcodes.SELECT -> -2;
      case Opcodes.CALL -> balance(functionTypes.get(in.index()));
      case Opcodes.CALL_INDIRECT -> balance(module.types().get(in.index())) - 1;
      case Opcodes.MEMORY_FILL,
          Opcodes.MEMORY_COPY,
          Opcodes.MEMORY_INIT,
          Opcodes.TABLE_INIT,
          Opcodes.TABLE_COPY ->
          -3;
      default -> 0;
    };
  }

  private static int balance(FunctionType type) {
    return type.results().size() - type.params().size();
  }
}
