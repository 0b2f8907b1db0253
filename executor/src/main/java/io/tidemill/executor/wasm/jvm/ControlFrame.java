package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One open block, loop, if or function body while its code is emitted. */
final class ControlFrame {
  /** What opened it. */
  enum Kind {
    FUNCTION,
    BLOCK,
    LOOP,
    IF,
    /** Around the region that is emitted: a branch there leaves the method. */
    OUTER
  }

  final Kind kind;
  final FunctionType type;

  /** Where a branch goes: the header of a loop, the end of anything else. */
  final Label target;

  /** Where the else arm starts, until it has started. */
  @Nullable Label elseArm;

  /** Operands below its parameters. */
  final int base;

  /** How many of them are in locals, at every way in and out. */
  final int spilled;

  /** For a loop, the locals that carry its parameters. */
  int[] parameterSlots = {};

  /** For a loop, what each round costs at its start; 0 without a charge there. */
  long roundCost;

  /** For a loop with such a charge, where a round goes that finds the fuel below the mark. */
  @Nullable Label detour;

  /** Where temporary locals go back to when it ends. */
  int mark;

  /** Whether anything branches to the end. */
  boolean reached;

  ControlFrame(Kind kind, FunctionType type, Label target, int base, int spilled) {
    this.kind = kind;
    this.type = type;
    this.target = target;
    this.base = base;
    this.spilled = spilled;
  }

  /** What a branch carries. */
  List<ValType> branchTypes() {
    return kind == Kind.LOOP ? type.params() : type.results();
  }
}
