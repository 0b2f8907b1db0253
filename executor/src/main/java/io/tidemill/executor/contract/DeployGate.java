package io.tidemill.executor.contract;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.AbiDecoder;
import io.tidemill.executor.abi.AbiDecoding;
import io.tidemill.executor.abi.AbiError;
import io.tidemill.executor.abi.AbiRules;
import io.tidemill.executor.abi.AbiViolation;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.InvalidModuleException;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleRule;
import io.tidemill.executor.wasm.ModuleValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the deploy gate that are about a module and its ABI section: 7 to 22. A pure function
 * of the rules, the bytes and the declared kind. Reports every violated rule in the order of the
 * rows; what a broken module cannot answer is left out. Source: host-abi 8.
 */
final class DeployGate {
  /**
   * What the gate found.
   *
   * @param module null when the bytes are no valid module
   * @param abi null when there is none that decodes
   */
  record Verdict(@Nullable Module module, @Nullable ContractAbi abi, List<Violation> violations) {}

  private static final String MEMORY = "memory";

  private final Rules rules;
  private final ContractProfile profile;
  private final int contractType;
  private final List<Violation> found = new ArrayList<>();

  private DeployGate(Rules rules, ContractProfile profile, int contractType) {
    this.rules = rules;
    this.profile = profile;
    this.contractType = contractType;
  }

  /** Examines {@code wasm}, declared as {@code contractType} (0 contract, 1 parachain). */
  static Verdict examine(Rules rules, ContractProfile profile, byte[] wasm, int contractType) {
    return new DeployGate(rules, profile, contractType).examine(wasm);
  }

  private Verdict examine(byte[] wasm) {
    final Module module;
    try {
      module = ModuleValidator.validate(wasm, profile.wasm());
    } catch (InvalidModuleException e) {
      final RejectCode code = codeOf(e.rule());
      add(rowOf(code), code, e.rule().label(), e.getMessage());
      return new Verdict(null, null, List.copyOf(found));
    }
    imports(module);
    memory(module);
    final ContractAbi abi = profile.usesAbiSection() ? section(module) : synthesize(module);
    if (abi != null) {
      if (profile.usesAbiSection()) {
        exports(module, abi);
        for (AbiViolation violation : AbiRules.violations(abi)) {
          add(
              rowOf(violation.rule()),
              codeOf(violation.rule()),
              violation.rule().rejection(),
              violation.toString());
        }
      }
      if (rules.execution().strictViews()) {
        views(module, abi);
      }
    }
    return new Verdict(module, abi, List.copyOf(found));
  }

  private void add(int row, RejectCode code, String rule, @Nullable String text) {
    found.add(new Violation(row, code.number(), rule, text == null ? rule : text));
  }

  private void imports(Module module) {
    for (Module.Import imported : module.imports()) {
      final FunctionType type = module.types().get(imported.typeIndex());
      final Violation violation =
          profile.checkImport(imported.module(), imported.name(), type, contractType == 1);
      if (violation != null) {
        found.add(violation);
      }
    }
  }

  private void memory(Module module) {
    boolean needed = false;
    for (Module.Import imported : module.imports()) {
      needed |= profile.needsMemory(imported.module(), imported.name());
    }
    if (!needed) {
      return;
    }
    for (Module.Export export : module.exports()) {
      if (export.kind() == Module.Kind.MEMORY && export.name().equals(MEMORY)) {
        return;
      }
    }
    add(
        10,
        RejectCode.MISSING_MEMORY_EXPORT,
        "MissingMemoryExport",
        "a function that takes pointers is imported, and no memory is exported as \"memory\"");
  }

  private @Nullable ContractAbi section(Module module) {
    Module.CustomSection section = null;
    int count = 0;
    for (Module.CustomSection custom : module.customs()) {
      if (custom.name().equals(ContractAbi.SECTION)) {
        section = custom;
        count++;
      }
    }
    if (section == null) {
      add(
          11,
          RejectCode.MISSING_ABI_SECTION,
          "MissingAbiSection",
          "the module has no custom section \"pyde.abi\"; contract pack writes one");
      return null;
    }
    if (count > 1) {
      add(
          11,
          RejectCode.DUPLICATE_ABI_SECTION,
          "DuplicateAbiSection",
          "the module has " + count + " custom sections \"pyde.abi\"");
    }
    final AbiDecoding decoding =
        AbiDecoder.decode(
            module.bytes(), section.start(), section.length(), rules.execution().maxAbiVersion());
    return switch (decoding) {
      case AbiDecoding.Refused(AbiError error) -> {
        final boolean version = error.rule() == AbiError.Rule.UNSUPPORTED_VERSION;
        add(
            version ? 12 : 13,
            version ? RejectCode.UNSUPPORTED_ABI_VERSION : RejectCode.ABI_DECODE,
            error.rule().rejection(),
            error.toString());
        yield null;
      }
      case AbiDecoding.Decoded(ContractAbi abi) -> {
        if (abi.type().ordinal() != contractType) {
          add(
              14,
              RejectCode.CONTRACT_TYPE_MISMATCH,
              "ContractTypeMismatch",
              "the ABI section says " + abi.type() + ", the deploy says " + contractType);
        }
        yield abi;
      }
    };
  }

  private @Nullable ContractAbi synthesize(Module module) {
    final ContractAbi abi = profile.synthesize(module);
    if (abi == null) {
      add(15, RejectCode.DECLARED_FUNCTION_MISSING, "DeclaredFnMissingFromWasm", profile.entries());
      return null;
    }
    for (ContractAbi.Function function : abi.functions()) {
      final FunctionType type = exportedFunction(module, function.name());
      if (type != null && !type.equals(profile.entryType())) {
        signature(function.name(), type);
      }
    }
    return abi;
  }

