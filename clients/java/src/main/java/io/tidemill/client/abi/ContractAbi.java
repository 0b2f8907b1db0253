package io.tidemill.client.abi;

import com.google.protobuf.ByteString;
import io.tidemill.client.codec.BorshReader;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.hash.Blake3;
import io.tidemill.v1.Event;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A contract's ABI. Encodes calls, decodes results and events; {@link AbiValues} says which Java
 * values stand for which types.
 *
 * @param version for instance {@code 1.3}
 * @param parachain whether it is a parachain module
 * @param name empty in the oldest layout, which has names of functions only
 * @param constructor position in {@code functions}, or null; so are {@code fallback}, {@code
 *     receive}
 * @param schema the fields of the storage, or null when the section has none
 */
public record ContractAbi(
    String version,
    boolean parachain,
    String name,
    String contractVersion,
    List<Function> functions,
    @Nullable Integer constructor,
    @Nullable Integer fallback,
    @Nullable Integer receive,
    List<EventDefinition> events,
    List<String> parachainImports,
    @Nullable List<StateField> schema,
    List<TypeDefinition> types) {
  private static final String SECTION = "pyde.abi";
  private static final byte[] WASM = {0, 'a', 's', 'm', 1, 0, 0, 0};
  private static final int MAX_SIGNATURE = 4_096;
  private static final int VIEW = 1;
  private static final int PAYABLE = 2;
  private static final int ENTRY = 0x80;

  /** Copies the lists. */
  public ContractAbi {
    functions = List.copyOf(functions);
    events = List.copyOf(events);
    parachainImports = List.copyOf(parachainImports);
    schema = schema == null ? null : List.copyOf(schema);
    types = List.copyOf(types);
  }

  /**
   * A function.
   *
   * @param selector the first four bytes of Blake3 of the name, hexadecimal; for explorers
   * @param attributes the attribute bits
   * @param returns null when it returns nothing
   * @param accessList hints; only the oldest layout has them
   */
  public record Function(
      String name,
      String selector,
      long attributes,
      List<Field> arguments,
      @Nullable AbiType returns,
      List<String> accessList) {
    /** Copies the lists. */
    public Function {
      arguments = List.copyOf(arguments);
      accessList = List.copyOf(accessList);
    }

    /** Whether it changes nothing, and so can be called for free. */
    public boolean isView() {
      return (attributes & VIEW) != 0;
    }

    /** Whether it takes value. */
    public boolean isPayable() {
      return (attributes & PAYABLE) != 0;
    }

    /** Whether it may be called from outside. */
    public boolean isEntry() {
      return (attributes & ENTRY) != 0;
    }
  }

  /** A name and a type. */
  public record Field(String name, AbiType type) {}

  /**
   * An event.
   *
   * @param indexedMask bit i says that field i is a topic
   */
  public record EventDefinition(String name, List<Field> fields, int indexedMask) {
    /** Copies the list. */
    public EventDefinition {
      fields = List.copyOf(fields);
    }

    /** Whether field {@code index} is a topic. */
    public boolean indexed(int index) {
      return index < 8 && (indexedMask >>> index & 1) != 0;
    }
  }

  /**
   * A field of the storage.
   *
   * @param keys the types of a map's keys; empty for a single value
   */
  public record StateField(String name, List<AbiType> keys, AbiType value) {
    /** Copies the list. */
    public StateField {
      keys = List.copyOf(keys);
    }
  }

  /** A type of the contract's own. */
  public sealed interface TypeDefinition {
    /** Its name. */
    String name();
  }

  /** Fields in order. */
  public record StructDefinition(String name, List<Field> fields) implements TypeDefinition {
    /** Copies the list. */
    public StructDefinition {
      fields = List.copyOf(fields);
    }
  }

  /** Variants without content. */
  public record EnumDefinition(String name, List<String> variants) implements TypeDefinition {
    /** Copies the list. */
    public EnumDefinition {
      variants = List.copyOf(variants);
    }
  }

  /** An event with the values of its fields, in order. */
  public record DecodedEvent(String name, Map<String, @Nullable Object> fields) {}

  /**
   * The ABI in the one {@code pyde.abi} section of a module.
   *
   * @throws IllegalArgumentException if the module has none, or more than one, or it is malformed
   */
  public static ContractAbi ofModule(byte[] wasm) {
    return decode(section(wasm));
  }

  /**
   * The ABI in the payload of a section.
   *
   * @throws IllegalArgumentException if it is none; the message says where
   */
  public static ContractAbi decode(byte[] payload) {
    return AbiReader.read(payload);
  }

  /**
   * The payload of the one {@code pyde.abi} section of a module.
   *
   * @throws IllegalArgumentException if the module has none or more than one
   */
  public static byte[] section(byte[] wasm) {
    if (!Arrays.equals(wasm, 0, Math.min(wasm.length, WASM.length), WASM, 0, WASM.length)) {
      throw new IllegalArgumentException("not a wasm module of version 1");
    }
    byte[] found = null;
    int[] at = {WASM.length};
    while (at[0] < wasm.length) {
      int id = wasm[at[0]++];
      byte[] content = prefixed(wasm, at, wasm.length);
      if (id == 0) {
        int[] inner = {0};
        byte[] name = prefixed(content, inner, content.length);
        if (new String(name, StandardCharsets.UTF_8).equals(SECTION)) {
          if (found != null) {
            throw new IllegalArgumentException("the module has two " + SECTION + " sections");
          }
          found = Arrays.copyOfRange(content, inner[0], content.length);
        }
      }
    }
    if (found == null) {
      throw new IllegalArgumentException("the module has no " + SECTION + " section");
    }
    return found;
  }

  /** A LEB128 length at {@code at[0]} and that many bytes; moves {@code at[0]} behind them. */
  private static byte[] prefixed(byte[] bytes, int[] at, int end) {
    long length = 0;
    for (int shift = 0; ; shift += 7) {
      if (at[0] >= end || shift > 28) {
        throw new IllegalArgumentException("byte " + at[0] + ": a length is malformed");
      }
      int octet = bytes[at[0]++];
      length |= (long) (octet & 0x7F) << shift;
      if (octet >= 0) {
        break;
      }
    }
    if (length > end - at[0]) {
      throw new IllegalArgumentException("byte " + at[0] + ": longer than what it is in");
    }
    int from = at[0];
    at[0] += (int) length;
    return Arrays.copyOfRange(bytes, from, at[0]);
  }

  /**
   * The function called {@code functionName}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Function function(String functionName) {
    for (Function function : functions) {
      if (function.name().equals(functionName)) {
        return function;
      }
    }
    throw new IllegalArgumentException("no function " + functionName + " in the ABI of " + name);
  }

  /** The arguments of a call, as {@link AbiValues} has them, as calldata. */
  public byte[] encodeCall(String functionName, @Nullable Object... arguments) {
    List<Field> declared = function(functionName).arguments();
    if (declared.size() != arguments.length) {
      throw new IllegalArgumentException(
          functionName + " takes " + declared.size() + " arguments, got " + arguments.length);
    }
    BorshWriter out = new BorshWriter();
    AbiValues values = new AbiValues(this);
    for (int i = 0; i < arguments.length; i++) {
      values.write(declared.get(i), arguments[i], out);
    }
    return out.toBytes();
  }

  /** The arguments in calldata, by name and in order. */
  public Map<String, @Nullable Object> decodeCall(String functionName, byte[] calldata) {
    return new AbiValues(this).readAll(function(functionName).arguments(), calldata);
  }

  /**
   * The value that a function returned; null when it returns nothing.
   *
   * @throws IllegalArgumentException if {@code data} is not one value of the declared type
   */
  public @Nullable Object decodeResult(String functionName, byte[] data) {
    BorshReader in = new BorshReader(data);
    AbiType returns = function(functionName).returns();
    Object value = returns == null ? null : new AbiValues(this).read(returns, in);
    in.end();
    return value;
  }

  /** The canonical text of an event, {@code Transfer(address,address,uint128)}. */
  public String signature(EventDefinition event) {
    StringBuilder text = new StringBuilder(event.name()).append('(');
    appendTypes(event.fields(), text, 0);
    return text.append(')').toString();
  }

  /** The first topic of an event: Blake3 of its canonical text. */
  public ByteString topic(EventDefinition event) {
    return ByteString.copyFrom(Blake3.hash(signature(event).getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * The event with its values; null when the ABI declares no event with this first topic.
   *
   * @throws IllegalArgumentException if its topics or data are not as declared
   */
  public @Nullable DecodedEvent decodeEvent(Event event) {
    for (EventDefinition definition : events) {
      if (event.getTopicsCount() > 0 && event.getTopics(0).equals(topic(definition))) {
        return new DecodedEvent(definition.name(), new AbiValues(this).read(definition, event));
      }
    }
    return null;
  }

  @Nullable TypeDefinition type(String typeName) {
    for (TypeDefinition definition : types) {
      if (definition.name().equals(typeName)) {
        return definition;
      }
    }
    return null;
  }

  private void appendTypes(List<Field> fields, StringBuilder text, int depth) {
    for (int i = 0; i < fields.size(); i++) {
      text.append(i == 0 ? "" : ",");
      appendType(fields.get(i).type(), text, depth);
    }
  }

  private void appendType(AbiType type, StringBuilder text, int depth) {
    switch (type) {
      case AbiType.Vec vec -> {
        appendType(vec.element(), text, depth);
        text.append("[]");
      }
      case AbiType.MapOf map -> {
        text.append("map(");
        appendType(map.key(), text, depth);
        text.append(',');
        appendType(map.value(), text, depth);
        text.append(')');
      }
      case AbiType.Option option -> {
        text.append("option(");
        appendType(option.element(), text, depth);
        text.append(')');
      }
      case AbiType.Custom custom -> {
        TypeDefinition definition = type(custom.name());
        // A hostile ABI may hold structs inside themselves, or sheer size.
        boolean expands = depth < AbiType.MAX_DEPTH && text.length() <= MAX_SIGNATURE;
        if (expands && definition instanceof StructDefinition struct) {
          text.append("tuple(");
          appendTypes(struct.fields(), text, depth + 1);
          text.append(')');
        } else {
          text.append(expands && definition != null ? "enum" : custom.name());
        }
      }
      default -> text.append(type.spelling());
    }
  }
}
