package io.tidemill.executor.abi;

/**
 * The type of an argument, a result, an event field or a struct field.
 *
 * <p>On the wire one tag byte and what the type needs: a length for {@link FixedBytes} (u32), types
 * for the containers, a string for {@link Custom}. Source: host-abi 1.8.
 */
public sealed interface ParamType {
  /** The types without parts; the ordinal is not the tag, {@link #tag} is. */
  enum Primitive implements ParamType {
    U8(0, "uint8", 1),
    U16(1, "uint16", 2),
    U32(2, "uint32", 4),
    U64(3, "uint64", 8),
    U128(4, "uint128", 16),
    I8(5, "int8", 1),
    I16(6, "int16", 2),
    I32(7, "int32", 4),
    I64(8, "int64", 8),
    I128(9, "int128", 16),
    BOOL(10, "bool", 1),
    ADDRESS(11, "address", 32),
    BYTES(12, "bytes", -1),
    STRING(13, "string", -1);

    private final int tag;
    private final String token;
    private final int width;

    Primitive(int tag, String token, int width) {
      this.tag = tag;
      this.token = token;
      this.width = width;
    }

    @Override
    public int tag() {
      return tag;
    }

    /** The name in an event signature: {@code uint128}, {@code address}. */
    public String token() {
      return token;
    }

    /** Bytes of every value, or -1 when values differ in length. */
    public int width() {
      return width;
    }

    /** Whether it is one of the ten integer types. */
    public boolean isInteger() {
      return tag <= 9;
    }

    /** Whether it is one of the five signed integer types. */
    public boolean isSigned() {
      return tag >= 5 && tag <= 9;
    }
  }

  /** Exactly {@code length} raw bytes. */
  record FixedBytes(int length) implements ParamType {
    @Override
    public int tag() {
      return 14;
    }
  }

  /** A u32 count and that many elements. */
  record Vec(ParamType element) implements ParamType {
    @Override
    public int tag() {
      return 15;
    }
  }

  /** A u32 count and that many pairs. */
  record MapOf(ParamType key, ParamType value) implements ParamType {
    @Override
    public int tag() {
      return 16;
    }
  }

  /** A zero byte, or a one and the element. */
  record Option(ParamType element) implements ParamType {
    @Override
    public int tag() {
      return 17;
    }
  }

  /** A struct or an enum of the contract's own types. */
  record Custom(String name) implements ParamType {
    @Override
    public int tag() {
      return 18;
    }
  }

  /** How deep types may nest; deeper ones are refused when decoded. */
  int MAX_DEPTH = 32;

  /** The byte that starts the type on the wire. */
  int tag();

  /** Thirty-two raw bytes, written {@code bytes32} or {@code hash32} in manifests. */
  static ParamType hash32() {
    return new FixedBytes(32);
  }

  /** The primitive with {@code tag}; tags 0 to 13. */
  static Primitive primitive(int tag) {
    return Primitive.values()[tag];
  }
}
