package io.tidemill.executor.wasm;

import static io.tidemill.executor.wasm.HandMade.bareCode;
import static io.tidemill.executor.wasm.HandMade.code;
import static io.tidemill.executor.wasm.HandMade.entryType;
import static io.tidemill.executor.wasm.HandMade.repeat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemill.executor.wasm.gen.Sink;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** For every rule a module that breaks it and nothing before it. */
class ModuleRuleTest {
  private static final Map<ModuleRule, byte[]> BROKEN = new EnumMap<>(ModuleRule.class);

  static {
    malformed();
    invalid();
    tooBig();
    tooMany();
    features();
  }

  private static Sink section(int id, int... content) {
    return Sink.module().section(id, new Sink().raw(content));
  }

  private static void put(ModuleRule rule, Sink module) {
    BROKEN.put(rule, module.toBytes());
  }

  private static void malformed() {
    put(ModuleRule.MAGIC, new Sink().raw(1, 2, 3, 4, 1, 0, 0, 0));
    put(ModuleRule.VERSION, new Sink().raw(0, 'a', 's', 'm', 2, 0, 0, 0));
    put(ModuleRule.UNEXPECTED_END, new Sink().raw(0, 'a', 's', 'm'));
    put(ModuleRule.LEB_TOO_LONG, section(1, 0x80, 0x80, 0x80, 0x80, 0x80, 0));
    put(ModuleRule.LEB_TOO_LARGE, section(1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F));
    put(ModuleRule.UTF8, section(0, 1, 0xFF));
    put(ModuleRule.SECTION_ID, section(14));
    put(ModuleRule.SECTION_ORDER, section(3, 0).section(1, new Sink().u32(0)));
    put(ModuleRule.SECTION_SIZE, section(1, 0, 0));
    put(ModuleRule.COUNT_TOO_LARGE, section(1, 5));
    put(ModuleRule.CODE_COUNT, entryType().section(3, new Sink().raw(1, 0)));
    put(ModuleRule.DATA_COUNT, section(12, 1));
    BROKEN.put(ModuleRule.BODY_SIZE, bareCode(Opcodes.END));
    put(ModuleRule.VALUE_TYPE, section(1, 1, 0x60, 1, 1, 0));
    put(ModuleRule.TYPE_FORM, section(1, 1, 0x40));
    put(ModuleRule.KIND, section(7, 1, 0, 9, 0));
    put(ModuleRule.FLAGS, section(5, 1, 0x20, 0));
    BROKEN.put(ModuleRule.ZERO_BYTE, code(new Sink().raw(0x3F, 0x80, 0, 0x1A)));
    BROKEN.put(ModuleRule.OPCODE, bareCode(0x27));
  }

  private static void invalid() {
    BROKEN.put(ModuleRule.TYPE_MISMATCH, bareCode(0x41, 0));
    put(ModuleRule.UNKNOWN_TYPE, entryType().section(3, new Sink().raw(1, 5)));
    BROKEN.put(ModuleRule.UNKNOWN_FUNCTION, bareCode(0x10, 9));
    BROKEN.put(ModuleRule.UNKNOWN_TABLE, bareCode(0x41, 0, 0x11, 0, 0));
    BROKEN.put(ModuleRule.UNKNOWN_MEMORY, bareCode(0x3F, 0, 0x1A));
    BROKEN.put(ModuleRule.UNKNOWN_GLOBAL, bareCode(0x23, 0, 0x1A));
    BROKEN.put(ModuleRule.UNKNOWN_LOCAL, bareCode(0x20, 0, 0x1A));
    BROKEN.put(ModuleRule.UNKNOWN_LABEL, bareCode(0x0C, 9));
    put(
        ModuleRule.UNKNOWN_DATA_SEGMENT,
        entryType()
            .section(3, new Sink().raw(1, 0))
            .section(12, new Sink().raw(0))
            .section(10, new Sink().raw(1, 5, 0, 0xFC, 9, 0, 0x0B)));
    BROKEN.put(ModuleRule.UNKNOWN_ELEMENT_SEGMENT, bareCode(0xFC, 13, 0));
    BROKEN.put(ModuleRule.ALIGNMENT, code(new Sink().raw(0x41, 0, 0x28, 3, 0, 0x1A)));
    put(
        ModuleRule.IMMUTABLE_GLOBAL,
        entryType()
            .section(3, new Sink().raw(1, 0))
            .section(6, new Sink().raw(1, 0x7F, 0, 0x41, 0, 0x0B))
            .section(10, new Sink().raw(1, 6, 0, 0x41, 0, 0x24, 0, 0x0B)));
    put(ModuleRule.CONSTANT_EXPRESSION, section(6, 1, 0x7F, 0, 0x01, 0x0B));
    put(ModuleRule.SIZE_ORDER, section(5, 1, 1, 2, 1));
    put(ModuleRule.MEMORY_SIZE, Sink.module().section(5, new Sink().raw(1, 0).u32(65_537)));
    final Sink memory = Sink.module().section(5, new Sink().raw(1, 0, 0));
    put(
        ModuleRule.DUPLICATE_EXPORT,
        memory.section(7, new Sink().u32(2).name("a").raw(2, 0).name("a").raw(2, 0)));
    put(
        ModuleRule.RESERVED_EXPORT,
        Sink.module()
            .section(5, new Sink().raw(1, 0, 0))
            .section(7, new Sink().u32(1).name("tidemill_x").raw(2, 0)));
    put(
        ModuleRule.START_TYPE,
        section(1, 1, 0x60, 1, 0x7F, 0)
            .section(3, new Sink().raw(1, 0))
            .section(8, new Sink().raw(0))
            .section(10, new Sink().raw(1, 2, 0, 0x0B)));
    final Sink imported = new Sink().u32(1).name("m").name("f");
    put(ModuleRule.IMPORT_KIND, Sink.module().section(2, imported.raw(2, 0, 1)));
    put(
        ModuleRule.IMPORT_FORBIDDEN,
        entryType().section(2, new Sink().u32(1).name("m").name("f").raw(0, 0)));
  }

