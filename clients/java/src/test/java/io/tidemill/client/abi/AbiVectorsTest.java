package io.tidemill.client.abi;

import static io.tidemill.client.Vectors.bytes;
import static io.tidemill.client.Vectors.hex;
import static io.tidemill.client.Vectors.integer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidemill.client.Vectors;
import io.tidemill.client.tx.Address;
import io.tidemill.v1.Event;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** ABI sections and values against the vectors that the node made. */
class AbiVectorsTest {
  private static final List<Map<String, Object>> SECTIONS = Vectors.read("abi.json", "sections");

  private static ContractAbi abi(Map<String, Object> row) {
    return ContractAbi.decode(hex(SECTIONS.get(integer(row.get("abi"))).get("payload")));
  }

  @Test
  void shouldReadSectionsOrRefuseThem() {
    for (Map<String, Object> row : SECTIONS) {
      byte[] payload = hex(row.get("payload"));
      if (row.get("abi") == null) {
        assertThatThrownBy(() -> ContractAbi.decode(payload))
            .as("%s", row.get("what"))
            .isInstanceOf(IllegalArgumentException.class);
      } else {
        assertThat(describe(ContractAbi.decode(payload)))
            .as("%s", row.get("what"))
            .isEqualTo(numbers(row.get("abi")));
      }
    }
  }

  @Test
  void shouldFindTheOneSectionOfAModule() {
    for (Map<String, Object> row : Vectors.read("abi.json", "modules")) {
      byte[] wasm = hex(row.get("wasm"));
      if (row.get("payload") == null) {
        assertThatThrownBy(() -> ContractAbi.ofModule(wasm)).as("%s", row.get("what")).isNotNull();
      } else {
        assertThat(hex(ContractAbi.section(wasm))).isEqualTo(row.get("payload"));
        assertThat(ContractAbi.ofModule(wasm).function("transfer").isEntry()).isTrue();
      }
    }
  }

  @Test
  void shouldEncodeAndDecodeCalls() {
    for (Map<String, Object> row : Vectors.read("abi.json", "calls")) {
      ContractAbi abi = abi(row);
      String function = (String) row.get("function");
      Map<String, Object> values = abi.decodeCall(function, hex(row.get("calldata")));
      assertThat(plain(new ArrayList<>(values.values()))).isEqualTo(row.get("arguments"));
      assertThat(hex(abi.encodeCall(function, values.values().toArray())))
          .isEqualTo(row.get("calldata"));
    }
  }

