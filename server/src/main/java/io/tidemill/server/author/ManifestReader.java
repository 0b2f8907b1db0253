package io.tidemill.server.author;

import io.tidemill.executor.abi.AbiRules;
import io.tidemill.executor.abi.AbiViolation;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.ParamType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a manifest. Faults are gathered stage by stage: syntax, shape and names first, then what
 * the parts mean together. Source: manifest-and-tests 1.1 to 1.7, 1.10.
 */
public final class ManifestReader {
  private static final String[] TOP_LEVEL = {
    "contract",
    "functions",
    "state",
    "types",
    "events",
    "deploy",
    "wallet",
    "network",
    "metadata",
    "paths",
    "parachain",
    "token",
    "receiver",
    "workspace"
  };

  /** Exports that mean something else. */
  private static final Set<String> NOT_FUNCTIONS = Set.of("memory", "_initialize", "_start");

  private static final String SEMVER =
      "(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)"
          + "(-(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(\\.(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
          + "(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?";

  private final List<Problem> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Path file;
  private final TomlScope root;

  private ManifestReader(Path file, @Nullable String text) throws AuthorException {
    this.file = file;
    this.root =
        text == null
            ? TomlScope.read(file, problems)
            : TomlScope.parse(text, file.toString(), problems);
  }

  /** Reads {@code file}. */
  public static Manifest read(Path file) throws AuthorException {
    return new ManifestReader(file, null).read();
  }

  /** Reads {@code text} as if it stood in {@code file}. */
  static Manifest parse(Path file, String text) throws AuthorException {
    return new ManifestReader(file, text).read();
  }

  private Manifest read() throws AuthorException {
    final TomlScope contract = shape();
    final String name = contract.required("name");
    final String version = contract.required("version");
    names(contract, name, version);
    final ContractType type =
        "parachain".equals(contract.string("type"))
            ? ContractType.PARACHAIN
            : ContractType.CONTRACT;
    final int abiVersion = abiVersion(contract);
    final TomlScope lang = contract.table("lang");
    if (lang != null) {
      lang.allow("language", "output", "toolchain");
    }
    final TomlScope paths = root.table("paths");
    final List<TypeDef> types = types();
    final List<Manifest.Function> functions = functions();
    final List<Manifest.Field> state = new StateReader(root, warnings).read();
    stop();
    final List<ContractAbi.Event> events = new EventReader(root, types).read();
    stop();
    final Manifest manifest =
        new Manifest(
            file,
            String.valueOf(name),
            String.valueOf(version),
            type,
            abiVersion,
            lang == null ? null : lang.string("language"),
            lang == null ? null : lang.string("output"),
            paths == null ? null : paths.string("tests"),
            functions,
            state,
            types,
            events,
            warnings);
    together(manifest);
    stop();
    return manifest;
  }

  private void stop() throws AuthorException {
    if (!problems.isEmpty()) {
      throw new AuthorException(problems);
    }
  }

  private TomlScope shape() throws AuthorException {
    for (String key : root.keys()) {
      if (!List.of(TOP_LEVEL).contains(key)) {
        warnings.add("[" + key + "] is not a table this tool knows; it is left alone");
      }
    }
    for (String generated : List.of("token", "receiver")) {
      if (root.has(generated)) {
        root.problem("TokenGenerationUnsupported", generated, "contracts are not generated here");
      }
    }
    if (root.has("contract") == root.has("workspace")) {
      root.problem("ManifestShape", "contract", "exactly one of [contract], [workspace] is needed");
    } else if (root.has("workspace")) {
      root.problem("ManifestShape", "workspace", "name the manifest of one member instead");
    }
    final TomlScope contract = root.table("contract");
    stop();
    if (contract == null) {
      throw new AuthorException("ManifestShape", file.toString(), "[contract] is missing");
    }
    return contract;
  }

  private void names(TomlScope contract, @Nullable String name, @Nullable String version) {
    contract.allow(
        "name", "version", "type", "standard", "description", "pyde_abi_version", "lang");
    if (name != null && !isContractName(name)) {
      contract.problem(
          "InvalidName",
          "name",
          "\"" + name + "\" must be 1 to 32 of a-z, 0-9 and single inner dashes");
    }
    if (version != null && !version.matches(SEMVER)) {
      contract.problem("InvalidVersion", "version", "\"" + version + "\" is not MAJOR.MINOR.PATCH");
    }
    final String type = contract.string("type");
    if ("token".equals(type)) {
      contract.problem(
          "TokenGenerationUnsupported",
          "type",
          "write the contract and declare type = \"contract\"");
    } else if (type != null && !type.equals("contract") && !type.equals("parachain")) {
      contract.problem("InvalidField", "type", "must be contract or parachain");
    }
    if (contract.has("standard")) {
      contract.problem("InvalidField", "standard", "belongs to type = \"token\" only");
    }
    final String description = contract.string("description");
    if (description != null && description.length() > 200) {
      contract.problem("InvalidField", "description", "is longer than 200 characters");
    }
  }

  /** Whether {@code name} may name a contract: host-abi 1.2. */
  static boolean isContractName(String name) {
    return name.length() <= 32 && name.matches("[a-z0-9]+(-[a-z0-9]+)*");
  }

