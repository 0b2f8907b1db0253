package io.tidemill.server.author;

import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.author.TestValue.ValueException;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Values of test files as Borsh. Source: manifest-and-tests 2.7 and 2.9. */
final class ValueEncoder {
  /** What stands behind a value that begins with {@code @}; null when there is no such thing. */
  interface Specials {
    byte @Nullable [] bytes(String text) throws ValueException;
  }

  private final Function<String, @Nullable Address> names;
  private final Function<String, @Nullable TypeDef> types;
  private final Specials specials;

  ValueEncoder(
      Function<String, @Nullable Address> names,
      Function<String, @Nullable TypeDef> types,
      Specials specials) {
    this.names = names;
    this.types = types;
    this.specials = specials;
  }

  /** The same with other specials. */
  ValueEncoder with(Specials others) {
    return new ValueEncoder(names, types, others);
  }

  /** The Borsh form of {@code value} as a {@code type}. */
  byte[] encode(ParamType type, TestValue value) throws ValueException {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(type, value, out);
    return out.toByteArray();
  }

  /** How a value of {@code type} is stored; {@code prefix} puts a length before bytes and text. */
  byte[] stored(ParamType type, TestValue value, boolean prefix) throws ValueException {
    final byte[] bytes = encode(type, value);
    return !prefix && (type == Primitive.BYTES || type == Primitive.STRING)
        ? Arrays.copyOfRange(bytes, 4, bytes.length)
        : bytes;
  }

