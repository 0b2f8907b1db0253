package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;

/**
 * What HotSpot handles well. A module with a part outside these bounds is not compiled and runs on
 * the reference interpreter, with the same results and the same fuel. Source: decisions W6.
 */
final class CodeBounds {
  /**
   * Bytecode of one method. HotSpot never compiles a method above 8,000 bytes (HugeMethodLimit),
   * and what it has to hold while it compiles grows with the method.
   */
  static final int METHOD_BYTES = 8_000;

  /** Java slots of the parameters of one method; the class file format ends at 255. */
  static final int PARAMETER_SLOTS = 240;

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
