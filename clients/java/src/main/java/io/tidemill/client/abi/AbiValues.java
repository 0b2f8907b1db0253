package io.tidemill.client.abi;

import com.google.protobuf.ByteString;
import io.tidemill.client.abi.AbiType.Primitive;
import io.tidemill.client.abi.ContractAbi.EnumDefinition;
import io.tidemill.client.abi.ContractAbi.EventDefinition;
import io.tidemill.client.abi.ContractAbi.Field;
import io.tidemill.client.abi.ContractAbi.StructDefinition;
import io.tidemill.client.codec.BorshReader;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.tx.Address;
import io.tidemill.v1.Event;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of the types of an ABI, as Java has them:
 *
 * <pre>
 * uint8 .. int128   BigInteger; any whole Number is accepted
 * bool              Boolean
 * address           Address
 * bytes, bytesN     ByteString; byte[] is accepted
 * string            String
 * T[]               List
 * map(K,V)          Map, in the order of the encoding
 * option(T)         the value, or null
 * struct            Map from the names of its fields
 * enum              String, the name of the variant
 * </pre>
 */
public final class AbiValues {
  private static final int TOPIC = 32;

  /** An indexed value that is too long for a topic: the event carries its Blake3 hash only. */
  public record Hashed(ByteString hash) {}

  private final ContractAbi abi;
  private int depth;

  AbiValues(ContractAbi abi) {
    this.abi = abi;
  }

  // ---- to bytes ---------------------------------------------------------------------------------

  void write(Field field, @Nullable Object value, BorshWriter out) {
    try {
      write(field.type(), value, out);
    } catch (ClassCastException e) {
      throw new IllegalArgumentException(
          field.name() + " is " + field.type().spelling() + ", which " + value + " is not", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field.name() + ": " + e.getMessage(), e);
    }
  }

  private void write(AbiType type, @Nullable Object value, BorshWriter out) {
    if (type instanceof AbiType.Option option) {
      out.option(value, (writer, present) -> write(option.element(), present, writer));
      return;
    }
    if (value == null) {
      throw new IllegalArgumentException("a value of " + type.spelling() + " is missing");
    }
    switch (type) {
      case Primitive primitive -> writePrimitive(primitive, value, out);
      case AbiType.FixedBytes fixed -> out.fixed(exactly(fixed.length(), octets(value)));
      case AbiType.Hash _ -> out.fixed(exactly(TOPIC, octets(value)));
      case AbiType.Vec vec ->
          out.list((List<?>) value, (writer, element) -> write(vec.element(), element, writer));
      case AbiType.MapOf map ->
          out.list(
              List.copyOf(((Map<?, ?>) value).entrySet()),
              (writer, entry) -> {
                write(map.key(), entry.getKey(), writer);
                write(map.value(), entry.getValue(), writer);
              });
      case AbiType.Option _ -> throw new AssertionError(type);
      case AbiType.Custom custom -> writeCustom(custom, value, out);
    }
  }

  private void writeCustom(AbiType.Custom custom, Object value, BorshWriter out) {
    switch (abi.type(custom.name())) {
      case EnumDefinition variants -> {
        int index = variants.variants().indexOf((String) value);
        if (index < 0) {
          throw new IllegalArgumentException(
              value + " is none of " + variants.variants() + " of " + custom.name());
        }
        out.u8(index);
      }
      case StructDefinition struct -> {
        Map<?, ?> fields = (Map<?, ?>) value;
        for (Field field : struct.fields()) {
          write(field, fields.get(field.name()), out);
        }
      }
      case null -> throw undeclared(custom);
    }
  }

  private static void writePrimitive(Primitive type, Object value, BorshWriter out) {
    switch (type) {
      case BOOL -> out.bool((Boolean) value);
      case ADDRESS -> out.fixed(((Address) value).toBytes());
      case BYTES -> out.bytes(octets(value));
      case STRING -> out.string((String) value);
      default -> out.fixed(integer(type, value));
    }
  }

