package io.tidemill.client.abi;

/** The type of an argument, a result, or a field of an event, a struct or the storage. */
public sealed interface AbiType {
  /** How deep types may nest. */
  int MAX_DEPTH = 32;

  /** The types without parts, in the order of their tags. */
  enum Primitive implements AbiType {
    UINT8("uint8", 1),
    UINT16("uint16", 2),
    UINT32("uint32", 4),
    UINT64("uint64", 8),
    UINT128("uint128", 16),
    INT8("int8", 1),
    INT16("int16", 2),
    INT32("int32", 4),
    INT64("int64", 8),
    INT128("int128", 16),
    BOOL("bool", 1),
    ADDRESS("address", 32),
    BYTES("bytes", 0),
    STRING("string", 0);

    private final String token;
    private final int width;

    Primitive(String token, int width) {
      this.token = token;
      this.width = width;
    }

    @Override
    public String spelling() {
      return token;
    }

    /** Bytes of every value; 0 when values differ in length. */
    int width() {
      return width;
    }

    boolean isInteger() {
      return ordinal() <= INT128.ordinal();
    }

    boolean isSigned() {
      return isInteger() && ordinal() >= INT8.ordinal();
    }
  }

  /** Exactly {@code length} bytes. */
  record FixedBytes(long length) implements AbiType {
    @Override
    public String spelling() {
      return "bytes" + length;
    }
  }

  /** Thirty-two bytes, as the storage schema calls them. */
  record Hash() implements AbiType {
    @Override
    public String spelling() {
      return "hash32";
    }
  }

  /** Any number of elements. */
  record Vec(AbiType element) implements AbiType {
    @Override
    public String spelling() {
      return element.spelling() + "[]";
    }
  }

  /** Any number of pairs. */
  record MapOf(AbiType key, AbiType value) implements AbiType {
    @Override
    public String spelling() {
      return "map(" + key.spelling() + "," + value.spelling() + ")";
    }
  }

  /** A value or none. */
  record Option(AbiType element) implements AbiType {
    @Override
    public String spelling() {
      return "option(" + element.spelling() + ")";
    }
  }

  /** A struct or an enum of the contract's own types. */
  record Custom(String name) implements AbiType {
    @Override
    public String spelling() {
      return name;
    }
  }

  /** The type as people write it; a custom type by its name. */
  String spelling();
}
