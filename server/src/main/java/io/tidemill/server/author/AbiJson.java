package io.tidemill.server.author;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.EventSignature;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ScalarType;
import io.tidemill.executor.abi.StateField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ABI as JSON: the names of the wire format, types as {@code "U64"} or {@code {"Vec": "U64"}},
 * and for people the words of the attributes and the topic of each event. Source:
 * manifest-and-tests 1.8.
 */
public final class AbiJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private AbiJson() {}

  /** The whole ABI. */
  public static ObjectNode of(ContractAbi abi) {
    final ObjectNode json = JSON.objectNode();
    json.put("pyde_abi_version", ContractAbi.versionText(abi.version()));
    json.put("layout", abi.layout() == ContractAbi.Layout.LEAN ? "lean" : "extended");
    json.put("contract_type", abi.type() == ContractType.CONTRACT ? "Contract" : "Parachain");
    if (abi.layout() == ContractAbi.Layout.EXTENDED) {
      json.put("name", abi.name());
      json.put("version", abi.contractVersion());
    }
    final ArrayNode functions = json.putArray("functions");
    for (ContractAbi.Function function : abi.functions()) {
      functions.add(function(abi, function));
    }
    json.put("state_schema_hash", "0x" + abi.stateSchemaHash().toHex());
    index(json, "constructor_index", abi.constructorIndex());
    index(json, "fallback_index", abi.fallbackIndex());
    index(json, "receive_index", abi.receiveIndex());
    final ArrayNode events = json.putArray("events");
    for (ContractAbi.Event event : abi.events()) {
      events.add(event(abi, event));
    }
    texts(json.putArray("parachain_imports"), abi.parachainImports());
    final @Nullable List<StateField> schema = abi.schema();
    if (schema == null) {
      json.putNull("state_schema");
    } else {
      final ArrayNode fields = json.putObject("state_schema").putArray("fields");
      for (StateField field : schema) {
        fields.add(field(field));
      }
    }
    final ArrayNode types = json.putArray("types");
    for (TypeDef definition : abi.types()) {
      types.add(type(definition));
    }
    return json;
  }

  private static void index(ObjectNode json, String name, int index) {
    if (index < 0) {
      json.putNull(name);
    } else {
      json.put(name, index);
    }
  }

  private static void texts(ArrayNode array, List<String> texts) {
    for (String text : texts) {
      array.add(text);
    }
  }

  private static ObjectNode function(ContractAbi abi, ContractAbi.Function function) {
    final ObjectNode json = JSON.objectNode();
    json.put("name", function.name());
    final ArrayNode selector = json.putArray("selector");
    for (int shift = 24; shift >= 0; shift -= 8) {
      selector.add((function.selector() >>> shift) & 0xff);
    }
    json.putObject("attrs").put("bits", function.attributes());
    final ArrayNode words = json.putArray("attributes");
    for (Attribute attribute : Attribute.values()) {
      if (function.is(attribute)) {
        words.add(attribute.word());
      }
    }
    if (abi.layout() == ContractAbi.Layout.LEAN) {
      texts(json.putArray("access_list"), function.accessList());
    } else {
      params(json.putArray("params"), function.params());
      final @Nullable ParamType returns = function.returns();
      json.set("returns", returns == null ? NullNode.instance : type(returns));
    }
    return json;
  }

  private static ObjectNode event(ContractAbi abi, ContractAbi.Event event) {
    final ObjectNode json = JSON.objectNode();
    json.put("name", event.name());
    params(json.putArray("params"), event.params());
    json.put("indexed_mask", event.indexedMask());
    json.put("signature", EventSignature.of(abi, event));
    json.put("topic0", "0x" + EventSignature.topic(abi, event).toHex());
    return json;
  }

  private static void params(ArrayNode array, List<Param> params) {
    for (Param param : params) {
      final ObjectNode json = array.addObject();
      json.put("name", param.name());
      json.set("ty", type(param.type()));
    }
  }

  private static JsonNode type(ParamType type) {
    return switch (type) {
      case ParamType.Primitive primitive -> TextNode.valueOf(pascal(primitive.name()));
      case ParamType.FixedBytes fixed -> JSON.objectNode().put("FixedBytes", fixed.length());
      case ParamType.Vec vec -> JSON.objectNode().set("Vec", type(vec.element()));
      case ParamType.Option option -> JSON.objectNode().set("Option", type(option.element()));
      case ParamType.Custom custom -> JSON.objectNode().put("Custom", custom.name());
      case ParamType.MapOf map -> {
        final ObjectNode json = JSON.objectNode();
        final ObjectNode parts = json.putObject("Map");
        parts.set("key", type(map.key()));
        parts.set("value", type(map.value()));
        yield json;
      }
    };
  }

  private static JsonNode type(ScalarType type) {
    return switch (type) {
      case ScalarType.Basic basic -> TextNode.valueOf(pascal(basic.name()));
      case ScalarType.Vec vec -> JSON.objectNode().set("Vec", type(vec.element()));
    };
  }

  private static ObjectNode field(StateField field) {
    final ObjectNode json = JSON.objectNode();
    json.put("name", field.name());
    final ObjectNode kind = json.putObject("kind").putObject(field.isMap() ? "Map" : "Scalar");
    if (field.isMap()) {
      final ArrayNode keys = kind.putArray("keys");
      for (ScalarType key : field.keys()) {
        keys.add(type(key));
      }
    }
    kind.set("value", type(field.value()));
    return json;
  }

  private static ObjectNode type(TypeDef definition) {
    final ObjectNode json = JSON.objectNode();
    json.put("name", definition.name());
    final ObjectNode kind = json.putObject("kind");
    switch (definition) {
      case TypeDef.Struct struct ->
          params(kind.putObject("Struct").putArray("fields"), struct.fields());
      case TypeDef.Enum variants -> {
        final ArrayNode names = kind.putObject("Enum").putArray("variants");
        for (String variant : variants.variants()) {
          names.addObject().put("name", variant);
        }
      }
    }
    return json;
  }

  /** {@code HASH32} as {@code Hash32}. */
  private static String pascal(String constant) {
    return constant.charAt(0) + constant.substring(1).toLowerCase(java.util.Locale.ROOT);
  }
}
