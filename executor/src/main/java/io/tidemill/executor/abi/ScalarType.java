package io.tidemill.executor.abi;

/**
 * The type of a stored value or of a map key. On the wire one tag byte; a vector is followed by its
 * element. Source: host-abi 1.8.
 */
public sealed interface ScalarType {
  /** The types without parts. */
  enum Basic implements ScalarType {
    U8(0, 1),
    U16(1, 2),
    U32(2, 4),
    U64(3, 8),
    U128(4, 16),
    I8(5, 1),
    I16(6, 2),
    I32(7, 4),
    I64(8, 8),
    I128(9, 16),
    BOOL(10, 1),
    ADDRESS(11, 32),
    HASH32(12, 32),
    BYTES(13, -1),
    STRING(14, -1);

    private final int tag;
    private final int width;

    Basic(int tag, int width) {
      this.tag = tag;
      this.width = width;
    }

    @Override
    public int tag() {
      return tag;
    }

    @Override
    public int width() {
      return width;
    }
  }

  /** A u32 count and that many elements; elements have a fixed width. */
  record Vec(ScalarType element) implements ScalarType {
    @Override
    public int tag() {
      return 15;
    }

    @Override
    public int width() {
      return -1;
    }
  }

  /** The byte that starts the type on the wire. */
  int tag();

  /** Bytes of every value, or -1 when values differ in length. */
  int width();

  /** The basic type with {@code tag}; tags 0 to 14. */
  static Basic basic(int tag) {
    return Basic.values()[tag];
  }
}
