package io.tidemill.server.author;

import io.tidemill.executor.abi.AbiDecoder;
import io.tidemill.executor.abi.AbiDecoding;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestValue.ValueException;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of a test file: accounts, the primary contract, the others. Source: manifest-and-tests
 * 2.3 and 2.5.
 */
final class TestWorld {
  static final String ZERO = "__zero__";
  static final String SELF = "__contract__";

  private final Deployed primary;
  private final List<Deployed> contracts = new ArrayList<>();
  private final Map<String, Address> names = new LinkedHashMap<>();
  private final Map<Address, U128> balances = new LinkedHashMap<>();
  private final Map<String, Falcon> keys = new LinkedHashMap<>();
  private final Map<String, byte[]> publicKeys = new LinkedHashMap<>();

  TestWorld(Deployed primary) {
    this.primary = primary;
    contracts.add(primary);
    names.put(ZERO, Address.ZERO);
    names.put(SELF, primary.address());
    names.put(primary.name(), primary.address());
  }

  Deployed primary() {
    return primary;
  }

  List<Deployed> contracts() {
    return contracts;
  }

  Map<Address, U128> balances() {
    return balances;
  }

  @Nullable Address address(String name) {
    return names.get(name);
  }

  /** The contract called {@code name}, or null. */
  @Nullable Deployed contract(String name) {
    for (Deployed contract : contracts) {
      if (contract.name().equals(name)) {
        return contract;
      }
    }
    return null;
  }

  /** The key pair of {@code name}, or null. */
  @Nullable Falcon key(String name) {
    return keys.get(name);
  }

  /** The public key of {@code name}, or null. */
  byte @Nullable [] publicKey(String name) {
    final Falcon pair = keys.get(name);
    return pair != null ? pair.publicKey() : publicKeys.get(name);
  }

  void accounts(TomlScope root) {
    final TomlScope table = root.table("accounts");
    if (table == null) {
      return;
    }
    for (String name : table.keys()) {
      final TomlScope account = table.table(name);
      if (account == null) {
        continue;
      }
      account.allow("addr", "balance", "keypair", "pubkey");
      Address address = new Address(Blake3.hash(name.getBytes(StandardCharsets.UTF_8)));
      try {
        final String explicit = account.string("addr");
        if (explicit != null) {
          address = Address.at(ValueEncoder.hex(explicit, Hash32.LENGTH), 0);
        }
        if (account.has("balance")) {
          balances.put(address, U128.of(ValueEncoder.number(text(account, "balance"))));
        }
        final String pubkey = account.string("pubkey");
        if (pubkey != null) {
          publicKeys.put(name, ValueEncoder.hex(pubkey, Falcon.PUBLIC_KEY));
        }
      } catch (ValueException e) {
        account.problem("InvalidValue", e.detail());
      } catch (ArithmeticException e) {
        account.problem("InvalidValue", "balance", String.valueOf(e.getMessage()));
      }
      final String keypair = account.string("keypair");
      if (keypair != null && !keypair.equals("falcon512")) {
        account.problem("InvalidField", "keypair", "must be falcon512");
      } else if (keypair != null) {
        keys.put(name, Falcon.ofName(name));
      }
      name(table, name, address);
    }
  }

  /** The text of a number, whether it was written as text or as a number. */
  static String text(TomlScope scope, String key) throws ValueException {
    if (TestValue.of(scope.get(key)) instanceof TestValue.Text(String text)) {
      return text;
    }
    throw new ValueException(scope.path(key) + " is no number");
  }

  private void name(TomlScope table, String name, Address address) {
    if (names.putIfAbsent(name, address) != null) {
      table.problem("NameCollision", name, "is already the name of something else");
    }
  }

  void secondaries(TomlScope root, Path folder) {
    for (TomlScope entry : root.tables("contracts")) {
      entry.allow("name", "bundle", "wasm", "manifest");
      final String name = entry.required("name");
      final String bundle = entry.string("bundle");
      final String wasm = entry.string("wasm");
      if (name == null || (bundle == null) == (wasm == null)) {
        entry.problem("InvalidField", "needs a name, and either bundle or wasm");
        continue;
      }
      try {
        final Path module =
            bundle != null
                ? folder.resolve(bundle).resolve("contract.wasm")
                : folder.resolve(String.valueOf(wasm));
        final String manifestFile = entry.string("manifest");
        final Path beside = bundle == null ? null : folder.resolve(bundle).resolve("otigen.toml");
        final Manifest manifest =
            manifestFile != null
                ? ManifestReader.read(folder.resolve(manifestFile))
                : beside != null && Files.exists(beside) ? ManifestReader.read(beside) : null;
        contracts.add(deployed(name, module, manifest));
        name(entry, name, contracts.getLast().address());
      } catch (AuthorException e) {
        for (Problem problem : e.problems()) {
          entry.problem(problem.rule(), problem.toString());
        }
      }
    }
  }

