package io.tidemill.executor.contract;

import static io.tidemill.executor.contract.Puppets.function;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ScalarType;
import io.tidemill.executor.abi.StateField;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** One negative per row of the deploy gate. */
class DeployGateTest {
  private static final int CALL = 0x10;
  private static final int CALL_INDIRECT = 0x11;
  private static final int I32 = 0x41;
  private static final byte[] NONE = {};

  private final TestChain chain = new TestChain();

  private static ContractAbi abi(ContractAbi.Function... functions) {
    return Puppets.abi(ContractType.CONTRACT, functions);
  }

  private static ContractAbi.Function run() {
    return function("run", Attribute.ENTRY);
  }

  private static ModuleAssembler plain() {
    return new ModuleAssembler().function("run", ":").abi(abi(run()));
  }

  private static ContractAbi with(
      ContractAbi abi, int constructor, int fallback, List<StateField> schema) {
    return new ContractAbi(
        abi.version(),
        abi.layout(),
        abi.type(),
        abi.functions(),
        abi.stateSchemaHash(),
        constructor,
        fallback,
        -1,
        abi.name(),
        abi.contractVersion(),
        abi.events(),
        abi.parachainImports(),
        schema,
        abi.types());
  }

  private List<Violation> violations(byte[] wasm) {
    return violations(wasm, 0);
  }

  private List<Violation> violations(byte[] wasm, int type) {
    return chain.runtime.check(chain.rules, "name", wasm, type).violations();
  }

  private void refused(byte[] wasm, int row, RejectCode code, String... texts) {
    refused(wasm, 0, row, code, texts);
  }

  /** The rule is the first violation, in the report and in the receipt. */
  private void refused(byte[] wasm, int type, int row, RejectCode code, String... texts) {
    final List<Violation> found = violations(wasm, type);
    assertThat(found).isNotEmpty();
    assertThat(found.getFirst().row()).isEqualTo(row);
    assertThat(found.getFirst().code()).isEqualTo(code.number());
    for (String text : texts) {
      assertThat(found.getFirst().text()).contains(text);
    }
    final TreeMap<?, ?> before = new TreeMap<>(chain.state);
    final Result result = chain.deploy("name", wasm, type, NONE, U128.ZERO);
    assertThat(result.end()).isEqualTo(End.REJECTED);
    assertThat(result.code()).isEqualTo(code.number());
    assertThat(result.fuelUsed()).isEqualTo(32_000 + 200L * wasm.length);
    assertThat(new String(result.returnData(), StandardCharsets.UTF_8))
        .isEqualTo(found.getFirst().text());
    assertThat(chain.state).isEqualTo(before);
  }

  @Test
  void shouldAcceptThePlainModule() {
    assertThat(violations(plain().done())).isEmpty();
  }

  @Test
  void shouldRefuseWhatIsNoModule() {
    refused(new byte[] {1, 2, 3}, 7, RejectCode.MODULE_REFUSED, "byte 3");
    refused(NONE, 7, RejectCode.MODULE_REFUSED);
    // simd: v128.const
    refused(
        new ModuleAssembler()
            .function("run", ":", 0xFD, 0x0C, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1A)
            .abi(abi(run()))
            .done(),
        7,
        RejectCode.FEATURE_DISABLED,
        "simd");
    refused(plain().memory(1_025, "memory").done(), 8, RejectCode.MODULE_LIMIT_EXCEEDED, "memory");
  }

  @Test
  void shouldRefuseImportsByModuleNameTypeAndKind() {
    final String[][] imports = {
      {"env", "abort", "iiii:", "AssemblyScript"},
      {"wasi_snapshot_preview1", "fd_write", "iiii:i", "WASI"},
      {"pyde", "debug_log", "ii:", "contract test"},
      {"pyde", "pyde_storage_read", "ii:i", "sload"},
      {"pyde", "pyde_storage_write", "iii:", "sstore"},
      {"pyde", "pyde_poseidon2", "iii:", "hash_poseidon2"},
      {"pyde", "pyde_transfer", "ii:i", "transfer"},
      {"env", "pyde_storage_read", "ii:i", "sload"},
      {"env", "sload", "iii:i", "the import module is \"pyde\""},
      {"pyde", "nothing", ":", "pyde.nothing"},
    };
    for (String[] line : imports) {
      refused(
          new ModuleAssembler()
              .importFunction(line[0], line[1], line[2])
              .function("run", ":")
              .memory(1, "memory")
              .abi(abi(run()))
              .done(),
          9,
          RejectCode.FORBIDDEN_IMPORT,
          line[3]);
    }
    refused(
        new ModuleAssembler()
            .importFunction("pyde", "sload", "iiii:i")
            .function("run", ":")
            .memory(1, "memory")
            .abi(abi(run()))
            .done(),
        9,
        RejectCode.IMPORT_TYPE_MISMATCH,
        "(i32 i32 i32) -> (i32) or (i32 i32) -> (i32)");
    refused(
        new ModuleAssembler()
            .importMemory("pyde", "memory")
            .function("run", ":")
            .abi(abi(run()))
            .done(),
        9,
        RejectCode.FORBIDDEN_IMPORT);
  }

