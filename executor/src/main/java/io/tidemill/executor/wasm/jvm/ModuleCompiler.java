package io.tidemill.executor.wasm.jvm;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ValType;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Turns a module into class files: code classes with a method per function, one with the stubs of
 * imports and exports, one that dispatches indirect calls, and the instance.
 */
final class ModuleCompiler {
  private static final int STATIC = ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC;
  private static final int FINAL_CLASS =
      ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_SUPER;

  /** A tableswitch in one method has at most this many cases; more are split in a tree. */
  private static final int CASES = 128;

  private static final ClassDesc LAUNCH = Jvm.of(Launch.class);
  private static final ClassDesc JVM_MODULE = Jvm.of(JvmModule.class);
  private static final MethodTypeDesc ENTRY = Jvm.method(Jvm.LONG_ARRAY, Jvm.LONG_ARRAY);
  private static final MethodTypeDesc CONSTRUCTOR = Jvm.method(Jvm.VOID, JVM_MODULE, LAUNCH);

  private final ModuleLayout layout;
  private final ClassFile classFile = ClassFile.of();
  private final List<ClassBytes> classes = new ArrayList<>();

  private ModuleCompiler(ModuleLayout layout) {
    this.layout = layout;
  }

  /** The classes of the module; the instance is the last one. */
  static List<ClassBytes> compile(ModuleLayout layout) {
    final ModuleCompiler compiler = new ModuleCompiler(layout);
    for (int i = 0; i + 1 < layout.classStarts.length; i++) {
      compiler.codeClass(i);
    }
    compiler.stubs();
    compiler.dispatcher();
    compiler.instance();
    return List.copyOf(compiler.classes);
  }

  private void add(ClassDesc name, ClassDesc superclass, Consumer<ClassBuilder> content) {
    final byte[] bytes;
    try {
      bytes =
          classFile.build(
              name,
              builder -> {
                builder.withFlags(FINAL_CLASS).withSuperclass(superclass);
                content.accept(builder);
              });
    } catch (IllegalArgumentException e) {
      // How the class file library refuses what the format cannot hold.
      throw new CodeBounds.OutsideBounds(name.displayName() + ": " + e.getMessage());
    }
    CodeBounds.checkMethods(bytes);
    classes.add(new ClassBytes(name.packageName() + "." + name.displayName(), bytes));
  }

  private void codeClass(int number) {
    add(
        ModuleLayout.codeClass(number),
        ConstantDescs.CD_Object,
        builder -> {
          for (int i = layout.classStarts[number]; i < layout.classStarts[number + 1]; i++) {
            final int function = i;
            final int index = layout.importedFunctions + i;
            builder.withMethodBody(
                ModuleLayout.functionName(index),
                Jvm.function(layout.functionTypes.get(index), layout.instance),
                STATIC,
                code -> new FunctionEmitter(layout, function, code, null).emit());
            for (Outline.Region region : layout.outlines.get(i).regions()) {
              builder.withMethodBody(
                  RegionEmitter.name(index, region),
                  RegionEmitter.descriptor(layout.instance),
                  STATIC,
                  code -> new FunctionEmitter(layout, function, code, region).emit());
            }
          }
        });
  }

  private void stubs() {
    add(
        layout.stubs,
        ConstantDescs.CD_Object,
        builder -> {
          for (int i = 0; i < layout.importedFunctions; i++) {
            final int index = i;
            builder.withMethodBody(
                ModuleLayout.functionName(i),
                Jvm.function(layout.functionTypes.get(i), layout.instance),
                STATIC,
                code -> importStub(code, index));
          }
          for (int function : layout.entries) {
            builder.withMethodBody(
                "entry" + function,
                ENTRY.insertParameterTypes(1, layout.instance),
                STATIC,
                code -> new StubEmitter(layout, code).entry(function));
          }
        });
  }

  private void importStub(CodeBuilder code, int index) {
    final FunctionType type = layout.functionTypes.get(index);
    final HostBinding binding = layout.links.bindings().get(index);
    if (binding == null) {
      new StubEmitter(layout, code).foreignImport(type, index);
    } else {
      new StubEmitter(layout, code).host(type, binding);
    }
  }