  /** The contract {@code name} as it would be deployed; packs a module that has no section. */
  static Deployed deployed(String name, Path module, @Nullable Manifest manifest)
      throws AuthorException {
    byte[] wasm;
    try {
      wasm = Files.readAllBytes(module);
    } catch (IOException e) {
      throw new AuthorException("WasmNotFound", module.toString(), "cannot be read: " + e);
    }
    final ContractAbi abi;
    try {
      if (AbiSection.find(wasm, ContractAbi.SECTION).isEmpty() && manifest != null) {
        wasm = ContractPacker.pack(manifest, wasm, module.toString(), false).wasm();
      }
      abi = embedded(wasm, module);
    } catch (AbiSection.MalformedModuleException e) {
      throw new AuthorException("WasmParse", module.toString(), String.valueOf(e.getMessage()));
    }
    if (manifest != null) {
      agree(manifest, abi, module);
    }
    final Address address =
        abi.type() == ContractType.PARACHAIN ? Addresses.parachain(name) : Addresses.contract(name);
    return new Deployed(name, address, wasm, manifest != null ? manifest : of(abi, module));
  }

  private static ContractAbi embedded(byte[] wasm, Path module)
      throws AuthorException, AbiSection.MalformedModuleException {
    final List<AbiSection.Custom> sections = AbiSection.find(wasm, ContractAbi.SECTION);
    if (sections.size() != 1) {
      throw new AuthorException(
          sections.isEmpty() ? "MissingAbiSection" : "DuplicateAbiSection",
          module.toString(),
          "the module has " + sections.size() + " sections called " + ContractAbi.SECTION);
    }
    return switch (AbiDecoder.decode(sections.get(0).payload(), ContractAbi.V1_3)) {
      case AbiDecoding.Decoded(ContractAbi abi) -> abi;
      case AbiDecoding.Refused(var error) ->
          throw new AuthorException("AbiDecode", module.toString(), error.toString());
    };
  }

  /** The section and the manifest must say the same, whichever versions they are. */
  private static void agree(Manifest manifest, ContractAbi abi, Path module)
      throws AuthorException {
    final ContractAbi wanted = AbiBuilder.build(manifest, List.of());
    final boolean lean = abi.layout() == ContractAbi.Layout.LEAN;
    boolean same = wanted.functions().size() == abi.functions().size();
    for (ContractAbi.Function function : wanted.functions()) {
      final ContractAbi.Function other = abi.function(function.name());
      same &= other != null && other.attributes() == function.attributes();
      same &= lean || (other != null && types(other).equals(types(function)));
    }
    same &= lean || abi.schema() == null || abi.schema().equals(wanted.schema());
    if (!same) {
      throw new AuthorException(
          "AbiManifestMismatch",
          manifest.file().toString(),
          "says something else than the section in " + module + "; pack the module again");
    }
  }

  private static List<Object> types(ContractAbi.Function function) {
    final List<Object> types = new ArrayList<>();
    for (ContractAbi.Param param : function.params()) {
      types.add(param.type());
    }
    types.add(String.valueOf(function.returns()));
    return types;
  }

  /** What a module without a manifest says about itself. */
  private static Manifest of(ContractAbi abi, Path module) {
    final List<Manifest.Function> functions = new ArrayList<>();
    for (ContractAbi.Function function : abi.functions()) {
      functions.add(
          new Manifest.Function(
              function.name(),
              function.attributes(),
              function.params().stream().map(ContractAbi.Param::type).toList(),
              function.returns() == null ? List.of() : List.of(function.returns()),
              List.of()));
    }
    final List<Manifest.Field> state = new ArrayList<>();
    if (abi.schema() != null) {
      for (var field : abi.schema()) {
        state.add(
            new Manifest.Field(
                field.name(),
                field.keys().stream().map(TypeTokens::unscalar).toList(),
                TypeTokens.unscalar(field.value())));
      }
    }
    return new Manifest(
        module,
        abi.name(),
        abi.contractVersion(),
        abi.type(),
        0,
        null,
        null,
        null,
        functions,
        state,
        abi.types(),
        abi.events(),
        List.of());
  }
}
