package io.tidemill.server.abi;

import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Borsh as text, for reasons of failures, and the widths of values, for skipping them. */
public final class ValuePrinter {
  private final Function<String, @Nullable TypeDef> types;

  /** A printer that finds the contract's own types by name with {@code types}. */
  public ValuePrinter(Function<String, @Nullable TypeDef> types) {
    this.types = types;
  }

  /** {@code bytes} as a {@code type}; plain hex when they are not exactly one value of it. */
  public String print(ParamType type, byte[] bytes) {
    final StringBuilder text = new StringBuilder();
    return walk(type, bytes, 0, text) == bytes.length ? text.toString() : hex(bytes);
  }

  /** The offset behind the value of {@code type} at {@code at}, or -1 when there is none. */
  public int skip(ParamType type, byte[] bytes, int at) {
    return walk(type, bytes, at, null);
  }

  /** Hex digits after 0x. */
  public static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  private int walk(ParamType type, byte[] bytes, int at, @Nullable StringBuilder out) {
    return switch (type) {
      case Primitive primitive -> primitive(primitive, bytes, at, out);
      case ParamType.FixedBytes fixed -> raw(bytes, at, fixed.length(), out);
      case ParamType.Vec vec -> vec(vec, bytes, at, out);
      case ParamType.Option option -> {
        if (at >= bytes.length || bytes[at] > 1 || bytes[at] < 0) {
          yield -1;
        }
        if (bytes[at] == 0) {
          append(out, "none");
          yield at + 1;
        }
        yield walk(option.element(), bytes, at + 1, out);
      }
      case ParamType.Custom custom -> custom(custom, bytes, at, out);
      case ParamType.MapOf _ -> -1;
    };
  }

  private static void append(@Nullable StringBuilder out, String text) {
    if (out != null) {
      out.append(text);
    }
  }

  private static int raw(byte[] bytes, int at, int length, @Nullable StringBuilder out) {
    if (length < 0 || length > bytes.length - at) {
      return -1;
    }
    append(out, hex(Arrays.copyOfRange(bytes, at, at + length)));
    return at + length;
  }

  private static long count(byte[] bytes, int at) {
    if (bytes.length - at < 4) {
      return -1;
    }
    long count = 0;
    for (int i = 0; i < 4; i++) {
      count |= (bytes[at + i] & 0xffL) << (8 * i);
    }
    return count;
  }

  private static int primitive(Primitive type, byte[] bytes, int at, @Nullable StringBuilder out) {
    if (type == Primitive.BYTES || type == Primitive.STRING) {
      final long length = count(bytes, at);
      if (length < 0 || length > bytes.length - at - 4) {
        return -1;
      }
      final int end = at + 4 + (int) length;
      append(
          out,
          type == Primitive.BYTES
              ? hex(Arrays.copyOfRange(bytes, at + 4, end))
              : '"' + new String(bytes, at + 4, (int) length, StandardCharsets.UTF_8) + '"');
      return end;
    }
    if (type.width() > bytes.length - at) {
      return -1;
    }
    if (type == Primitive.ADDRESS) {
      return raw(bytes, at, type.width(), out);
    }
    if (type == Primitive.BOOL) {
      append(out, bytes[at] == 0 ? "false" : "true");
      return at + 1;
    }
    final byte[] bigEndian = new byte[type.width()];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[bigEndian.length - 1 - i] = bytes[at + i];
    }
    append(
        out,
        (type.isSigned() ? new BigInteger(bigEndian) : new BigInteger(1, bigEndian)).toString());
    return at + type.width();
  }

  private int vec(ParamType.Vec vec, byte[] bytes, int at, @Nullable StringBuilder out) {
    final long count = count(bytes, at);
    if (count < 0 || count > bytes.length) {
      return -1;
    }
    append(out, "[");
    int next = at + 4;
    for (long i = 0; i < count && next >= 0; i++) {
      append(out, i == 0 ? "" : ", ");
      next = walk(vec.element(), bytes, next, out);
    }
    append(out, "]");
    return next;
  }

  private int custom(ParamType.Custom custom, byte[] bytes, int at, @Nullable StringBuilder out) {
    switch (types.apply(custom.name())) {
      case TypeDef.Enum variants -> {
        if (at >= bytes.length || (bytes[at] & 0xff) >= variants.variants().size()) {
          return -1;
        }
        append(out, variants.variants().get(bytes[at] & 0xff));
        return at + 1;
      }
      case TypeDef.Struct struct -> {
        append(out, "{");
        int next = at;
        boolean first = true;
        for (Param field : struct.fields()) {
          append(out, (first ? "" : ", ") + field.name() + ": ");
          first = false;
          next = next < 0 ? -1 : walk(field.type(), bytes, next, out);
        }
        append(out, "}");
        return next;
      }
      case null -> {
        return -1;
      }
    }
  }
}
