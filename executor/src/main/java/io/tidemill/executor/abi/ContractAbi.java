package io.tidemill.executor.abi;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of a {@code pyde.abi} section. Two byte layouts exist: the lean one has neither
 * signatures nor events nor a schema, and their fields are then empty. Sources: host-abi 1.8,
 * decisions H9 and H11.
 *
 * @param version major version in the high 16 bits, minor in the low 16, as it was stored
 * @param layout the layout the bytes had, or will have
 * @param functions in the order of the wire; the indices below point into it
 * @param stateSchemaHash stored for tools; no chain rule reads it
 * @param constructorIndex position of the constructor, or -1
 * @param fallbackIndex position of the fallback, or -1
 * @param receiveIndex position of the receive function, or -1
 * @param name the contract's name; empty in the lean layout
 * @param contractVersion the author's version; empty in the lean layout
 * @param schema the fields of storage, or null when the section has no schema at all
 */
public record ContractAbi(
    int version,
    Layout layout,
    ContractType type,
    List<Function> functions,
    Hash32 stateSchemaHash,
    int constructorIndex,
    int fallbackIndex,
    int receiveIndex,
    String name,
    String contractVersion,
    List<Event> events,
    List<String> parachainImports,
    @Nullable List<StateField> schema,
    List<TypeDef> types) {

  public static final int V1_0 = 0x00010000;
  public static final int V1_1 = 0x00010001;
  public static final int V1_2 = 0x00010002;
  public static final int V1_3 = 0x00010003;

  /** The name of the custom section. */
  public static final String SECTION = "pyde.abi";

  /** The byte layouts; host-abi 1.8 calls them (A) and (B). */
  public enum Layout {
    /** (A): names, selectors, attributes and access lists only. */
    LEAN,
    /** (B): with signatures, events, and from 1.1 the schema, from 1.2 the types. */
    EXTENDED
  }

  /** What kind of module it is; the ordinal is the byte on the wire. */
  public enum ContractType {
    CONTRACT,
    PARACHAIN
  }

  /**
   * One function.
   *
   * @param selector the first four bytes of Blake3 of the name, big-endian in the int; for
   *     explorers
   * @param attributes bits of {@link Attribute}
   * @param params empty in the lean layout
   * @param returns null for none, and always in the lean layout
   * @param accessList hints; only the lean layout carries them
   */
  public record Function(
      String name,
      int selector,
      int attributes,
      List<Param> params,
      @Nullable ParamType returns,
      List<String> accessList) {
    public Function {
      params = List.copyOf(params);
      accessList = List.copyOf(accessList);
    }

    /** Whether it has {@code attribute}. */
    public boolean is(Attribute attribute) {
      return (attributes & attribute.bit()) != 0;
    }
  }

  /** A name and a type: an argument, a field of a struct or of an event. */
  public record Param(String name, ParamType type) {}

  /**
   * One event.
   *
   * @param indexedMask bit i says that parameter i is a topic
   */
  public record Event(String name, List<Param> params, int indexedMask) {
    public Event {
      params = List.copyOf(params);
    }

    /** Whether parameter {@code index} is a topic. */
    public boolean indexed(int index) {
      return index < 8 && ((indexedMask >>> index) & 1) != 0;
    }
  }

  /** A type of the contract's own. */
  public sealed interface TypeDef {
    String name();

    /** Fields in Borsh order. */
    record Struct(String name, List<Param> fields) implements TypeDef {
      public Struct {
        fields = List.copyOf(fields);
      }
    }

    /** Variants without content; a value is the position as one byte. */
    record Enum(String name, List<String> variants) implements TypeDef {
      public Enum {
        variants = List.copyOf(variants);
      }
    }
  }

  public ContractAbi {
    functions = List.copyOf(functions);
    events = List.copyOf(events);
    parachainImports = List.copyOf(parachainImports);
    schema = schema == null ? null : List.copyOf(schema);
    types = List.copyOf(types);
  }

  /** The function called {@code functionName}, or null. */
  public @Nullable Function function(String functionName) {
    for (Function function : functions) {
      if (function.name().equals(functionName)) {
        return function;
      }
    }
    return null;
  }

  /** The type called {@code typeName}, or null. */
  public @Nullable TypeDef type(String typeName) {
    for (TypeDef definition : types) {
      if (definition.name().equals(typeName)) {
        return definition;
      }
    }
    return null;
  }

  /** The schema field called {@code fieldName}, or null. */
  public @Nullable StateField field(String fieldName) {
    if (schema != null) {
      for (StateField field : schema) {
        if (field.name().equals(fieldName)) {
          return field;
        }
      }
    }
    return null;
  }

  /** The selector of a function: the first four bytes of Blake3 of its name, big-endian. */
  public static int selectorOf(String functionName) {
    return (int) (Blake3.hash(functionName.getBytes(StandardCharsets.UTF_8)).w0() >>> 32);
  }

  /** {@code major.minor}; a stored 1 reads as 1.0 (decisions H9). */
  public static String versionText(int version) {
    return version == 1 ? "1.0" : (version >>> 16) + "." + (version & 0xffff);
  }
}