  @Test
  void shouldGateParachainImportsByTheDeclaredKind() {
    final ModuleAssembler module =
        new ModuleAssembler()
            .importFunction("pyde", "parachain_version", ":i")
            .function("run", ":");
    refused(module.abi(abi(run())).done(), 9, RejectCode.PARACHAIN_ONLY, "pyde.parachain_version");
    final byte[] parachain =
        new ModuleAssembler()
            .importFunction("pyde", "parachain_version", ":i")
            .function("run", ":")
            .abi(Puppets.abi(ContractType.PARACHAIN, run()))
            .done();
    final Address address =
        TestChain.installed(chain.deploy("oracle", parachain, 1, NONE, U128.ZERO));
    assertThat(address.toString())
        .isEqualTo("3621b9dc41cd588ae265642340b609dac72b13b55a581abc48d7fc937a5cf33f");
    refused(parachain, 0, 9, RejectCode.PARACHAIN_ONLY);
    refused(plain().done(), 1, 14, RejectCode.CONTRACT_TYPE_MISMATCH);
  }

  @Test
  void shouldLinkEveryShapeOfEveryFunction() {
    for (var function : io.tidemill.executor.host.HostFunction.values()) {
      for (var overload : function.overloads()) {
        final ModuleAssembler module = new ModuleAssembler();
        module.importFunction("pyde", function.importName(), spelled(overload.type()));
        module.function("run", ":").memory(1, "memory");
        module.abi(Puppets.abi(ContractType.PARACHAIN, run()));
        assertThat(violations(module.done(), 1)).isEmpty();
      }
    }
  }

  private static String spelled(io.tidemill.executor.wasm.FunctionType type) {
    final StringBuilder text = new StringBuilder();
    type.params()
        .forEach(value -> text.append(value == io.tidemill.executor.wasm.ValType.I64 ? 'l' : 'i'));
    text.append(':');
    type.results()
        .forEach(value -> text.append(value == io.tidemill.executor.wasm.ValType.I64 ? 'l' : 'i'));
    return text.toString();
  }

  @Test
  void shouldDemandAnExportedMemoryForPointers() {
    final ModuleAssembler module =
        new ModuleAssembler().importFunction("pyde", "sdelete", "i:").function("run", ":");
    refused(module.abi(abi(run())).done(), 10, RejectCode.MISSING_MEMORY_EXPORT);
    refused(
        new ModuleAssembler()
            .importFunction("pyde", "sdelete", "i:")
            .function("run", ":")
            .memory(1, "mem")
            .abi(abi(run()))
            .done(),
        10,
        RejectCode.MISSING_MEMORY_EXPORT);
    assertThat(
            violations(
                new ModuleAssembler()
                    .importFunction("pyde", "wave_id", ":l")
                    .function("run", ":")
                    .abi(abi(run()))
                    .done()))
        .isEmpty();
  }

  @Test
  void shouldDemandExactlyOneReadableAbiSection() {
    refused(new ModuleAssembler().function("run", ":").done(), 11, RejectCode.MISSING_ABI_SECTION);
    refused(plain().abi(abi(run())).done(), 11, RejectCode.DUPLICATE_ABI_SECTION);
    refused(
        new ModuleAssembler()
            .function("run", ":")
            .custom("pyde.abi", new byte[] {4, 0, 1, 0, 0, 0, 0})
            .done(),
        12,
        RejectCode.UNSUPPORTED_ABI_VERSION,
        "1.4");
    refused(
        new ModuleAssembler()
            .function("run", ":")
            .custom("pyde.abi", new byte[] {3, 0, 1, 0, 9})
            .done(),
        13,
        RejectCode.ABI_DECODE,
        "byte");
  }

