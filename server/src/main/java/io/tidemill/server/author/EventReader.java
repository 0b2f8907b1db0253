package io.tidemill.server.author;

import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ContractAbi.Layout;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.EventSignature;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Reads {@code [events]}. Source: manifest-and-tests 1.7. */
final class EventReader {
  private static final int MAX_INDEXED = 3;

  private final TomlScope root;
  private final List<TypeDef> types;

  EventReader(TomlScope root, List<TypeDef> types) {
    this.root = root;
    this.types = types;
  }

  List<ContractAbi.Event> read() {
    final List<ContractAbi.Event> events = new ArrayList<>();
    final TomlScope table = root.table("events");
    if (table == null) {
      return events;
    }
    for (String name : table.keys()) {
      final TomlScope scope = table.table(name);
      if (scope == null) {
        continue;
      }
      if (!TypeTokens.isIdentifier(name)) {
        table.problem("InvalidName", name, "cannot be the name of an event");
      }
      scope.allow("signature", "fields");
      final List<Param> params = params(scope, "fields", "name", "type", "indexed");
      final ContractAbi.Event event = new ContractAbi.Event(name, params, mask(scope));
      signature(scope, event);
      events.add(event);
    }
    return events;
  }

  /** Named and typed entries of the array under {@code key}. */
  static List<Param> params(TomlScope scope, String key, String... allowed) {
    final List<Param> params = new ArrayList<>();
    final TreeSet<String> seen = new TreeSet<>();
    for (TomlScope entry : scope.tables(key)) {
      entry.allow(allowed);
      final String name = entry.required("name");
      final String token = entry.required("type");
      if (name == null || token == null) {
        continue;
      }
      if (!seen.add(name)) {
        entry.problem("InvalidField", "name", name + " is declared twice");
      }
      try {
        params.add(new Param(name, TypeTokens.param(token)));
      } catch (TypeTokens.TokenException e) {
        entry.problem(e.rule(), "type", String.valueOf(e.getMessage()));
      }
    }
    return params;
  }

  private static int mask(TomlScope scope) {
    int mask = 0;
    int position = 0;
    for (TomlScope entry : scope.tables("fields")) {
      if (entry.flag("indexed", false)) {
        if (position >= 8) {
          entry.problem("IndexedFieldOutOfRange", "indexed", "only the first 8 fields can be");
        } else {
          mask |= 1 << position;
        }
      }
      position++;
    }
    if (Integer.bitCount(mask) > MAX_INDEXED) {
      scope.problem("TooManyIndexed", "fields", "at most " + MAX_INDEXED + " fields are indexed");
    }
    return mask;
  }

  /** The author's own spelling must come to the derived one: the topic is hashed from that. */
  private void signature(TomlScope scope, ContractAbi.Event event) {
    final String written = scope.string("signature");
    if (written == null) {
      return;
    }
    final ContractAbi context =
        new ContractAbi(
            ContractAbi.V1_2,
            Layout.EXTENDED,
            ContractType.CONTRACT,
            List.of(),
            Hash32.ZERO,
            -1,
            -1,
            -1,
            "",
            "",
            List.of(),
            List.of(),
            List.of(),
            types);
    final String derived = EventSignature.of(context, event);
    if (!normalized(written, context).equals(derived)) {
      scope.problem(
          "EventSignatureMismatch",
          "signature",
          "\"" + written + "\" should be \"" + derived + "\"");
    }
  }

  /** Without spaces and labels, and with aliases replaced. */
  private static String normalized(String written, ContractAbi context) {
    final String text = written.replaceAll("\\s", "");
    final int open = text.indexOf('(');
    if (open < 0 || !text.endsWith(")")) {
      return text;
    }
    final String inside = text.substring(open + 1, text.length() - 1);
    if (inside.isEmpty() || inside.contains("(")) {
      return text;
    }
    final List<String> tokens = new ArrayList<>();
    for (String part : inside.split(",", -1)) {
      final String token = part.substring(part.indexOf(':') + 1);
      try {
        final ParamType type = TypeTokens.param(token);
        tokens.add(type instanceof ParamType.Custom ? token : EventSignature.token(context, type));
      } catch (TypeTokens.TokenException e) {
        tokens.add(token); // T[] and the like are already in their final form
      }
    }
    return text.substring(0, open + 1) + String.join(",", tokens) + ")";
  }
}