  /** What an absent slot of {@code type} stands for. */
  byte[] absent(ParamType type) throws ValueException {
    return switch (type) {
      case Primitive primitive -> new byte[primitive.width() < 0 ? 4 : primitive.width()];
      case ParamType.FixedBytes fixed -> new byte[fixed.length()];
      case ParamType.Vec _, ParamType.MapOf _ -> new byte[4];
      case ParamType.Option _ -> new byte[1];
      case ParamType.Custom custom -> {
        if (!(definition(custom) instanceof TypeDef.Struct struct)) {
          yield new byte[1];
        }
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Param field : struct.fields()) {
          out.writeBytes(absent(field.type()));
        }
        yield out.toByteArray();
      }
    };
  }

  /** An address by name or by its 64 digits. */
  Address address(String text) throws ValueException {
    if (text.startsWith("0x")) {
      return Address.at(hex(text, 32), 0);
    }
    final Address address = names.apply(text);
    if (address == null) {
      throw new ValueException("\"" + text + "\" is no account, contract or address");
    }
    return address;
  }

  /** A number with sign, base and underscores. */
  static BigInteger number(String text) throws ValueException {
    final String plain = text.strip().replace("_", "");
    final boolean negative = plain.startsWith("-");
    final String digits = negative || plain.startsWith("+") ? plain.substring(1) : plain;
    final boolean hex = digits.toLowerCase(Locale.ROOT).startsWith("0x");
    try {
      final BigInteger value =
          hex ? new BigInteger(digits.substring(2), 16) : new BigInteger(digits, 10);
      if (value.signum() < 0) {
        throw new ValueException("\"" + text + "\" is no number");
      }
      return negative ? value.negate() : value;
    } catch (NumberFormatException e) {
      throw new ValueException("\"" + text + "\" is no number");
    }
  }

  /** Bytes written as {@code 0x} and an even number of digits. */
  static byte[] hex(String text, int length) throws ValueException {
    if (!text.startsWith("0x")) {
      throw new ValueException("\"" + text + "\" must be hex and begin with 0x");
    }
    final byte[] bytes;
    try {
      bytes = HexFormat.of().parseHex(text.substring(2));
    } catch (IllegalArgumentException e) {
      throw new ValueException("\"" + text + "\" is no hex: " + e.getMessage());
    }
    if (length >= 0 && bytes.length != length) {
      throw new ValueException(
          "\"" + text + "\" has " + bytes.length + " bytes, " + length + " are needed");
    }
    return bytes;
  }

  private void write(ParamType type, TestValue value, ByteArrayOutputStream out)
      throws ValueException {
    switch (type) {
      case Primitive primitive -> writePrimitive(primitive, text(value, type), out);
      case ParamType.FixedBytes fixed -> out.writeBytes(content(text(value, type), fixed.length()));
      case ParamType.Vec vec -> writeVec(vec, value, out);
      case ParamType.Option option -> {
        if (value instanceof TestValue.Text(String word) && word.equals("none")) {
          out.write(0);
        } else {
          out.write(1);
          write(option.element(), value, out);
        }
      }
      case ParamType.Custom custom -> writeCustom(custom, value, out);
      case ParamType.MapOf _ -> throw new ValueException("a map has no form in a test file");
    }
  }

  private static String text(TestValue value, ParamType type) throws ValueException {
    if (value instanceof TestValue.Text(String text)) {
      return text;
    }
    throw new ValueException("a list or table is no " + type);
  }

  private byte[] content(String text, int length) throws ValueException {
    if (text.startsWith("@")) {
      final byte[] special = specials.bytes(text);
      if (special == null) {
        throw new ValueException(text + " is not known here");
      }
      if (length >= 0 && special.length != length) {
        throw new ValueException(
            text + " has " + special.length + " bytes, " + length + " are needed");
      }
      return special;
    }
    return hex(text, length);
  }

  private void writePrimitive(Primitive type, String text, ByteArrayOutputStream out)
      throws ValueException {
    switch (type) {
      case BOOL ->
          out.write(
              switch (text) {
                case "1", "true" -> 1;
                case "0", "false" -> 0;
                default -> throw new ValueException("\"" + text + "\" is neither true nor false");
              });
      case ADDRESS -> out.writeBytes(address(text).toBytes());
      case BYTES -> prefixed(content(text, -1), out);
      case STRING -> prefixed(text.getBytes(StandardCharsets.UTF_8), out);
      default -> out.writeBytes(integer(type, number(text)));
    }
  }

  /** Little-endian, two's complement. */
  static byte[] integer(Primitive type, BigInteger value) throws ValueException {
    final int bits = type.width() * 8;
    final boolean fits =
        type.isSigned()
            ? value.bitLength() < bits
            : value.signum() >= 0 && value.bitLength() <= bits;
    if (!fits) {
      throw new ValueException(value + " does not fit " + type.token());
    }
    final byte[] bytes = new byte[type.width()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = value.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }

  private static void prefixed(byte[] content, ByteArrayOutputStream out) {
    count(content.length, out);
    out.writeBytes(content);
  }

  private static void count(int count, ByteArrayOutputStream out) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(count >>> shift);
    }
  }

  private void writeVec(ParamType.Vec vec, TestValue value, ByteArrayOutputStream out)
      throws ValueException {
    if (vec.element() == Primitive.U8
        && value instanceof TestValue.Text(String text)
        && text.startsWith("0x")) {
      prefixed(hex(text, -1), out);
      return;
    }
    if (!(structured(value) instanceof TestValue.Items(List<TestValue> items))) {
      throw new ValueException("a list such as [1, 2] is needed");
    }
    count(items.size(), out);
    for (TestValue item : items) {
      write(vec.element(), item, out);
    }
  }

  private static TestValue structured(TestValue value) throws ValueException {
    return value instanceof TestValue.Text(String text) ? TestValue.parse(text) : value;
  }

  private TypeDef definition(ParamType.Custom custom) throws ValueException {
    final TypeDef definition = types.apply(custom.name());
    if (definition == null) {
      throw new ValueException("type " + custom.name() + " is declared nowhere");
    }
    return definition;
  }

  private void writeCustom(ParamType.Custom custom, TestValue value, ByteArrayOutputStream out)
      throws ValueException {
    switch (definition(custom)) {
      case TypeDef.Enum variants -> {
        final String name = text(value, custom);
        final int index = variants.variants().indexOf(name);
        if (index < 0) {
          throw new ValueException(
              "\"" + name + "\" is none of " + variants.variants() + " of " + custom.name());
        }
        out.write(index);
      }
      case TypeDef.Struct struct -> {
        if (!(structured(value) instanceof TestValue.Fields(var fields))) {
          throw new ValueException("a table such as {a: 1} is needed for " + custom.name());
        }
        for (String name : fields.keySet()) {
          if (struct.fields().stream().noneMatch(field -> field.name().equals(name))) {
            throw new ValueException(custom.name() + " has no field " + name);
          }
        }
        for (Param field : struct.fields()) {
          final TestValue part = fields.get(field.name());
          if (part == null) {
            throw new ValueException(
                "field " + field.name() + " of " + custom.name() + " is missing");
          }
          write(field.type(), part, out);
        }
      }
    }
  }
}