  @Test
  void shouldCompareExportsWithDeclarations() {
    refused(
        new ModuleAssembler().function("walk", ":").abi(abi(run())).done(),
        15,
        RejectCode.DECLARED_FUNCTION_MISSING,
        "\"run\"");
    refused(
        new ModuleAssembler().function("run", ":").function("more", ":").abi(abi(run())).done(),
        16,
        RejectCode.UNDECLARED_EXPORT,
        "\"more\"");
    assertThat(
            violations(
                new ModuleAssembler()
                    .function("run", ":")
                    .function("_helper", "i:i", 0x20, 0)
                    .function("_start", ":")
                    .abi(abi(run()))
                    .done()))
        .isEmpty();
    refused(
        new ModuleAssembler().function("run", "i:").abi(abi(run())).done(),
        17,
        RejectCode.INVALID_ENTRY_POINT_SIGNATURE,
        "(i32) -> ()");
    refused(
        new ModuleAssembler()
            .function("run", ":")
            .function("_initialize", "i:")
            .abi(abi(run()))
            .done(),
        17,
        RejectCode.INVALID_ENTRY_POINT_SIGNATURE,
        "_initialize");
  }

  @Test
  void shouldJudgeTheAbiByItself() {
    refused(
        new ModuleAssembler()
            .function("run", ":")
            .abi(abi(function("run", Attribute.VIEW, Attribute.PAYABLE, Attribute.ENTRY)))
            .done(),
        18,
        RejectCode.INCOMPATIBLE_ATTRIBUTES,
        "run");
    refused(
        new ModuleAssembler().function("run", ":").abi(abi(run(), run())).done(),
        18,
        RejectCode.DUPLICATE_FUNCTION);
    refused(
        new ModuleAssembler()
            .function("a", ":")
            .function("b", ":")
            .abi(
                with(
                    abi(function("a", Attribute.CONSTRUCTOR), function("b", Attribute.CONSTRUCTOR)),
                    0,
                    -1,
                    List.of()))
            .done(),
        19,
        RejectCode.MULTIPLE_DISPATCH_FUNCTIONS);
    refused(
        new ModuleAssembler().function("run", ":").abi(with(abi(run()), 7, -1, List.of())).done(),
        20,
        RejectCode.DISPATCH_INDEX_OUT_OF_BOUNDS);
    refused(
        new ModuleAssembler().function("run", ":").abi(with(abi(run()), -1, 0, List.of())).done(),
        20,
        RejectCode.DISPATCH_INDEX_ATTRIBUTE_MISMATCH);
    refused(
        new ModuleAssembler()
            .function("run", ":")
            .abi(
                with(
                    abi(run()),
                    -1,
                    -1,
                    List.of(
                        new StateField(
                            "list", List.of(), new ScalarType.Vec(ScalarType.Basic.STRING)))))
            .done(),
        21,
        RejectCode.VARIABLE_LENGTH_VEC_IN_STATE_FIELD,
        "list");
  }

  @Test
  void shouldFindEveryPathFromAViewToAChange() {
    final ContractAbi viewing = abi(function("see", Attribute.ENTRY, Attribute.VIEW));
    refused(
        new ModuleAssembler()
            .importFunction("pyde", "sdelete", "i:")
            .function("", ":", I32, 0, CALL, 0)
            .function("see", ":", CALL, 1)
            .memory(1, "memory")
            .abi(viewing)
            .done(),
        22,
        RejectCode.VIEW_MUTATES_STATE,
        "\"see\"",
        "pyde.sdelete");
    // Through a table: function 1 has the type that the view calls indirectly.
    refused(
        new ModuleAssembler()
            .importFunction("pyde", "sdelete", "i:")
            .function("", ":", I32, 0, CALL, 0)
            .function("see", ":", I32, 0, CALL_INDIRECT, 1, 0)
            .memory(1, "memory")
            .table(1)
            .abi(viewing)
            .done(),
        22,
        RejectCode.VIEW_MUTATES_STATE);
    // An indirect call of a type that no mutating function has is fine, and so are reads.
    assertThat(
            violations(
                new ModuleAssembler()
                    .importFunction("pyde", "sdelete", "i:")
                    .importFunction("pyde", "caller", "i:i")
                    .function("", ":", I32, 0, CALL, 0)
                    .function("see", ":", I32, 0, CALL, 1, I32, 0, CALL_INDIRECT, 1, 0, 0x1A)
                    .memory(1, "memory")
                    .table(2)
                    .abi(viewing)
                    .done()))
        .isEmpty();
  }

  @Test
  void shouldReportEveryViolatedRuleInOrder() {
    final byte[] wasm =
        new ModuleAssembler()
            .importFunction("env", "a", ":")
            .importFunction("pyde", "sload", ":")
            .importFunction("pyde", "sdelete", "i:")
            .importFunction("pyde", "parachain_id", "i:i")
            .function("more", ":")
            .function("see", "i:", I32, 0, CALL, 2)
            .abi(abi(run(), function("see", Attribute.VIEW, Attribute.PAYABLE)))
            .done();
    assertThat(violations(wasm).stream().map(Violation::row))
        .containsExactly(9, 9, 9, 10, 15, 16, 17, 18, 22);
  }
}