  @Test
  void shouldDecodeResults() {
    for (Map<String, Object> row : Vectors.read("abi.json", "results")) {
      ContractAbi abi = abi(row);
      String function = (String) row.get("function");
      byte[] data = hex(row.get("data"));
      if (row.get("refused") == null) {
        assertThat(plain(abi.decodeResult(function, data))).isEqualTo(row.get("value"));
      } else {
        assertThatThrownBy(() -> abi.decodeResult(function, data))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void shouldDecodeEvents() {
    for (Map<String, Object> row : Vectors.read("abi.json", "events")) {
      ContractAbi abi = abi(row);
      Event.Builder builder = Event.newBuilder().setData(bytes(row.get("data")));
      ((List<?>) row.get("topics")).forEach(topic -> builder.addTopics(bytes(topic)));
      Event event = builder.build();
      if (row.get("name") != null) {
        ContractAbi.DecodedEvent decoded = abi.decodeEvent(event);
        assertThat(decoded.name()).isEqualTo(row.get("name"));
        assertThat(plain(decoded.fields())).isEqualTo(row.get("fields"));
      } else if (event.getTopicsCount() == 1) {
        assertThat(abi.decodeEvent(event)).isNull();
      } else {
        assertThatThrownBy(() -> abi.decodeEvent(event))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void shouldSayWhichArgumentIsWrong() {
    ContractAbi abi = ContractAbi.decode(hex(SECTIONS.get(1).get("payload")));
    Address to = Address.ZERO;
    assertThatThrownBy(() -> abi.encodeCall("transfer", to)).hasMessageContaining("2 arguments");
    assertThatThrownBy(() -> abi.encodeCall("transfer", to, "many"))
        .hasMessage("amount is uint128, which many is not");
    assertThatThrownBy(() -> abi.encodeCall("transfer", to, -1))
        .hasMessage("amount: -1 does not fit uint128");
    assertThatThrownBy(() -> abi.encodeCall("mint")).hasMessageContaining("no function mint");
  }

  // ---- as the vectors have it -------------------------------------------------------------------

  private static Map<String, Object> describe(ContractAbi abi) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("version", abi.version());
    all.put("parachain", abi.parachain());
    all.put("name", abi.name());
    all.put("contract_version", abi.contractVersion());
    List<Object> functions = new ArrayList<>();
    for (ContractAbi.Function function : abi.functions()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", function.name());
      row.put("selector", function.selector());
      row.put("attributes", (int) function.attributes());
      row.put("params", fields(function.arguments()));
      row.put("returns", function.returns() == null ? null : function.returns().spelling());
      row.put("access_list", function.accessList());
      functions.add(row);
    }
    all.put("functions", functions);
    all.put("constructor", abi.constructor());
    all.put("fallback", abi.fallback());
    all.put("receive", abi.receive());
    List<Object> events = new ArrayList<>();
    for (ContractAbi.EventDefinition event : abi.events()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", event.name());
      row.put("params", fields(event.fields()));
      row.put("indexed_mask", event.indexedMask());
      row.put("signature", abi.signature(event));
      row.put("topic", hex(abi.topic(event).toByteArray()));
      events.add(row);
    }
    all.put("events", events);
    all.put("parachain_imports", abi.parachainImports());
    List<Object> schema = abi.schema() == null ? null : new ArrayList<>();
    for (ContractAbi.StateField field :
        abi.schema() == null ? List.<ContractAbi.StateField>of() : abi.schema()) {
      schema.add(
          Map.of(
              "name",
              field.name(),
              "keys",
              field.keys().stream().map(AbiType::spelling).toList(),
              "value",
              field.value().spelling()));
    }
    all.put("schema", schema);
    List<Object> types = new ArrayList<>();
    for (ContractAbi.TypeDefinition type : abi.types()) {
      types.add(
          switch (type) {
            case ContractAbi.StructDefinition struct ->
                Map.of("name", struct.name(), "fields", fields(struct.fields()));
            case ContractAbi.EnumDefinition variants ->
                Map.of("name", variants.name(), "variants", variants.variants());
          });
    }
    all.put("types", types);
    return all;
  }

  private static List<Object> fields(List<ContractAbi.Field> fields) {
    List<Object> rows = new ArrayList<>();
    for (ContractAbi.Field field : fields) {
      rows.add(Map.of("name", field.name(), "type", field.type().spelling()));
    }
    return rows;
  }

  /** JSON numbers as integers. */
  private static Object numbers(Object json) {
    return switch (json) {
      case null -> null;
      case BigDecimal number -> number.intValueExact();
      case List<?> list -> list.stream().map(AbiVectorsTest::numbers).toList();
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(key, numbers(value)));
        yield copy;
      }
      default -> json;
    };
  }

  /** A value in the form of the vectors. */
  private static Object plain(Object value) {
    return switch (value) {
      case null -> null;
      case BigInteger number -> number.toString();
      case Address address -> address.toHex();
      case ByteString octets -> hex(octets.toByteArray());
      case AbiValues.Hashed hashed -> Map.of("hash", hex(hashed.hash().toByteArray()));
      case List<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(plain(element)));
        yield copy;
      }
      // The map of the vectors has one entry; fields of structs and events have names.
      case Map<?, ?> map when map.containsKey("k") -> List.of(List.of("k", plain(map.get("k"))));
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, element) -> copy.put(key, plain(element)));
        yield copy;
      }
      default -> value;
    };
  }
}