  private static byte[] integer(Primitive type, Object value) {
    BigInteger number =
        value instanceof BigInteger big ? big : BigInteger.valueOf(((Number) value).longValue());
    int bits = 8 * type.width();
    boolean fits =
        type.isSigned()
            ? number.bitLength() < bits
            : number.signum() >= 0 && number.bitLength() <= bits;
    if (!fits || value instanceof Float || value instanceof Double) {
      throw new IllegalArgumentException(value + " does not fit " + type.spelling());
    }
    byte[] bytes = new byte[type.width()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = number.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }

  private static byte[] octets(Object value) {
    return value instanceof ByteString string ? string.toByteArray() : (byte[]) value;
  }

  private static byte[] exactly(long length, byte[] bytes) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(bytes.length + " bytes, " + length + " are needed");
    }
    return bytes;
  }

  // ---- from bytes -------------------------------------------------------------------------------

  Map<String, @Nullable Object> readAll(List<Field> fields, byte[] data) {
    BorshReader in = new BorshReader(data);
    Map<String, @Nullable Object> values = readFields(fields, in);
    in.end();
    return values;
  }

  private Map<String, @Nullable Object> readFields(List<Field> fields, BorshReader in) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (Field field : fields) {
      values.put(field.name(), read(field.type(), in));
    }
    return values;
  }

  @Nullable Object read(AbiType type, BorshReader in) {
    // A hostile ABI may hold a struct inside itself.
    if (++depth > 2 * AbiType.MAX_DEPTH) {
      throw new IllegalArgumentException("values nest too deep");
    }
    try {
      return switch (type) {
        case Primitive primitive -> readPrimitive(primitive, in);
        case AbiType.FixedBytes fixed ->
            ByteString.copyFrom(in.fixed((int) Math.min(Integer.MAX_VALUE, fixed.length())));
        case AbiType.Hash _ -> ByteString.copyFrom(in.fixed(TOPIC));
        case AbiType.Vec vec -> in.list(reader -> read(vec.element(), reader));
        case AbiType.MapOf map -> readMap(map, in);
        case AbiType.Option option -> in.bool() ? read(option.element(), in) : null;
        case AbiType.Custom custom -> readCustom(custom, in);
      };
    } finally {
      depth--;
    }
  }

  private Map<@Nullable Object, @Nullable Object> readMap(AbiType.MapOf map, BorshReader in) {
    Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
    List<Boolean> pairs =
        in.list(
            reader -> {
              Object key = read(map.key(), reader);
              return values.put(key, read(map.value(), reader)) == null;
            });
    if (pairs.contains(false)) {
      throw new IllegalArgumentException("a map holds the same key twice");
    }
    return values;
  }

  private Object readCustom(AbiType.Custom custom, BorshReader in) {
    return switch (abi.type(custom.name())) {
      case EnumDefinition variants -> {
        int index = in.u8();
        if (index >= variants.variants().size()) {
          throw new IllegalArgumentException(custom.name() + " has no variant " + index);
        }
        yield variants.variants().get(index);
      }
      case StructDefinition struct -> readFields(struct.fields(), in);
      case null -> throw undeclared(custom);
    };
  }

  private static Object readPrimitive(Primitive type, BorshReader in) {
    return switch (type) {
      case BOOL -> in.bool();
      case ADDRESS -> Address.of(in.fixed(Address.LENGTH));
      case BYTES -> ByteString.copyFrom(in.bytes());
      case STRING -> in.string();
      default -> integer(type, reversed(in.fixed(type.width())));
    };
  }

  private static BigInteger integer(Primitive type, byte[] bigEndian) {
    return type.isSigned() ? new BigInteger(bigEndian) : new BigInteger(1, bigEndian);
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  // ---- events -----------------------------------------------------------------------------------

  Map<String, @Nullable Object> read(EventDefinition definition, Event event) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    BorshReader data = new BorshReader(event.getData().toByteArray());
    int topic = 1;
    for (int i = 0; i < definition.fields().size(); i++) {
      Field field = definition.fields().get(i);
      if (!definition.indexed(i)) {
        values.put(field.name(), read(field.type(), data));
      } else if (topic < event.getTopicsCount()) {
        values.put(field.name(), fromTopic(field.type(), event.getTopics(topic++)));
      } else {
        throw new IllegalArgumentException("the topic of " + field.name() + " is missing");
      }
    }
    data.end();
    return values;
  }

  /** Short values stand at the end of a topic, big-endian; of others there is a hash. */
  private static Object fromTopic(AbiType type, ByteString topic) {
    return switch (type) {
      case Primitive.ADDRESS -> new Address(topic);
      case Primitive.BOOL -> topic.byteAt(TOPIC - 1) != 0;
      case Primitive primitive when primitive.isInteger() ->
          integer(primitive, topic.substring(TOPIC - primitive.width()).toByteArray());
      case AbiType.FixedBytes fixed when fixed.length() <= TOPIC ->
          topic.substring(TOPIC - (int) fixed.length());
      default -> new Hashed(topic);
    };
  }

  private static IllegalArgumentException undeclared(AbiType.Custom custom) {
    return new IllegalArgumentException("the ABI declares no type " + custom.name());
  }
}
