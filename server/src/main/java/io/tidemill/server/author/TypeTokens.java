package io.tidemill.server.author;

import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.abi.ScalarType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The one vocabulary of types in a manifest. Functions, structs and events take {@link #param};
 * storage takes {@link #state}, where a map may be written as {@code mapping(K => V)} and a struct
 * of one's own as {@code struct(Name)}. Source: manifest-and-tests 1.3.
 */
final class TypeTokens {
  private TypeTokens() {}

  /** A token that says no type; the rule is {@code UnknownType} unless named otherwise. */
  static final class TokenException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String rule;

    TokenException(String rule, String detail) {
      super(detail);
      this.rule = rule;
    }

    String rule() {
      return rule;
    }
  }

  /** A stored value: no keys for a scalar. A struct is a {@link ParamType.Custom}. */
  record Stored(List<ParamType> keys, ParamType value) {}

  /** A type of an argument, a result or a field. */
  static ParamType param(String token) throws TokenException {
    return parse(token.strip(), 0, token);
  }

  /** A type of a state entry, with the sugar for maps resolved. */
  static Stored state(String token) throws TokenException {
    final String text = token.strip();
    if (text.equals("map") || !text.startsWith("mapping")) {
      return new Stored(List.of(), value(text));
    }
    final List<ParamType> keys = new ArrayList<>();
    String rest = text;
    while (rest.startsWith("mapping")) {
      final String inside = inside(rest, "mapping", token);
      final int arrow = topLevel(inside, "=>");
      final int at = arrow >= 0 ? arrow : topLevel(inside, "->");
      if (at < 0) {
        throw new TokenException("UnknownType", token + " lacks the arrow of mapping(K => V)");
      }
      for (String key : split(inside.substring(0, at))) {
        keys.add(key(key));
      }
      rest = inside.substring(at + 2).strip();
    }
    return new Stored(keys, value(rest));
  }

  /** A type that may be the key of a stored map. */
  static ParamType key(String token) throws TokenException {
    final ParamType type = param(token);
    if (type instanceof Primitive
        || (type instanceof ParamType.FixedBytes fixed && fixed.length() == 32)) {
      return type;
    }
    throw new TokenException("InvalidMapKey", token.strip() + " cannot be the key of a map");
  }

  /** A type that may be stored. */
  static ParamType value(String token) throws TokenException {
    final String text = token.strip();
    if (text.startsWith("struct(")) {
      final String name = inside(text, "struct", token).strip();
      if (!isIdentifier(name)) {
        throw new TokenException("UnknownType", token + " does not name a type");
      }
      return new ParamType.Custom(name);
    }
    final ParamType type = param(text);
    if (type instanceof ParamType.Custom custom) {
      throw new TokenException(
          "UnknownType", "a stored type of one's own is written struct(" + custom.name() + ")");
    }
    final ScalarType scalar = scalar(type);
    if (scalar == null) {
      throw new TokenException("UnknownType", text + " cannot be stored");
    }
    if (scalar instanceof ScalarType.Vec vec && vec.element().width() < 0) {
      throw new TokenException(
          "VariableLengthVecInStateField",
          text + ": elements of a stored vector need a fixed width; store a map by index");
    }
    return type;
  }

  /** How {@code type} is written in the schema, or null when it cannot be stored. */
  static @Nullable ScalarType scalar(ParamType type) {
    return switch (type) {
      case Primitive primitive ->
          switch (primitive) {
            case BYTES -> ScalarType.Basic.BYTES;
            case STRING -> ScalarType.Basic.STRING;
            default -> ScalarType.basic(primitive.tag());
          };
      case ParamType.FixedBytes fixed -> fixed.length() == 32 ? ScalarType.Basic.HASH32 : null;
      case ParamType.Custom _ -> ScalarType.Basic.BYTES;
      case ParamType.Vec vec -> {
        final ScalarType element =
            vec.element() instanceof ParamType.Custom ? null : scalar(vec.element());
        yield element == null ? null : new ScalarType.Vec(element);
      }
      case ParamType.MapOf _, ParamType.Option _ -> null;
    };
  }

  /** The type whose schema form is {@code type}; a stored struct comes back as bytes. */
  static ParamType unscalar(ScalarType type) {
    return switch (type) {
      case ScalarType.Basic basic ->
          switch (basic) {
            case HASH32 -> ParamType.hash32();
            case BYTES -> Primitive.BYTES;
            case STRING -> Primitive.STRING;
            default -> ParamType.primitive(basic.tag());
          };
      case ScalarType.Vec vec -> new ParamType.Vec(unscalar(vec.element()));
    };
  }

  private static ParamType parse(String text, int depth, String whole) throws TokenException {
    if (depth > 16) {
      throw new TokenException("UnknownType", whole + " nests too deep");
    }
    if (text.startsWith("vec(")) {
      return new ParamType.Vec(parse(inside(text, "vec", whole).strip(), depth + 1, whole));
    }
    if (text.startsWith("option(")) {
      return new ParamType.Option(parse(inside(text, "option", whole).strip(), depth + 1, whole));
    }
    final Primitive primitive = primitive(text);
    if (primitive != null) {
      return primitive;
    }
    if (text.equals("hash32")) {
      return ParamType.hash32();
    }
    if (text.matches("bytes[1-9][0-9]?")) {
      final int length = Integer.parseInt(text.substring(5));
      if (length <= 32) {
        return new ParamType.FixedBytes(length);
      }
    }
    hints(text, whole);
    if (!isIdentifier(text)) {
      throw new TokenException("UnknownType", "\"" + whole.strip() + "\" is no type");
    }
    return new ParamType.Custom(text);
  }

  /** Older spellings get the current one as a hint. */
  private static void hints(String text, String whole) throws TokenException {
    if (text.startsWith("struct(")) {
      throw new TokenException(
          "UnknownType", whole + ": struct(...) is for storage; here the bare name is used");
    }
    if (text.startsWith("map<")) {
      throw new TokenException("UnknownType", whole + " is now written mapping(K => V)");
    }
    if (text.startsWith("vec<")) {
      throw new TokenException("UnknownType", whole + " is now written vec(T), or bytes32");
    }
    if (text.equals("map") || text.startsWith("mapping")) {
      throw new TokenException("UnknownType", whole + ": maps exist in [state] only");
    }
  }

  private static @Nullable Primitive primitive(String text) {
    for (Primitive primitive : Primitive.values()) {
      if (primitive.token().equals(text)
          || (primitive.isInteger() && primitive.name().toLowerCase(Locale.ROOT).equals(text))) {
        return primitive;
      }
    }
    return null;
  }

  static boolean isIdentifier(String text) {
    return text.matches("[A-Za-z_][A-Za-z0-9_]*");
  }

  /** What stands between the parentheses of {@code word(...)}. */
  private static String inside(String text, String word, String whole) throws TokenException {
    final String rest = text.substring(word.length()).strip();
    if (!rest.startsWith("(") || !rest.endsWith(")")) {
      throw new TokenException("UnknownType", "\"" + whole.strip() + "\" lacks a parenthesis");
    }
    return rest.substring(1, rest.length() - 1);
  }

  private static int topLevel(String text, String wanted) {
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (depth == 0 && text.startsWith(wanted, i)) {
        return i;
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    return -1;
  }

  private static List<String> split(String text) {
    final List<String> parts = new ArrayList<>();
    String rest = text;
    for (int comma = topLevel(rest, ","); comma >= 0; comma = topLevel(rest, ",")) {
      parts.add(rest.substring(0, comma));
      rest = rest.substring(comma + 1);
    }
    parts.add(rest);
    return parts;
  }
}
