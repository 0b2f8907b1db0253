package io.tidemill.server.author;

import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code pyde.sig.v1} section that some toolchains leave behind: what the source says about
 * each function, {@code name(T,T)->R;} one after the other. It is compared with the manifest and
 * then taken out. Source: manifest-and-tests 1.10 row 7.
 */
final class SignatureRecords {
  private SignatureRecords() {}

  /** Every function whose source and manifest differ. */
  static List<Problem> check(Manifest manifest, String file, byte[] section) {
    final List<Problem> problems = new ArrayList<>();
    final String text = new String(section, StandardCharsets.UTF_8).replaceAll("\\s", "");
    for (String record : text.split(";")) {
      final int open = record.indexOf('(');
      final int close = record.lastIndexOf(")->");
      if (open < 0 || close < open) {
        if (!record.isEmpty()) {
          problems.add(
              new Problem(
                  "SignatureMismatch", file, 0, 0, record, "is not of the form name(T,T)->R"));
        }
        continue;
      }
      final Manifest.Function function = manifest.function(record.substring(0, open));
      if (function == null) {
        continue;
      }
      final String actual =
          join(split(record.substring(open + 1, close)))
              + "->"
              + join(split(record.substring(close + 3)));
      final String declared =
          join(words(function.inputs())) + "->" + join(words(function.outputs()));
      if (!actual.equals(declared)) {
        problems.add(
            new Problem(
                "SignatureMismatch",
                file,
                0,
                0,
                function.name(),
                "the manifest declares " + declared + ", the source says " + actual));
      }
    }
    return problems;
  }

  private static String join(List<String> words) {
    return "(" + String.join(",", words) + ")";
  }

  private static List<String> words(List<ParamType> types) {
    final List<String> words = new ArrayList<>();
    for (ParamType type : types) {
      words.add(word(type));
    }
    return words;
  }

  private static String word(ParamType type) {
    return switch (type) {
      case Primitive primitive -> primitive.token();
      case ParamType.FixedBytes fixed -> "bytes" + fixed.length();
      case ParamType.Vec vec ->
          vec.element() == Primitive.U8 ? "bytes" : word(vec.element()) + "[]";
      case ParamType.Option option -> "option(" + word(option.element()) + ")";
      case ParamType.MapOf map -> "map(" + word(map.key()) + "," + word(map.value()) + ")";
      case ParamType.Custom custom -> custom.name();
    };
  }

  /** The types between commas, in the words of a manifest; commas inside brackets do not count. */
  private static List<String> split(String list) {
    final List<String> types = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i <= list.length(); i++) {
      final char c = i == list.length() ? ',' : list.charAt(i);
      if (c == '<' || c == '[' || c == '(') {
        depth++;
      } else if (c == '>' || c == ']' || c == ')') {
        depth--;
      } else if (c == ',' && depth == 0) {
        if (i > from) {
          types.add(normalized(list.substring(from, i)));
        }
        from = i + 1;
      }
    }
    return types;
  }

  private static String normalized(String type) {
    if (type.equals("Vec<u8>")) {
      return "bytes";
    }
    if (type.startsWith("Vec<") && type.endsWith(">")) {
      return normalized(type.substring(4, type.length() - 1)) + "[]";
    }
    if (type.startsWith("Option<") && type.endsWith(">")) {
      return "option(" + normalized(type.substring(7, type.length() - 1)) + ")";
    }
    if (type.startsWith("[u8;") && type.endsWith("]")) {
      return "bytes" + type.substring(4, type.length() - 1);
    }
    final String last = type.substring(type.lastIndexOf(':') + 1);
    return switch (last) {
      case "String" -> "string";
      case "Address" -> "address";
      case "Hash32" -> "bytes32";
      case "()" -> "";
      default ->
          last.matches("[ui](8|16|32|64|128)")
              ? last.replaceFirst("^u", "uint").replaceFirst("^i(?=\\d)", "int")
              : last;
    };
  }
}