  private static void tooBig() {
    BROKEN.put(ModuleRule.LIMIT_MODULE_BYTES, new byte[(1 << 20) + 1]);
    put(ModuleRule.LIMIT_PARAMS, section(1, 1, 0x60, 33));
    put(ModuleRule.LIMIT_RESULTS, section(1, 1, 0x60, 0, 33));
    BROKEN.put(ModuleRule.LIMIT_LOCALS, code(new Sink(), new Sink().u32(1).u32(1_025).raw(0x7F)));
    final Sink bodies = new Sink().u32(50);
    for (int i = 0; i < 50; i++) {
      bodies.sized(new Sink().u32(1).u32(1_024).raw(0x7E, 0x0B));
    }
    put(
        ModuleRule.LIMIT_MODULE_LOCALS,
        entryType().section(3, new Sink().u32(50).bytes(new byte[50])).section(10, bodies));
    BROKEN.put(ModuleRule.LIMIT_BODY_BYTES, code(repeat(128 << 10, Opcodes.NOP)));
    BROKEN.put(
        ModuleRule.LIMIT_NESTING,
        code(repeat(257, Opcodes.BLOCK, 0x40).bytes(repeat(257, Opcodes.END).toBytes())));
    BROKEN.put(
        ModuleRule.LIMIT_OPERAND_HEIGHT,
        code(repeat(1_025, 0x41, 0).bytes(repeat(1_025, Opcodes.DROP).toBytes())));
    BROKEN.put(
        ModuleRule.LIMIT_BRANCH_TABLE_TARGETS,
        code(new Sink().raw(0x41, 0, 0x0E).u32(4_097).bytes(new byte[4_098])));
    put(
        ModuleRule.LIMIT_TABLE_ENTRIES,
        Sink.module().section(4, new Sink().raw(1, 0x70, 0).u32(10_001)));
    put(ModuleRule.LIMIT_MEMORY_PAGES, Sink.module().section(5, new Sink().raw(1, 0).u32(1_025)));
    put(ModuleRule.LIMIT_NAME_BYTES, section(0).section(0, new Sink().name("n".repeat(257))));
    BROKEN.put(
        ModuleRule.LIMIT_NAME_BYTES,
        Sink.module().section(0, new Sink().name("n".repeat(257))).toBytes());
    put(
        ModuleRule.LIMIT_CUSTOM_BYTES,
        Sink.module().section(0, new Sink().name("x").bytes(new byte[256 << 10])));
  }

  private static void tooMany() {
    put(ModuleRule.LIMIT_TYPES, Sink.module().section(1, new Sink().u32(10_001)));
    put(ModuleRule.LIMIT_FUNCTIONS, entryType().section(3, new Sink().u32(4_097)));
    put(ModuleRule.LIMIT_IMPORTS, Sink.module().section(2, new Sink().u32(65)));
    put(ModuleRule.LIMIT_EXPORTS, Sink.module().section(7, new Sink().u32(257)));
    put(ModuleRule.LIMIT_GLOBALS, Sink.module().section(6, new Sink().u32(1_001)));
    put(ModuleRule.LIMIT_DATA_SEGMENTS, Sink.module().section(11, new Sink().u32(1_001)));
    put(ModuleRule.LIMIT_ELEMENT_SEGMENTS, Sink.module().section(9, new Sink().u32(1_001)));
    final Sink customs = Sink.module();
    for (int i = 0; i < 65; i++) {
      customs.section(0, new Sink().name("c"));
    }
    put(ModuleRule.LIMIT_CUSTOM_SECTIONS, customs);
  }

