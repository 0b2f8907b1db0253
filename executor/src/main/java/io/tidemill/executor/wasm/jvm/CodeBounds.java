package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.Opcodes;
import io.tidemill.executor.wasm.OperatorReader;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.management.ManagementFactory;

/**
 * What HotSpot handles well. A module with a part outside these bounds is not compiled and runs on
 * the reference interpreter, with the same results and the same fuel. Source: decisions W6.
 */
final class CodeBounds {
  /**
   * Bytecode of one method. By default HotSpot never compiles a method above 8,000 bytes; with the
   * flag that the launcher passes it compiles any, and the bound is what its compilers were seen to
   * stand. Which bound holds decides only how fast a module runs.
   */
  static final int METHOD_BYTES =
      ManagementFactory.getRuntimeMXBean()
              .getInputArguments()
              .contains("-XX:-DontCompileHugeMethods")
          ? 16_000
          : 8_000;

  /**
   * Bytecode, as estimated, of the methods that a function is cut into when it would have a third
   * more. That is HotSpot's own limit: what it makes of a part is as good as of a small function.
   */
  static final int OUTLINE_BYTES = 6_000;

  /**
   * Bytecode between two places where control can come or go. One long data flow is what makes both
   * JIT compilers give up: at 18,000 bytes the first ran out of registers and the second out of
   * stack, and the method stayed interpreted.
   */
  static final int STRAIGHT_BYTES = 8_000;

  /** Java slots of the parameters of one method; the class file format ends at 255. */
  static final int PARAMETER_SLOTS = 240;

  /**
   * Java slots of the locals of one method. Every branch target has a map of all of them, and so
   * does whoever compiles it.
   */
  static final int LOCAL_SLOTS = 2_400;

  private CodeBounds() {}

  /** Says why a module is not compiled. Internal: {@link JvmEngine} falls back. */
  static final class OutsideBounds extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutsideBounds(String reason) {
      super(reason, null, false, false);
    }
  }

  static void checkType(FunctionType type) {
    if (Jvm.width(type.params()) > PARAMETER_SLOTS) {
      throw new OutsideBounds(type.params().size() + " parameters");
    }
  }

  /** How a function is cut into methods; refuses one that cannot be, before anything is emitted. */
  static Outline outline(ModuleLayout layout, int index) {
    final Module.Function function = layout.module.functions().get(index);
    final int slots =
        Jvm.width(layout.module.types().get(function.typeIndex()).params())
            + Jvm.width(function.locals());
    if (layout.plan.functions().get(index).frameSlots() > PackedStack.MOST_SLOTS) {
      throw new OutsideBounds("function " + index + " has a frame beyond the limit of the stack");
    }
    if (slots > LOCAL_SLOTS) {
      throw new OutsideBounds("function " + index + " has " + slots + " slots of locals");
    }
    final OperatorReader in = new OperatorReader(layout.module.bytes());
    in.reset(function.bodyStart(), function.bodyEnd());
    long bytes =
        (long) BytecodeEstimate.CHARGE * layout.plan.functions().get(index).charges().length;
    int straight = 0;
    while (in.hasNext()) {
      final int opcode = in.next();
      final int size = BytecodeEstimate.of(in);
      bytes += size;
      straight = opcode < Opcodes.DROP ? 0 : straight + size;
      if (straight > STRAIGHT_BYTES) {
        throw new OutsideBounds("function " + index + " has a straight line of " + straight);
      }
    }
    if (bytes <= layout.options.outlineBytes() * 4L / 3) {
      return Outline.NONE;
    }
    final Outline outline =
        Outline.of(
            layout.module,
            function,
            layout.plan.functions().get(index).charges().length,
            layout.options.outlineBytes());
    // What is estimated from above may still fit; what is far above cannot.
    if (outline.largest() > 2L * METHOD_BYTES) {
      throw new OutsideBounds(
          "function " + index + " has a part of about " + outline.largest() + " bytes");
    }
    return outline;
  }

  /** Refuses a class with a method that HotSpot would not compile. */
  static void checkMethods(byte[] classFile) {
    for (MethodModel method : ClassFile.of().parse(classFile).methods()) {
      final int length = method.code().map(code -> ((CodeAttribute) code).codeLength()).orElse(0);
      if (length > METHOD_BYTES) {
        throw new OutsideBounds(
            method.methodName().stringValue() + " has " + length + " bytes of bytecode");
      }
    }
  }
}