  private static int abiVersion(TomlScope contract) {
    final String text = contract.string("pyde_abi_version");
    if (text == null) {
      return 0;
    }
    return switch (text) {
      case "1.0" -> ContractAbi.V1_0;
      case "1.1" -> ContractAbi.V1_1;
      case "1.2" -> ContractAbi.V1_2;
      case "1.3" -> ContractAbi.V1_3;
      default -> {
        contract.problem("InvalidField", "pyde_abi_version", "must be 1.0, 1.1, 1.2 or 1.3");
        yield 0;
      }
    };
  }

  private List<Manifest.Function> functions() {
    final List<Manifest.Function> functions = new ArrayList<>();
    final TomlScope table = root.table("functions");
    if (table == null) {
      return functions;
    }
    for (String name : table.keys()) {
      final TomlScope scope = table.table(name);
      if (scope == null) {
        continue;
      }
      if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,63}") || NOT_FUNCTIONS.contains(name)) {
        table.problem("InvalidName", name, "cannot be the name of a function");
      }
      scope.allow("attributes", "inputs", "outputs", "access_list");
      if (!scope.has("attributes")) {
        scope.problem("InvalidField", "attributes", "is missing; [] declares an internal function");
      }
      int attributes = 0;
      for (String word : scope.strings("attributes")) {
        final Attribute attribute = Attribute.ofWord(word);
        if (attribute == null) {
          scope.problem("UnknownAttribute", "attributes", "\"" + word + "\" is no attribute");
        } else {
          attributes |= attribute.bit();
        }
      }
      final List<ParamType> inputs = tokens(scope, "inputs");
      final List<ParamType> outputs = tokens(scope, "outputs");
      if (outputs.size() > 1) {
        scope.problem(
            "MultiOutputUnsupported", "outputs", "a function has one result; declare a struct");
      }
      functions.add(new Manifest.Function(name, attributes, inputs, outputs, accessList(scope)));
    }
    return functions;
  }

  private static List<String> accessList(TomlScope scope) {
    final List<String> entries = scope.strings("access_list");
    if (entries.size() > 64) {
      scope.problem("InvalidField", "access_list", "has more than 64 entries");
    }
    for (String entry : entries) {
      if (entry.length() > 256) {
        scope.problem("InvalidField", "access_list", "has an entry of more than 256 characters");
      }
    }
    return entries;
  }

  private static List<ParamType> tokens(TomlScope scope, String key) {
    final List<ParamType> types = new ArrayList<>();
    for (String token : scope.strings(key)) {
      try {
        types.add(TypeTokens.param(token));
      } catch (TypeTokens.TokenException e) {
        scope.problem(e.rule(), key, String.valueOf(e.getMessage()));
      }
    }
    return types;
  }

  private List<TypeDef> types() {
    final List<TypeDef> types = new ArrayList<>();
    final TomlScope table = root.table("types");
    if (table == null) {
      return types;
    }
    for (String name : table.keys()) {
      final TomlScope scope = table.table(name);
      if (scope == null) {
        continue;
      }
      scope.allow("fields", "variants");
      boolean taken = true;
      try {
        taken = !(TypeTokens.param(name) instanceof ParamType.Custom);
      } catch (TypeTokens.TokenException e) {
        // Not even a token: the problem below says so.
      }
      if (taken) {
        table.problem("InvalidName", name, "cannot be the name of a type");
      }
      if (scope.has("fields") == scope.has("variants")) {
        scope.problem("InvalidField", "needs exactly one of fields and variants");
      } else if (scope.has("fields")) {
        types.add(new TypeDef.Struct(name, EventReader.params(scope, "fields", "name", "type")));
      } else {
        types.add(new TypeDef.Enum(name, variants(scope)));
      }
    }
    return types;
  }

  private static List<String> variants(TomlScope scope) {
    final List<String> names = new ArrayList<>();
    for (TomlScope variant : scope.tables("variants")) {
      variant.allow("name");
      final String name = variant.required("name");
      if (name != null) {
        names.add(name);
      }
    }
    if (names.isEmpty() || names.size() > 256) {
      scope.problem("InvalidField", "variants", "an enum has 1 to 256 variants");
    }
    return names;
  }

  /** What the parts mean together is what the chain checks of the section they become. */
  private void together(Manifest manifest) {
    final ContractAbi abi = AbiBuilder.build(manifest, List.of());
    for (AbiViolation violation : AbiRules.violations(abi)) {
      problems.add(
          new Problem(
              violation.rule().rejection(),
              file.toString(),
              0,
              0,
              violation.subject(),
              violation.detail()));
    }
    for (Manifest.Field field : manifest.state()) {
      if (field.value() instanceof ParamType.Custom custom
          && manifest.typeOf(custom.name()) == null) {
        problems.add(
            new Problem(
                "UndefinedType",
                file.toString(),
                0,
                0,
                "state." + field.name(),
                custom.name() + " is declared nowhere in [types]"));
      }
    }
    warnings.addAll(AbiRules.warnings(abi));
  }
}