  private void exports(Module module, ContractAbi abi) {
    final TreeSet<String> declared = new TreeSet<>();
    final TreeMap<String, FunctionType> exported = new TreeMap<>();
    for (Module.Export export : module.exports()) {
      if (export.kind() == Module.Kind.FUNCTION) {
        exported.put(export.name(), typeOf(module, export.index()));
      }
    }
    for (ContractAbi.Function function : abi.functions()) {
      if (declared.add(function.name()) && !exported.containsKey(function.name())) {
        add(
            15,
            RejectCode.DECLARED_FUNCTION_MISSING,
            "DeclaredFnMissingFromWasm",
            "function \"" + function.name() + "\" is declared and not exported");
      }
    }
    for (String name : exported.keySet()) {
      if (!declared.contains(name) && !name.startsWith("_")) {
        add(
            16,
            RejectCode.UNDECLARED_EXPORT,
            "UndeclaredExport",
            "function \"" + name + "\" is exported and not declared; helpers begin with _");
      }
    }
    for (var export : exported.entrySet()) {
      final String name = export.getKey();
      if ((declared.contains(name) || name.equals("_initialize"))
          && !export.getValue().equals(FunctionType.ENTRY)) {
        signature(name, export.getValue());
      }
    }
  }

  private void signature(String name, FunctionType type) {
    add(
        17,
        RejectCode.INVALID_ENTRY_POINT_SIGNATURE,
        "InvalidEntryPointSignature",
        "function \"" + name + "\" has the type " + type + ", expected " + profile.entryType());
  }

  private void views(Module module, ContractAbi abi) {
    final ViewCheck check = new ViewCheck(module, profile);
    for (ContractAbi.Function function : abi.functions()) {
      if (function.is(Attribute.VIEW)) {
        for (Module.Export export : module.exports()) {
          if (export.kind() == Module.Kind.FUNCTION && export.name().equals(function.name())) {
            final String reached = check.mutatorReachedFrom(export.index());
            if (reached != null) {
              add(
                  22,
                  RejectCode.VIEW_MUTATES_STATE,
                  "ViewMutatesState",
                  "view function \"" + function.name() + "\" can reach " + reached);
            }
          }
        }
      }
    }
  }

  private static @Nullable FunctionType exportedFunction(Module module, String name) {
    for (Module.Export export : module.exports()) {
      if (export.kind() == Module.Kind.FUNCTION && export.name().equals(name)) {
        return typeOf(module, export.index());
      }
    }
    return null;
  }

  /** The type of the function at {@code index}, imports first. */
  static FunctionType typeOf(Module module, int index) {
    final int imports = module.imports().size();
    return module
        .types()
        .get(
            index < imports
                ? module.imports().get(index).typeIndex()
                : module.functions().get(index - imports).typeIndex());
  }

  private static RejectCode codeOf(ModuleRule rule) {
    if (rule.name().startsWith("LIMIT_")) {
      return RejectCode.MODULE_LIMIT_EXCEEDED;
    }
    if (rule.name().startsWith("FEATURE_")) {
      return RejectCode.FEATURE_DISABLED;
    }
    return rule == ModuleRule.IMPORT_KIND || rule == ModuleRule.IMPORT_FORBIDDEN
        ? RejectCode.FORBIDDEN_IMPORT
        : RejectCode.MODULE_REFUSED;
  }

  private static int rowOf(RejectCode code) {
    return switch (code) {
      case MODULE_LIMIT_EXCEEDED -> 8;
      case FORBIDDEN_IMPORT -> 9;
      default -> 7;
    };
  }

  private static int rowOf(AbiViolation.Rule rule) {
    return switch (rule) {
      case DUPLICATE_FUNCTION, INCOMPATIBLE_ATTRIBUTES -> 18;
      case MULTIPLE_DISPATCH_FUNCTIONS -> 19;
      case DISPATCH_INDEX_OUT_OF_BOUNDS, DISPATCH_INDEX_ATTR_MISMATCH -> 20;
      default -> 21;
    };
  }

  private static RejectCode codeOf(AbiViolation.Rule rule) {
    return switch (rule) {
      case DUPLICATE_FUNCTION -> RejectCode.DUPLICATE_FUNCTION;
      case INCOMPATIBLE_ATTRIBUTES -> RejectCode.INCOMPATIBLE_ATTRIBUTES;
      case MULTIPLE_DISPATCH_FUNCTIONS -> RejectCode.MULTIPLE_DISPATCH_FUNCTIONS;
      case DISPATCH_INDEX_OUT_OF_BOUNDS -> RejectCode.DISPATCH_INDEX_OUT_OF_BOUNDS;
      case DISPATCH_INDEX_ATTR_MISMATCH -> RejectCode.DISPATCH_INDEX_ATTRIBUTE_MISMATCH;
      case VARIABLE_LENGTH_VEC -> RejectCode.VARIABLE_LENGTH_VEC_IN_STATE_FIELD;
      case MAP_ARITY -> RejectCode.TOO_MANY_MAP_KEYS;
      case INVALID_MAP_KEY, DUPLICATE_STATE_FIELD, DUPLICATE_TYPE ->
          RejectCode.INVALID_STATE_SCHEMA;
      case DUPLICATE_ENUM_VARIANT -> RejectCode.DUPLICATE_ENUM_VARIANT;
      case UNDEFINED_TYPE -> RejectCode.UNDEFINED_TYPE;
      case CYCLIC_STRUCT -> RejectCode.CYCLIC_STRUCT_DEFINITION;
    };
  }
}
