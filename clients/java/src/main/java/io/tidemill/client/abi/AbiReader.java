package io.tidemill.client.abi;

import io.tidemill.client.abi.AbiType.Primitive;
import io.tidemill.client.codec.BorshReader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the payload of a {@code pyde.abi} section. Two layouts share the section: versions 1.1 to
 * 1.3 are extended; 1.0 is tried as extended, then as lean. Either must consume every byte.
 */
final class AbiReader {
  private static final int LEAN_VERSION = 0x10000;
  private static final int NEWEST_VERSION = 0x10003;
  private static final Primitive[] PRIMITIVES = Primitive.values();

  private final BorshReader in;

  private AbiReader(byte[] payload) {
    this.in = new BorshReader(payload);
  }

  static ContractAbi read(byte[] payload) {
    long stored = new BorshReader(payload).u32();
    // A stored 1 means 1.0.
    long version = stored == 1 ? LEAN_VERSION : stored;
    if (version < LEAN_VERSION || version > NEWEST_VERSION) {
      throw new IllegalArgumentException(
          "ABI version " + (version >>> 16) + "." + (version & 0xFFFF) + " is not known here");
    }
    if (version > LEAN_VERSION) {
      return new AbiReader(payload).extended((int) version);
    }
    try {
      return new AbiReader(payload).extended(LEAN_VERSION);
    } catch (IllegalArgumentException notExtended) {
      return new AbiReader(payload).lean();
    }
  }

  private ContractAbi lean() {
    in.u32();
    boolean parachain = in.bool();
    List<ContractAbi.Function> functions =
        in.list(
            reader -> {
              String name = reader.string();
              String selector = hex(reader.fixed(4));
              long attributes = reader.u32();
              List<String> accessList = reader.list(BorshReader::string);
              return new ContractAbi.Function(
                  name, selector, attributes, List.of(), null, accessList);
            });
    in.fixed(32);
    @Nullable Integer[] dispatch = {index(), index(), index()};
    in.end();
    return new ContractAbi(
        "1.0",
        parachain,
        "",
        "",
        functions,
        dispatch[0],
        dispatch[1],
        dispatch[2],
        List.of(),
        List.of(),
        null,
        List.of());
  }

  private ContractAbi extended(int version) {
    in.u32();
    boolean parachain = in.bool();
    List<ContractAbi.Function> functions = in.list(reader -> function());
    in.fixed(32);
    @Nullable Integer[] dispatch = {index(), index(), index()};
    String name = in.string();
    String contractVersion = in.string();
    List<ContractAbi.EventDefinition> events =
        in.list(reader -> new ContractAbi.EventDefinition(reader.string(), fields(), reader.u8()));
    List<String> imports = in.list(BorshReader::string);
    int minor = version & 0xFFFF;
    List<ContractAbi.StateField> schema = minor >= 1 ? in.list(reader -> stateField()) : null;
    List<ContractAbi.TypeDefinition> types =
        minor >= 2 ? in.list(reader -> definition()) : List.of();
    in.end();
    return new ContractAbi(
        "1." + minor,
        parachain,
        name,
        contractVersion,
        functions,
        dispatch[0],
        dispatch[1],
        dispatch[2],
        events,
        imports,
        schema,
        types);
  }

  private ContractAbi.Function function() {
    String selector = hex(in.fixed(4));
    String name = in.string();
    long attributes = in.u32();
    List<ContractAbi.Field> arguments = fields();
    AbiType returns = in.option(reader -> type(0));
    return new ContractAbi.Function(name, selector, attributes, arguments, returns, List.of());
  }

  private List<ContractAbi.Field> fields() {
    return in.list(reader -> new ContractAbi.Field(reader.string(), type(0)));
  }

  private @Nullable Integer index() {
    Long index = in.option(BorshReader::u32);
    if (index != null && index > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("function index " + index);
    }
    return index == null ? null : index.intValue();
  }

  private AbiType type(int depth) {
    checkDepth(depth);
    int tag = in.u8();
    return switch (tag) {
      case 14 -> new AbiType.FixedBytes(in.u32());
      case 15 -> new AbiType.Vec(type(depth + 1));
      case 16 -> new AbiType.MapOf(type(depth + 1), type(depth + 1));
      case 17 -> new AbiType.Option(type(depth + 1));
      case 18 -> new AbiType.Custom(in.string());
      default -> primitive(tag, tag);
    };
  }

  private ContractAbi.StateField stateField() {
    String name = in.string();
    List<AbiType> keys = new ArrayList<>();
    if (in.bool()) {
      keys.addAll(in.list(reader -> stored(0)));
      if (keys.isEmpty()) {
        throw new IllegalArgumentException("state field " + name + " is a map without keys");
      }
    }
    return new ContractAbi.StateField(name, keys, stored(0));
  }

  /** The types of the schema have tags of their own. */
  private AbiType stored(int depth) {
    checkDepth(depth);
    int tag = in.u8();
    return switch (tag) {
      case 12 -> new AbiType.Hash();
      case 13 -> Primitive.BYTES;
      case 14 -> Primitive.STRING;
      case 15 -> new AbiType.Vec(stored(depth + 1));
      default -> primitive(tag, tag < 12 ? tag : -1);
    };
  }

  private ContractAbi.TypeDefinition definition() {
    String name = in.string();
    return in.bool()
        ? new ContractAbi.EnumDefinition(name, in.list(BorshReader::string))
        : new ContractAbi.StructDefinition(name, fields());
  }

  private static Primitive primitive(int tag, int ordinal) {
    if (ordinal < 0 || ordinal >= PRIMITIVES.length) {
      throw new IllegalArgumentException("type tag " + tag + " is not known");
    }
    return PRIMITIVES[ordinal];
  }

  private static void checkDepth(int depth) {
    if (depth >= AbiType.MAX_DEPTH) {
      throw new IllegalArgumentException("a type nests deeper than " + AbiType.MAX_DEPTH);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