  private void dispatcher() {
    add(
        layout.dispatcher,
        ConstantDescs.CD_Object,
        builder -> {
          final List<FunctionType> signatures = layout.signatures();
          int from = 0;
          for (int i = 0; i < signatures.size(); i++) {
            int to = from;
            while (to < layout.callable.length
                && layout.signature(layout.functionTypes.get(layout.callable[to])) == i) {
              to++;
            }
            dispatch(builder, signatures.get(i), i, from, to);
            from = to;
          }
        });
  }

  /** Looks up the table, then calls the function with the number found there. */
  private void dispatch(ClassBuilder builder, FunctionType type, int signature, int from, int to) {
    final int element = Jvm.width(type.params());
    final String name = ModuleLayout.dispatcherName(signature);
    final Consumer<CodeBuilder> lookUp =
        code -> {
          if (layout.links.linked()) {
            foreignElement(code, type, signature);
          }
          // Looking up can trap.
          code.aload(element + 4).lload(element + 1).putfield(Jvm.INSTANCE, "fuel", Jvm.LONG);
          code.iload(element)
              .aload(element + 4)
              .loadConstant(from)
              .loadConstant(to)
              .invokestatic(
                  Jvm.COMPILED_INSTANCE,
                  "lookUp",
                  Jvm.method(Jvm.INT, Jvm.INT, Jvm.COMPILED_INSTANCE, Jvm.INT, Jvm.INT))
              .istore(element);
        };
    tree(builder, type, name, from, to, lookUp);
  }

  private void foreignElement(CodeBuilder code, FunctionType type, int signature) {
    final int element = Jvm.width(type.params());
    final Label own = code.newLabel();
    code.aload(element + 4).lload(element + 1).putfield(Jvm.INSTANCE, "fuel", Jvm.LONG);
    code.iload(element)
        .aload(element + 4)
        .loadConstant(signature)
        .invokestatic(
            Jvm.COMPILED_INSTANCE,
            "isForeign",
            Jvm.method(ConstantDescs.CD_boolean, Jvm.INT, Jvm.COMPILED_INSTANCE, Jvm.INT))
        .ifeq(own);
    new StubEmitter(layout, code).foreignElement(type);
    code.labelBinding(own);
  }

  /**
   * A method that calls the functions numbered from {@code from} to {@code to}; the number is in
   * the parameter before the fuel.
   */
  private void tree(
      ClassBuilder builder,
      FunctionType type,
      String name,
      int from,
      int to,
      Consumer<CodeBuilder> before) {
    int step = 1;
    while ((to - from + step - 1) / step > CASES) {
      step *= CASES;
    }
    final int stride = step;
    final MethodTypeDesc descriptor = Jvm.function(type, layout.instance, Jvm.INT);
    final int number = Jvm.width(type.params());
    builder.withMethodBody(
        name,
        descriptor,
        STATIC,
        code -> {
          before.accept(code);
          code.iload(number).loadConstant(from).isub();
          if (stride > 1) {
            code.loadConstant(stride).idiv();
          }
          tableSwitch(
              code,
              (to - from + stride - 1) / stride,
              at -> {
                StubEmitter.loadParameters(code, type);
                if (stride == 1) {
                  final int function = layout.callable[from + at];
                  code.lload(number + 1)
                      .iload(number + 3)
                      .aload(number + 4)
                      .invokestatic(
                          layout.ownerOf(function),
                          ModuleLayout.functionName(function),
                          Jvm.function(type, layout.instance));
                } else {
                  code.iload(number)
                      .lload(number + 1)
                      .iload(number + 3)
                      .aload(number + 4)
                      .invokestatic(
                          layout.dispatcher, name + "x" + (from + at * stride), descriptor);
                }
                return code.return_(Jvm.returnedKind(type));
              });
        });
    for (int at = from; stride > 1 && at < to; at += stride) {
      tree(builder, type, name + "x" + at, at, Math.min(to, at + stride), code -> {});
    }
  }

