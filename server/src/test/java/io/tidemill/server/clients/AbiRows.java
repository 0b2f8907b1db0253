package io.tidemill.server.clients;

import static io.tidemill.server.clients.ClientVectors.hex;
import static io.tidemill.server.clients.ClientVectors.row;

import io.tidemill.executor.abi.AbiDecoder;
import io.tidemill.executor.abi.AbiDecoding;
import io.tidemill.executor.abi.AbiEncoder;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.EventSignature;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.abi.ScalarType;
import io.tidemill.executor.abi.StateField;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** ABI sections, the values that they describe, and what is none of them. */
final class AbiRows {
  static final String DESCRIPTION =
      "The pyde.abi section: what it says (null: refused), where it is in a module, and values of"
          + " its types. Integers are decimal text, bytes and addresses hexadecimal text, structs"
          + " objects, enums the variant's name, maps lists of pairs, an absent option null; an"
          + " indexed value that is only known by its hash is {\"hash\": ...}.";

  private final List<Map<String, @Nullable Object>> sections = new ArrayList<>();
  private final List<Map<String, @Nullable Object>> modules = new ArrayList<>();

  Map<String, List<Map<String, @Nullable Object>>> make() {
    sections();
    modules();
    final Map<String, List<Map<String, @Nullable Object>>> values = new AbiValueRows().make();
    final Map<String, List<Map<String, @Nullable Object>>> all = new LinkedHashMap<>();
    all.put("sections", sections);
    all.put("modules", modules);
    all.put("calls", values.get("calls"));
    all.put("results", values.get("results"));
    all.put("events", values.get("events"));
    return all;
  }

  // ---- sections ---------------------------------------------------------------------------------

  /** The rows that the others refer to: 0 is the one with every type, 1 the token's. */
  private void sections() {
    final byte[] every = AbiEncoder.encode(AbiContracts.everyType());
    section("every type", every);
    section("a token", AbiEncoder.encode(AbiContracts.token()));
    section("the lean layout", AbiEncoder.encode(AbiContracts.lean()));
    section("empty", new byte[0]);
    section("trailing byte", Arrays.copyOf(every, every.length + 1));
    for (int cut : new int[] {3, 5, 9, 40, every.length / 2, every.length - 1}) {
      section("cut after " + cut, Arrays.copyOf(every, cut));
    }
    section("version 1.4", changed(every, 0, 4));
    section("version 2.0", changed(every, 2, 2));
    section("contract type 2", changed(every, 4, 2));
    section("count that cannot be", changed(every, 8, 0x7F));
    section("nested too deep", nested(33));
    section("nested as deep as allowed", nested(31));
  }

  private static byte[] changed(byte[] payload, int at, int octet) {
    final byte[] changed = payload.clone();
    changed[at] = (byte) octet;
    return changed;
  }

  /** A section with one function whose argument is a vector of vectors of ... of bytes. */
  private static byte[] nested(int depth) {
    ParamType type = Primitive.U8;
    for (int i = 0; i < depth; i++) {
      type = new ParamType.Vec(type);
    }
    return AbiEncoder.encode(
        AbiContracts.abi(
            List.of(AbiContracts.function("f", 0x80, null, new Param("a", type))),
            List.of(),
            List.of()));
  }

  private void section(String what, byte[] payload) {
    final AbiDecoding decoding = AbiDecoder.decode(payload, ContractAbi.V1_3);
    sections.add(
        row(
            "what",
            what,
            "payload",
            hex(payload),
            "abi",
            decoding instanceof AbiDecoding.Decoded(ContractAbi abi) ? describe(abi) : null));
  }

  private static Map<String, @Nullable Object> describe(ContractAbi abi) {
    final List<StateField> schema = abi.schema();
    return row(
        "version",
        ContractAbi.versionText(abi.version()),
        "parachain",
        abi.type() == ContractAbi.ContractType.PARACHAIN,
        "name",
        abi.name(),
        "contract_version",
        abi.contractVersion(),
        "functions",
        abi.functions().stream().map(AbiRows::describe).toList(),
        "constructor",
        index(abi.constructorIndex()),
        "fallback",
        index(abi.fallbackIndex()),
        "receive",
        index(abi.receiveIndex()),
        "events",
        abi.events().stream().map(event -> describe(abi, event)).toList(),
        "parachain_imports",
        abi.parachainImports(),
        "schema",
        schema == null ? null : schema.stream().map(AbiRows::describe).toList(),
        "types",
        abi.types().stream().map(AbiRows::describe).toList());
  }