  private static void features() {
    put(ModuleRule.FEATURE_COMPONENT_MODEL, new Sink().raw(0, 'a', 's', 'm', 0x0D, 0, 1, 0));
    put(ModuleRule.FEATURE_CUSTOM_PAGE_SIZES, section(5, 1, 8, 0));
    BROKEN.put(ModuleRule.FEATURE_EXCEPTIONS, bareCode(0x06));
    put(ModuleRule.FEATURE_EXTENDED_CONST, section(6, 1, 0x7F, 0, 0x41, 1, 0x41, 2, 0x6A, 0x0B));
    BROKEN.put(ModuleRule.FEATURE_FLOATS, bareCode(0x43, 0, 0, 0, 0, 0x1A));
    BROKEN.put(ModuleRule.FEATURE_FUNCTION_REFERENCES, bareCode(0x14, 0));
    BROKEN.put(ModuleRule.FEATURE_GC, bareCode(0xFB, 0));
    put(ModuleRule.FEATURE_MEMORY64, section(5, 1, 4, 0));
    put(ModuleRule.FEATURE_MULTI_MEMORY, section(5, 2, 0, 0, 0, 0));
    BROKEN.put(ModuleRule.FEATURE_REFERENCE_TYPES, bareCode(0xD0, 0x70));
    BROKEN.put(ModuleRule.FEATURE_SIMD, bareCode(0xFD, 12));
    BROKEN.put(ModuleRule.FEATURE_STACK_SWITCHING, bareCode(0xE0, 0));
    BROKEN.put(ModuleRule.FEATURE_TAIL_CALL, bareCode(0x12, 0));
    put(ModuleRule.FEATURE_THREADS, section(5, 1, 3, 0, 1));
    BROKEN.put(ModuleRule.FEATURE_WIDE_ARITHMETIC, bareCode(0xFC, 19));
  }

  private static WasmProfile profile(ModuleRule rule) {
    return switch (rule) {
      case FEATURE_FLOATS -> WasmProfile.CONTRACT.withFloats(WasmProfile.Floats.DENY);
      case IMPORT_FORBIDDEN -> WasmProfile.BARE;
      default -> WasmProfile.CONTRACT;
    };
  }

  @ParameterizedTest
  @EnumSource
  void shouldNameTheBrokenRuleAndWhere(ModuleRule rule) {
    final byte[] module = BROKEN.get(rule);
    assertThat(module).as("a module that breaks " + rule.label()).isNotNull();
    final InvalidModuleException refused =
        catchThrowableOfType(
            InvalidModuleException.class, () -> ModuleValidator.validate(module, profile(rule)));
    assertThat(refused).as(rule.label()).isNotNull();
    assertThat(refused.rule()).as(refused.getMessage()).isEqualTo(rule);
    assertThat(refused.offset()).isBetween(0, module.length);
    assertThat(refused).hasMessageStartingWith(rule.label() + " at byte " + refused.offset());
  }

  @Test
  void shouldRefuseEveryOpcodeOutsideTheProfile() {
    for (int opcode = 0; opcode < 256; opcode++) {
      if (opcode != Opcodes.PREFIX_FC && !OpcodeTable.known(opcode)) {
        refusedAs(bareCode(opcode, 0, 0, 0, 0, 0), "opcode 0x" + Integer.toHexString(opcode));
      }
    }
    for (int sub = Opcodes.LAST_FC + 1; sub < 400; sub++) {
      final Sink code = new Sink().raw(Opcodes.PREFIX_FC).u32(sub).raw(0, 0);
      refusedAs(code(code), "opcode 0xfc " + sub);
    }
  }

  private static void refusedAs(byte[] module, String what) {
    final InvalidModuleException refused =
        catchThrowableOfType(
            InvalidModuleException.class,
            () -> ModuleValidator.validate(module, WasmProfile.CONTRACT));
    assertThat(refused).as(what).isNotNull();
    assertThat(refused.rule().label()).as(what).matches("opcode|feature-.*");
  }

  @Test
  void shouldAcceptWhatStandsExactlyOnALimit() {
    final byte[] nested =
        code(repeat(256, Opcodes.BLOCK, 0x40).bytes(repeat(256, Opcodes.END).toBytes()));
    ModuleValidator.validate(nested, WasmProfile.CONTRACT);
    final byte[] high = code(repeat(1_024, 0x41, 0).bytes(repeat(1_024, Opcodes.DROP).toBytes()));
    final Module module = ModuleValidator.validate(high, WasmProfile.CONTRACT);
    assertThat(module.functions().getFirst().maxHeight()).isEqualTo(1_024);
    ModuleValidator.validate(
        code(new Sink(), new Sink().u32(1).u32(1_024).raw(0x7F)), WasmProfile.CONTRACT);
    ModuleValidator.validate(
        code(new Sink().raw(0x41, 0, 0x0E).u32(4_096).bytes(new byte[4_097])),
        WasmProfile.CONTRACT);
  }

  @Test
  void shouldAcceptALongZeroAsTheTableOfAnIndirectCall() {
    final Sink call = new Sink().raw(0x41, 0, 0x11, 0, 0x80, 0x80, 0x80, 0x80, 0);
    ModuleValidator.validate(code(call), WasmProfile.CONTRACT);
  }
}
