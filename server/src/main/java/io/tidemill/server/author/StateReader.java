package io.tidemill.server.author;

import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.abi.StateField;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads {@code [state] schema}. Source: manifest-and-tests 1.5. */
final class StateReader {
  private final TomlScope root;
  private final List<String> warnings;

  StateReader(TomlScope root, List<String> warnings) {
    this.root = root;
    this.warnings = warnings;
  }

  List<Manifest.Field> read() {
    final List<Manifest.Field> fields = new ArrayList<>();
    final TomlScope state = root.table("state");
    if (state == null) {
      return fields;
    }
    for (String key : state.keys()) {
      if (!key.equals("schema")) {
        state.problem(
            "UnknownKey", key, "fields are listed as schema = [{ name = ..., type = ... }, ...]");
      }
    }
    final TreeSet<String> seen = new TreeSet<>();
    for (TomlScope entry : state.tables("schema")) {
      final Manifest.Field field = field(entry);
      if (field != null) {
        if (!seen.add(field.name())) {
          entry.problem("InvalidField", "name", field.name() + " is declared twice");
        }
        fields.add(field);
      }
    }
    aliases(state, fields);
    return fields;
  }

  private Manifest.@Nullable Field field(TomlScope entry) {
    if (entry.has("disc")) {
      warnings.add(entry.path("disc") + " has no meaning any more; slots come from the name");
    }
    entry.allow("name", "type", "keys", "value", "disc");
    final String name = entry.required("name");
    final String type = entry.required("type");
    if (name == null || type == null) {
      return null;
    }
    if (!TypeTokens.isIdentifier(name) || name.length() > 64) {
      entry.problem("InvalidName", "name", "\"" + name + "\" cannot name a field");
    }
    try {
      if (type.strip().equals("map")) {
        return map(entry, name);
      }
      if (entry.has("keys") || entry.has("value")) {
        entry.problem("InvalidField", "type", "keys and value belong to type = \"map\"");
      }
      final TypeTokens.Stored stored = TypeTokens.state(type);
      arity(entry, "type", stored.keys().size());
      return new Manifest.Field(name, stored.keys(), stored.value());
    } catch (TypeTokens.TokenException e) {
      entry.problem(e.rule(), "type", String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static Manifest.@Nullable Field map(TomlScope entry, String name)
      throws TypeTokens.TokenException {
    final List<String> tokens = entry.strings("keys");
    final String value = entry.required("value");
    if (tokens.isEmpty()) {
      entry.problem("MapArity", "keys", "a map has one to three keys");
    }
    if (value == null) {
      return null;
    }
    arity(entry, "keys", tokens.size());
    final List<ParamType> keys = new ArrayList<>();
    for (String token : tokens) {
      keys.add(TypeTokens.key(token));
    }
    return new Manifest.Field(name, keys, TypeTokens.value(value));
  }

  private static void arity(TomlScope entry, String key, int count) {
    if (count > StateField.MAX_KEYS) {
      entry.problem("MapArity", key, count + " keys, at most " + StateField.MAX_KEYS);
    }
  }

  /** The bytes under a slot's hash have no separators, so one name may run into the next. */
  private void aliases(TomlScope state, List<Manifest.Field> fields) {
    for (Manifest.Field shorter : fields) {
      for (Manifest.Field longer : fields) {
        if (longer.name().length() > shorter.name().length()
            && longer.name().startsWith(shorter.name())) {
          final boolean variable =
              !shorter.keys().isEmpty()
                  && shorter.keys().get(0) instanceof Primitive first
                  && first.width() < 0;
          if (variable) {
            state.problem(
                "InvalidField",
                "schema",
                "a key of " + shorter.name() + " can reach the slots of " + longer.name());
          } else if (!shorter.keys().isEmpty()) {
            warnings.add(
                "the name "
                    + shorter.name()
                    + " begins the name "
                    + longer.name()
                    + "; slots have no separators");
          }
        }
      }
    }
  }
}
