package io.tidemill.executor.abi;

import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ContractAbi.Layout;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the payload of a {@code pyde.abi} section.
 *
 * <pre>
 * both      version u32 | type u8 | functions vec | schema hash 32 | constructor, fallback,
 *           receive index option u32 each
 * lean      Function = name string | selector 4 | attributes u32 | access list vec string
 * extended  Function = selector 4 | name string | attributes u32 | params vec | returns option type
 *           then name string | version string | events vec | parachain imports vec string
 *           | schema vec StateField (from 1.1) | types vec TypeDef (from 1.2)
 * </pre>
 *
 * <p>The version word chooses the layout: 1.1 to 1.3 are extended; 1.0 is tried as extended first,
 * because that is what existing tools write, then as lean. A layout must consume every byte, so no
 * section reads as both. Sources: host-abi 1.8, decisions H9 and H11.
 */
public final class AbiDecoder {
  /** The least bytes an element can take, so that a count is checked before it is believed. */
  private static final int LEAST_FUNCTION = 16;

  private static final int LEAST_PARAM = 5;
  private static final int LEAST_EVENT = 9;
  private static final int LEAST_FIELD = 6;
  private static final int LEAST_TYPE = 9;
  private static final int LEAST_STRING = 4;

  private final AbiReader in;

  private AbiDecoder(AbiReader in) {
    this.in = in;
  }

  /** Decodes a whole payload; {@code maxVersion} is the newest version the chain knows. */
  public static AbiDecoding decode(byte[] payload, int maxVersion) {
    return decode(payload, 0, payload.length, maxVersion);
  }

  /** Decodes {@code length} bytes of {@code bytes} from {@code start}. Never throws. */
  public static AbiDecoding decode(byte[] bytes, int start, int length, int maxVersion) {
    try {
      final int version = new AbiReader(bytes, start, length).u32("version");
      final int effective = version == 1 ? ContractAbi.V1_0 : version;
      if (effective >>> 16 != 1 || Integer.compareUnsigned(effective, maxVersion) > 0) {
        throw new AbiFormatException(
            AbiError.Rule.UNSUPPORTED_VERSION,
            0,
            "version "
                + ContractAbi.versionText(version)
                + " is not supported, the newest one here is "
                + ContractAbi.versionText(maxVersion));
      }
      if (effective != ContractAbi.V1_0) {
        return new AbiDecoding.Decoded(
            new AbiDecoder(new AbiReader(bytes, start, length)).read(Layout.EXTENDED));
      }
      return decodeOldest(bytes, start, length);
    } catch (AbiFormatException e) {
      return new AbiDecoding.Refused(e.error);
    }
  }

  private static AbiDecoding decodeOldest(byte[] bytes, int start, int length) {
    AbiError extended;
    try {
      return new AbiDecoding.Decoded(
          new AbiDecoder(new AbiReader(bytes, start, length)).read(Layout.EXTENDED));
    } catch (AbiFormatException e) {
      extended = e.error;
    }
    try {
      return new AbiDecoding.Decoded(
          new AbiDecoder(new AbiReader(bytes, start, length)).read(Layout.LEAN));
    } catch (AbiFormatException e) {
      // The layout that got further is the one the author meant.
      final boolean leanGotFurther = e.error.offset() > extended.offset();
      final AbiError meant = leanGotFurther ? e.error : extended;
      return new AbiDecoding.Refused(
          new AbiError(
              meant.rule(),
              meant.offset(),
              meant.detail()
                  + ", read as the "
                  + (leanGotFurther ? "lean" : "extended")
                  + " layout; the other one fails too"));
    }
  }

