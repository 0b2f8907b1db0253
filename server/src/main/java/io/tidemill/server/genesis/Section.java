package io.tidemill.server.genesis;

import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A mapping of the document. Every field is read by name; what nobody read is an error. */
final class Section {
  private final String path;
  private final Map<String, Object> fields;
  private final TreeSet<String> unread;

  private Section(String path, Map<String, Object> fields) {
    this.path = path;
    this.fields = fields;
    this.unread = new TreeSet<>(fields.keySet());
  }

  static Section of(String path, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new ChainFileException((path.isEmpty() ? "the document" : path) + " must be a mapping");
    }
    final Map<String, Object> fields = new TreeMap<>();
    map.forEach((key, field) -> fields.put(String.valueOf(key), field));
    return new Section(path, fields);
  }

  boolean has(String name) {
    return fields.get(name) != null;
  }

  /** Everything has been read, or it is an error. */
  void end() {
    if (!unread.isEmpty()) {
      throw new ChainFileException("unknown field " + at(unread.first()));
    }
  }

  String text(String name) {
    return String.valueOf(value(name));
  }

  long number(String name) {
    final Object value = value(name);
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw new ChainFileException(at(name) + " must be a whole number, is " + value);
  }

  int small(String name) {
    final long number = number(name);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw new ChainFileException(at(name) + " is out of range: " + number);
    }
    return (int) number;
  }

  /** An amount of quanta: a whole number, or its digits as text. */
  U128 amount(String name) {
    try {
      return U128.of(new BigInteger(text(name)));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new ChainFileException(
          at(name) + " must be an amount of quanta below 2^128, is " + text(name), e);
    }
  }

  Hash32 hash(String name) {
    final byte[] bytes = bytes(name);
    if (bytes.length != Hash32.LENGTH) {
      throw new ChainFileException(at(name) + " must have 32 bytes, has " + bytes.length);
    }
    return Hash32.of(bytes);
  }

  byte[] bytes(String name) {
    return hex(at(name), value(name));
  }

  List<byte[]> keys(String name) {
    final List<byte[]> keys = new ArrayList<>();
    for (Object item : items(name)) {
      keys.add(hex(at(name) + "[" + keys.size() + "]", item));
    }
    return keys;
  }

  Section section(String name) {
    return of(at(name), value(name));
  }

  List<Section> sections(String name) {
    final List<Section> sections = new ArrayList<>();
    for (Object item : items(name)) {
      sections.add(of(at(name) + "[" + sections.size() + "]", item));
    }
    return sections;
  }

  private List<?> items(String name) {
    if (value(name) instanceof List<?> list) {
      return list;
    }
    throw new ChainFileException(at(name) + " must be a list");
  }

  private Object value(String name) {
    final Object value = fields.get(name);
    if (value == null) {
      throw new ChainFileException("missing field " + at(name));
    }
    unread.remove(name);
    return value;
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static byte[] hex(String at, Object value) {
    final String text = String.valueOf(value);
    try {
      return HexFormat.of().parseHex(text.startsWith("0x") ? text.substring(2) : text);
    } catch (IllegalArgumentException e) {
      throw new ChainFileException(at + " must be hexadecimal text (quoted, 0x...)", e);
    }
  }
}
