package io.tidemill.server.author;

import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.AbiEncoder;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.InvalidModuleException;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Puts the ABI of a manifest into a module. The module is checked against the manifest first; its
 * own sections stay byte for byte as the compiler wrote them. Source: manifest-and-tests 1.9 and
 * 1.10.
 */
public final class ContractPacker {
  /** The most bytes of the section. */
  static final int MAX_SECTION = 64 * 1024;

  private static final String NAMESPACE = "pyde";
  private static final long TEST_CHAIN = 31_337;

  private final Manifest manifest;
  private final byte[] wasm;
  private final String wasmFile;
  private final List<Problem> problems = new ArrayList<>();

  private ContractPacker(Manifest manifest, byte[] wasm, String wasmFile) {
    this.manifest = manifest;
    this.wasm = wasm;
    this.wasmFile = wasmFile;
  }

  /**
   * What packing gave.
   *
   * @param wasm the packed module
   * @param notices what the author should know, not faults
   */
  public record Packed(byte[] wasm, ContractAbi abi, List<String> notices) {}

  /**
   * Packs {@code wasm}.
   *
   * @param strict refuse {@code debug_log}, which exists only under {@code contract test}
   * @param wasmFile the name that faults give the module
   */
  public static Packed pack(Manifest manifest, byte[] wasm, String wasmFile, boolean strict)
      throws AuthorException {
    return new ContractPacker(manifest, wasm, wasmFile).pack(strict);
  }

  private Packed pack(boolean strict) throws AuthorException {
    final Module module;
    try {
      module = ModuleValidator.validate(wasm, WasmProfile.CONTRACT);
    } catch (InvalidModuleException e) {
      throw new AuthorException(
          e.rule().label(), wasmFile, e.getMessage() + " (byte " + e.offset() + ")");
    }
    final List<String> imports = imports(module, strict);
    exports(module);
    stop();
    try {
      final List<String> notices = new ArrayList<>(manifest.warnings());
      final List<AbiSection.Custom> signatures = AbiSection.find(wasm, AbiSection.SIGNATURES);
      for (AbiSection.Custom section : signatures) {
        problems.addAll(SignatureRecords.check(manifest, wasmFile, section.payload()));
      }
      stop();
      final int present = AbiSection.find(wasm, ContractAbi.SECTION).size();
      if (present > 1) {
        problem("DuplicateAbiSection", ContractAbi.SECTION, "the module has " + present);
      } else if (present == 1) {
        notices.add("the module had a " + ContractAbi.SECTION + " section; it was replaced");
      }
      final ContractAbi abi = AbiBuilder.build(manifest, imports);
      final byte[] payload = AbiEncoder.encode(abi);
      if (payload.length > MAX_SECTION) {
        problem(
            "AbiTooLarge",
            ContractAbi.SECTION,
            payload.length + " bytes, at most " + MAX_SECTION + " are possible");
      }
      stop();
      final byte[] packed = AbiSection.replace(wasm, payload);
      gate(packed, strict);
      stop();
      return new Packed(packed, abi, notices);
    } catch (AbiSection.MalformedModuleException e) {
      throw new AuthorException("WasmParse", wasmFile, String.valueOf(e.getMessage()));
    }
  }

  /** What remains is for the deploy gate to say: imports by type, views that write, limits. */
  private void gate(byte[] packed, boolean strict) {
    final Rules rules = Rules.of(TEST_CHAIN, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
    final WasmContractRuntime runtime =
        strict
            ? new WasmContractRuntime(rules, new ChicoryEngine())
            : WasmContractRuntime.forTests(rules, new ChicoryEngine());
    final int type = manifest.type() == ContractType.PARACHAIN ? 1 : 0;
    for (Violation violation : runtime.check(rules, manifest.name(), packed, type).violations()) {
      problems.add(new Problem(violation.rule(), wasmFile, 0, 0, null, violation.text()));
    }
  }

  private void problem(String rule, String subject, String detail) {
    problems.add(new Problem(rule, wasmFile, 0, 0, subject, detail));
  }

  private void stop() throws AuthorException {
    if (!problems.isEmpty()) {
      throw new AuthorException(problems);
    }
  }

  private List<String> imports(Module module, boolean strict) {
    final List<String> names = new ArrayList<>();
    for (Module.Import one : module.imports()) {
      final String full = one.module() + "." + one.name();
      if (!one.module().equals(NAMESPACE) || one.kind() != Module.Kind.FUNCTION) {
        problem(
            "ForbiddenImport",
            full,
            one.name().equals("abort")
                ? "build AssemblyScript with --use abort= and an abort of your own"
                : "contracts import functions of " + NAMESPACE + " and nothing else");
      } else if (one.name().equals("debug_log") && strict) {
        problem("TestOnlyHostFn", full, "no chain has it; take it out, or pack with --no-strict");
      }
      names.add(one.name());
    }
    return names;
  }

  private void exports(Module module) {
    final TreeMap<String, FunctionType> exported = new TreeMap<>();
    int imported = 0;
    for (Module.Import one : module.imports()) {
      imported += one.kind() == Module.Kind.FUNCTION ? 1 : 0;
    }
    for (Module.Export one : module.exports()) {
      if (one.kind() == Module.Kind.FUNCTION && one.index() >= imported) {
        final int type = module.functions().get(one.index() - imported).typeIndex();
        exported.put(one.name(), module.types().get(type));
      }
    }
    for (Manifest.Function function : manifest.functions()) {
      final FunctionType type = exported.get(function.name());
      if (type == null) {
        problem(
            "DeclaredFnMissingFromWasm",
            function.name(),
            "the manifest declares it, the module does not export it");
      } else if (!type.params().isEmpty() || !type.results().isEmpty()) {
        problem(
            "InvalidEntryPointSignature",
            function.name(),
            "must be () -> (); arguments come through calldata_copy");
      }
    }
    for (String name : exported.keySet()) {
      if (manifest.function(name) == null && !name.startsWith("_")) {
        problem(
            "UndeclaredExport", name, "declare it in the manifest, or let its name begin with _");
      }
    }
  }
}