  private ContractAbi read(Layout layout) {
    final int version = in.u32("version");
    final ContractType type =
        in.tag(2, "contract type") == 0 ? ContractType.CONTRACT : ContractType.PARACHAIN;
    final int count = in.count(LEAST_FUNCTION, "functions");
    final List<ContractAbi.Function> functions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      functions.add(layout == Layout.LEAN ? leanFunction() : extendedFunction());
    }
    final Hash32 schemaHash = in.hash("state schema hash");
    final int constructor = in.optionalIndex("constructor index");
    final int fallback = in.optionalIndex("fallback index");
    final int receive = in.optionalIndex("receive index");
    if (layout == Layout.LEAN) {
      in.end();
      return new ContractAbi(
          version,
          layout,
          type,
          functions,
          schemaHash,
          constructor,
          fallback,
          receive,
          "",
          "",
          List.of(),
          List.of(),
          null,
          List.of());
    }
    final String name = in.string("contract name");
    final String contractVersion = in.string("contract version");
    final List<ContractAbi.Event> events = events();
    final List<String> parachainImports = strings("parachain imports");
    final int minor = version == 1 ? 0 : version & 0xffff;
    final @Nullable List<StateField> schema = minor >= 1 ? schema() : null;
    final List<ContractAbi.TypeDef> types = minor >= 2 ? types() : List.of();
    in.end();
    return new ContractAbi(
        version,
        layout,
        type,
        functions,
        schemaHash,
        constructor,
        fallback,
        receive,
        name,
        contractVersion,
        events,
        parachainImports,
        schema,
        types);
  }

  private ContractAbi.Function leanFunction() {
    final String name = in.string("function name");
    final int selector = in.raw4("selector of " + name);
    final int attributes = in.u32("attributes of " + name);
    return new ContractAbi.Function(
        name, selector, attributes, List.of(), null, strings("access list entries of " + name));
  }

  private ContractAbi.Function extendedFunction() {
    final int selector = in.raw4("selector");
    final String name = in.string("function name");
    final int attributes = in.u32("attributes of " + name);
    final List<ContractAbi.Param> params = params("parameters of " + name);
    final @Nullable ParamType returns =
        in.tag(2, "result of " + name) == 0 ? null : type(0, "result of " + name);
    return new ContractAbi.Function(name, selector, attributes, params, returns, List.of());
  }

  private List<ContractAbi.Param> params(String what) {
    final int count = in.count(LEAST_PARAM, what);
    final List<ContractAbi.Param> params = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final String name = in.string("name in " + what);
      params.add(new ContractAbi.Param(name, type(0, "type of " + name)));
    }
    return params;
  }

  private ParamType type(int depth, String what) {
    if (depth >= ParamType.MAX_DEPTH) {
      throw new AbiFormatException(
          AbiError.Rule.TOO_DEEP, in.offset(), what + " nests deeper than " + ParamType.MAX_DEPTH);
    }
    final int tag = in.tag(19, what);
    return switch (tag) {
      case 14 -> new ParamType.FixedBytes(in.u32("length in " + what));
      case 15 -> new ParamType.Vec(type(depth + 1, what));
      case 16 -> new ParamType.MapOf(type(depth + 1, what), type(depth + 1, what));
      case 17 -> new ParamType.Option(type(depth + 1, what));
      case 18 -> new ParamType.Custom(in.string(what));
      default -> ParamType.primitive(tag);
    };
  }

  private List<ContractAbi.Event> events() {
    final int count = in.count(LEAST_EVENT, "events");
    final List<ContractAbi.Event> events = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final String name = in.string("event name");
      final List<ContractAbi.Param> params = params("fields of event " + name);
      events.add(new ContractAbi.Event(name, params, in.u8("indexed mask of " + name)));
    }
    return events;
  }

  private List<String> strings(String what) {
    final int count = in.count(LEAST_STRING, what);
    final List<String> strings = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      strings.add(in.string(what));
    }
    return strings;
  }

  private List<StateField> schema() {
    final int count = in.count(LEAST_FIELD, "state fields");
    final List<StateField> fields = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final String name = in.string("state field name");
      final List<ScalarType> keys = new ArrayList<>();
      if (in.tag(2, "kind of state field " + name) == 1) {
        final int before = in.offset();
        final int keyCount = in.count(1, "keys of " + name);
        if (keyCount == 0) {
          // A map without keys would read back as a scalar.
          throw new AbiFormatException(
              AbiError.Rule.BAD_TAG, before, "state field " + name + " is a map without keys");
        }
        for (int k = 0; k < keyCount; k++) {
          keys.add(scalar(0, "key of " + name));
        }
      }
      fields.add(new StateField(name, keys, scalar(0, "value of " + name)));
    }
    return fields;
  }

  private ScalarType scalar(int depth, String what) {
    if (depth >= ParamType.MAX_DEPTH) {
      throw new AbiFormatException(
          AbiError.Rule.TOO_DEEP, in.offset(), what + " nests deeper than " + ParamType.MAX_DEPTH);
    }
    final int tag = in.tag(16, what);
    return tag == 15 ? new ScalarType.Vec(scalar(depth + 1, what)) : ScalarType.basic(tag);
  }

  private List<ContractAbi.TypeDef> types() {
    final int count = in.count(LEAST_TYPE, "types");
    final List<ContractAbi.TypeDef> types = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final String name = in.string("type name");
      types.add(
          in.tag(2, "kind of type " + name) == 0
              ? new ContractAbi.TypeDef.Struct(name, params("fields of " + name))
              : new ContractAbi.TypeDef.Enum(name, strings("variants of " + name)));
    }
    return types;
  }
}