  private static @Nullable Object index(int index) {
    return index < 0 ? null : index;
  }

  private static Map<String, @Nullable Object> describe(ContractAbi.Function function) {
    final ParamType returns = function.returns();
    return row(
        "name",
        function.name(),
        "selector",
        String.format(java.util.Locale.ROOT, "%08x", function.selector()),
        "attributes",
        function.attributes(),
        "params",
        params(function.params()),
        "returns",
        returns == null ? null : spell(returns),
        "access_list",
        function.accessList());
  }

  private static Map<String, @Nullable Object> describe(ContractAbi abi, ContractAbi.Event event) {
    return row(
        "name",
        event.name(),
        "params",
        params(event.params()),
        "indexed_mask",
        event.indexedMask(),
        "signature",
        EventSignature.of(abi, event),
        "topic",
        hex(EventSignature.topic(abi, event).toBytes()));
  }

  private static Map<String, @Nullable Object> describe(StateField field) {
    return row(
        "name",
        field.name(),
        "keys",
        field.keys().stream().map(AbiRows::spell).toList(),
        "value",
        spell(field.value()));
  }

  private static Map<String, @Nullable Object> describe(ContractAbi.TypeDef definition) {
    return switch (definition) {
      case ContractAbi.TypeDef.Struct struct ->
          row("name", struct.name(), "fields", params(struct.fields()));
      case ContractAbi.TypeDef.Enum variants ->
          row("name", variants.name(), "variants", variants.variants());
    };
  }

  private static List<Map<String, @Nullable Object>> params(List<Param> params) {
    final List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (Param param : params) {
      rows.add(row("name", param.name(), "type", spell(param.type())));
    }
    return rows;
  }

  /** A type as it is written for people; a custom type by its name. */
  private static String spell(ParamType type) {
    return switch (type) {
      case Primitive primitive -> primitive.token();
      case ParamType.FixedBytes fixed -> "bytes" + fixed.length();
      case ParamType.Vec vec -> spell(vec.element()) + "[]";
      case ParamType.MapOf map -> "map(" + spell(map.key()) + "," + spell(map.value()) + ")";
      case ParamType.Option option -> "option(" + spell(option.element()) + ")";
      case ParamType.Custom custom -> custom.name();
    };
  }

  private static String spell(ScalarType type) {
    return switch (type) {
      case ScalarType.Vec vec -> spell(vec.element()) + "[]";
      case ScalarType.Basic.HASH32 -> "hash32";
      case ScalarType.Basic.BYTES -> "bytes";
      case ScalarType.Basic.STRING -> "string";
      // The tags of the scalars below the hash are those of the parameter types.
      case ScalarType.Basic basic -> Primitive.values()[basic.tag()].token();
    };
  }

  // ---- modules ----------------------------------------------------------------------------------

  private void modules() {
    final byte[] payload = AbiEncoder.encode(AbiContracts.token());
    final byte[] other = {0, 3, 1, 'x', 9};
    final byte[] abi = custom(payload);
    module("one section", payload, other, abi);
    module("no section", null, other);
    module("two sections", null, abi, abi);
    module("a section that is longer than the file", null, Arrays.copyOf(abi, abi.length - 1));
  }

  private static byte[] custom(byte[] payload) {
    final byte[] name = ContractAbi.SECTION.getBytes(StandardCharsets.UTF_8);
    final int size = 1 + name.length + payload.length;
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0);
    out.write(size & 0x7F | 0x80);
    out.write(size >>> 7);
    out.write(name.length);
    out.writeBytes(name);
    out.writeBytes(payload);
    return out.toByteArray();
  }

  private void module(String what, byte @Nullable [] payload, byte[]... parts) {
    final ByteArrayOutputStream wasm = new ByteArrayOutputStream();
    wasm.writeBytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
    for (byte[] part : parts) {
      wasm.writeBytes(part);
    }
    if (!Arrays.equals(payload, found(wasm.toByteArray()))) {
      throw new IllegalStateException(what + ": the node finds another section");
    }
    modules.add(
        row(
            "what",
            what,
            "wasm",
            hex(wasm.toByteArray()),
            "payload",
            payload == null ? null : hex(payload)));
  }

  private static byte @Nullable [] found(byte[] wasm) {
    try {
      final List<AbiSection.Custom> found = AbiSection.find(wasm, ContractAbi.SECTION);
      return found.size() == 1 ? found.getFirst().payload() : null;
    } catch (AbiSection.MalformedModuleException e) {
      return null;
    }
  }
}
