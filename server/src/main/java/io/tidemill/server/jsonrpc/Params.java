package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.Base;
import io.tidemill.state.hash.Hash32;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, or the members of an object in them: by name, each with its path for
 * the error. Bytes are hex with {@code 0x}, amounts are decimal strings or numbers.
 */
public final class Params {
  private static final BigInteger MAX_U64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private final JsonNode node;
  private final List<String> names;
  private final String path;

  private Params(JsonNode node, List<String> names, String path) {
    this.node = node;
    this.names = names;
    this.path = path;
  }

  /** The params of a request that may name {@code names}, or give them in this order. */
  static Params of(@Nullable JsonNode params, List<String> names) {
    final JsonNode node = params == null ? MissingNode.getInstance() : params;
    if (node.isArray() && node.size() > names.size()) {
      throw Refusal.field("params", "has " + node.size() + " items, at most " + names.size());
    }
    if (node.isObject()) {
      refuseUnknown(node, Set.copyOf(names), "params");
    }
    return new Params(node, names, "");
  }

  /** An object whose members are among {@code names}. */
  public static Params object(JsonNode node, List<String> names, String path) {
    if (!node.isObject()) {
      throw Refusal.field(path, "must be an object");
    }
    refuseUnknown(node, Set.copyOf(names), path);
    return new Params(node, names, path);
  }

  private static void refuseUnknown(JsonNode node, Set<String> names, String path) {
    for (Iterator<String> members = node.fieldNames(); members.hasNext(); ) {
      final String member = members.next();
      if (!names.contains(member)) {
        throw Refusal.field(
            path + "." + member, "is not known; known are " + names.stream().sorted().toList());
      }
    }
  }

  /** The value, or null when it is absent or null. */
  public @Nullable JsonNode get(String name) {
    final JsonNode value = node.isArray() ? node.get(names.indexOf(name)) : node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  public String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  public JsonNode require(String name) {
    final JsonNode value = get(name);
    if (value == null) {
      throw Refusal.field(path(name), "is missing");
    }
    return value;
  }

  public @Nullable String text(String name) {
    final JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      throw Refusal.field(path(name), "must be a string");
    }
    return value.textValue();
  }

  public boolean flag(String name) {
    final JsonNode value = get(name);
    if (value == null) {
      return false;
    }
    if (!value.isBoolean()) {
      throw Refusal.field(path(name), "must be true or false");
    }
    return value.booleanValue();
  }

  /** An unsigned 64-bit number, decimal or 0x hex, or null. */
  public @Nullable Long u64(String name) {
    final BigInteger value = integer(name, MAX_U64);
    return value == null ? null : value.longValue();
  }

  /** An amount, or null. */
  public @Nullable U128 u128(String name) {
    final BigInteger value = integer(name, U128.MAX.toBigInteger());
    return value == null ? null : U128.of(value);
  }

  private @Nullable BigInteger integer(String name, BigInteger maximum) {
    final JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    final BigInteger number;
    if (value.isIntegralNumber()) {
      number = value.bigIntegerValue();
    } else if (value.isTextual() && value.textValue().matches("[0-9]{1,39}")) {
      number = new BigInteger(value.textValue());
    } else if (value.isTextual() && value.textValue().matches("0x[0-9a-fA-F]{1,32}")) {
      number = new BigInteger(value.textValue().substring(2), 16);
    } else {
      throw Refusal.field(path(name), "must be a whole number, or a string with one");
    }
    if (number.signum() < 0 || number.compareTo(maximum) > 0) {
      throw Refusal.field(path(name), "must be from 0 to " + maximum);
    }
    return number;
  }

  /** Bytes, or null. */
  public byte @Nullable [] bytes(String name) {
    final String value = text(name);
    if (value == null) {
      return null;
    }
    final String digits =
        value.toLowerCase(Locale.ROOT).startsWith("0x") ? value.substring(2) : value;
    try {
      return HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException e) {
      throw Refusal.field(path(name), "must be an even number of hex digits after 0x");
    }
  }

  public @Nullable Hash32 hash(String name) {
    final byte[] value = bytes(name);
    if (value == null) {
      return null;
    }
    if (value.length != Hash32.LENGTH) {
      throw Refusal.field(path(name), "expected 32 bytes, got " + value.length);
    }
    return Hash32.of(value);
  }

  public Hash32 requireHash(String name) {
    final Hash32 hash = hash(name);
    if (hash == null) {
      throw Refusal.field(path(name), "is missing");
    }
    return hash;
  }

  /** Whether the value is an address and not a name. */
  public static boolean isAddress(String value) {
    return value.startsWith("0x") || value.length() == 64;
  }

  public @Nullable Address address(String name) {
    final Hash32 hash = hash(name);
    return hash == null ? null : new Address(hash);
  }

  /** A state: a wave number, a root of 32 bytes, or a tag; absent is the latest. */
  Base base(String name) {
    final JsonNode value = get(name);
    if (value == null) {
      return Base.LATEST;
    }
    if (value.isTextual()) {
      switch (value.textValue()) {
        case "latest", "safe", "finalized" -> {
          return Base.LATEST;
        }
        case "pending" -> {
          return new Base.Pending();
        }
        case "earliest" -> {
          return new Base.Earliest();
        }
        default -> {
          if (value.textValue().length() >= 64) {
            return new Base.AtRoot(requireHash(name));
          }
        }
      }
    }
    final Long wave = u64(name);
    return wave == null ? Base.LATEST : new Base.AtWave(wave);
  }
}