  /** Switches over {@code count} numbers from 0; anything else cannot happen. */
  private static void tableSwitch(CodeBuilder code, int count, IntFunction<CodeBuilder> body) {
    final List<Integer> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(i);
    }
    switchOver(code, values, body);
  }

  private void instance() {
    add(
        layout.instance,
        Jvm.COMPILED_INSTANCE,
        builder -> {
          for (int i = 0; i < layout.globalTypes.size(); i++) {
            if (!layout.inCell(i)) {
              builder.withField(
                  ModuleLayout.globalName(i),
                  Jvm.desc(layout.globalTypes.get(i).type()),
                  ClassFile.ACC_PUBLIC);
            }
          }
          builder.withMethodBody(
              ConstantDescs.INIT_NAME, CONSTRUCTOR, ClassFile.ACC_PUBLIC, this::constructor);
          builder.withMethodBody(
              "call",
              Jvm.method(Jvm.LONG_ARRAY, Jvm.INT, Jvm.LONG_ARRAY),
              ClassFile.ACC_PUBLIC,
              this::callMethod);
          builder.withMethodBody(
              "global", Jvm.method(Jvm.LONG, Jvm.INT), ClassFile.ACC_PUBLIC, this::globalMethod);
        });
  }

  private void constructor(CodeBuilder code) {
    code.aload(0)
        .aload(1)
        .aload(2)
        .invokespecial(Jvm.COMPILED_INSTANCE, ConstantDescs.INIT_NAME, CONSTRUCTOR);
    final int imported = layout.module.imported(Module.Kind.GLOBAL);
    for (int i = imported; i < layout.globalTypes.size(); i++) {
      final ValType type = layout.globalTypes.get(i).type();
      if (layout.inCell(i)) {
        continue;
      }
      code.aload(0);
      switch (layout.module.globals().get(i - imported).init()) {
        case Module.ConstExpr.Const constant -> Jvm.constant(code, type, constant.bits());
        case Module.ConstExpr.GlobalGet get -> {
          code.aload(0)
              .loadConstant(get.index())
              .invokestatic(
                  Jvm.COMPILED_INSTANCE,
                  "cell",
                  Jvm.method(Jvm.LONG, Jvm.COMPILED_INSTANCE, Jvm.INT));
          Jvm.fromBits(code, type);
        }
      }
      code.putfield(layout.instance, ModuleLayout.globalName(i), Jvm.desc(type));
    }
    code.return_();
  }

  private void callMethod(CodeBuilder code) {
    code.iload(1);
    switchOver(
        code,
        layout.entries,
        at ->
            code.aload(2)
                .aload(0)
                .invokestatic(
                    layout.stubs, "entry" + at, ENTRY.insertParameterTypes(1, layout.instance))
                .areturn());
  }

  private void globalMethod(CodeBuilder code) {
    code.iload(1);
    final List<Integer> exported =
        layout.module.exports().stream()
            .filter(export -> export.kind() == Module.Kind.GLOBAL)
            .map(Module.Export::index)
            .filter(index -> !layout.inCell(index))
            .distinct()
            .sorted()
            .toList();
    switchOver(
        code,
        exported,
        at -> {
          final ValType type = layout.globalTypes.get(at).type();
          code.aload(0).getfield(layout.instance, ModuleLayout.globalName(at), Jvm.desc(type));
          Jvm.toBits(code, type);
          return code.return_(TypeKind.LONG);
        });
  }

  private static void switchOver(
      CodeBuilder code, List<Integer> values, IntFunction<CodeBuilder> body) {
    final Label otherwise = code.newLabel();
    final List<SwitchCase> cases = new ArrayList<>();
    for (int value : values) {
      cases.add(SwitchCase.of(value, code.newLabel()));
    }
    if (!values.isEmpty() && values.getLast() - values.getFirst() < 2 * values.size()) {
      code.tableswitch(values.getFirst(), values.getLast(), otherwise, cases);
    } else {
      code.lookupswitch(otherwise, cases);
    }
    for (SwitchCase entry : cases) {
      code.labelBinding(entry.target());
      final CodeBuilder _ = body.apply(entry.caseValue());
    }
    code.labelBinding(otherwise)
        .invokestatic(
            Jvm.COMPILED_INSTANCE, "impossible", Jvm.method(Jvm.of(IllegalStateException.class)))
        .athrow();
  }
}
