package io.tidemill.executor.abi;

import io.tidemill.executor.abi.AbiViolation.Rule;
import io.tidemill.executor.abi.ContractAbi.TypeDef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a well-formed ABI must also satisfy by itself, without its module: attributes, dispatch
 * indices, schema and types. Sources: host-abi 1.9; 8, rows 18 to 21. Reports every violation in a
 * fixed order; linear in the size of the ABI but for sorting.
 */
public final class AbiRules {
  private final ContractAbi abi;
  private final List<AbiViolation> found = new ArrayList<>();

  private AbiRules(ContractAbi abi) {
    this.abi = abi;
  }

  /** Everything {@code abi} breaks; empty when it is legal. */
  public static List<AbiViolation> violations(ContractAbi abi) {
    final AbiRules rules = new AbiRules(abi);
    rules.functions();
    rules.dispatch();
    rules.schema();
    rules.types();
    return List.copyOf(rules.found);
  }

  /** What is legal but probably not meant, for tools. */
  public static List<String> warnings(ContractAbi abi) {
    final List<String> warnings = new ArrayList<>();
    for (ContractAbi.Function function : abi.functions()) {
      for (AttributeMatrix.Pair pair : AttributeMatrix.PAIRS) {
        if (pair.verdict() == AttributeMatrix.Verdict.WARN && pair.matches(function.attributes())) {
          warnings.add(
              function.name()
                  + " is "
                  + pair.a().word()
                  + " and "
                  + pair.b().word()
                  + ": "
                  + pair.reason());
        }
      }
      final int reachable =
          Attribute.ENTRY.bit()
              | Attribute.CONSTRUCTOR.bit()
              | Attribute.FALLBACK.bit()
              | Attribute.RECEIVE.bit();
      if ((function.attributes() & reachable) == 0) {
        warnings.add(
            function.name()
                + " cannot be called: it is no entry, constructor, fallback or receive");
      }
    }
    return warnings;
  }

  private void add(Rule rule, String subject, String detail) {
    found.add(new AbiViolation(rule, subject, detail));
  }

  private void functions() {
    final TreeSet<String> names = new TreeSet<>();
    for (ContractAbi.Function function : abi.functions()) {
      final String name = function.name();
      if (!names.add(name)) {
        add(Rule.DUPLICATE_FUNCTION, name, "is declared twice");
      }
      if ((function.attributes() & ~Attribute.ALL) != 0) {
        add(
            Rule.INCOMPATIBLE_ATTRIBUTES,
            name,
            "attribute bits 0x"
                + Integer.toHexString(function.attributes() & ~Attribute.ALL)
                + " have no meaning");
      }
      for (AttributeMatrix.Pair pair : AttributeMatrix.PAIRS) {
        if (pair.verdict() == AttributeMatrix.Verdict.REJECT
            && pair.matches(function.attributes())) {
          add(
              Rule.INCOMPATIBLE_ATTRIBUTES,
              name,
              pair.a().word() + " and " + pair.b().word() + ": " + pair.reason());
        }
      }
      if (function.is(Attribute.RECEIVE) && !function.is(Attribute.PAYABLE)) {
        add(Rule.INCOMPATIBLE_ATTRIBUTES, name, "receive without payable");
      }
    }
  }

  private void dispatch() {
    dispatch(Attribute.CONSTRUCTOR, abi.constructorIndex());
    dispatch(Attribute.FALLBACK, abi.fallbackIndex());
    dispatch(Attribute.RECEIVE, abi.receiveIndex());
  }

  private void dispatch(Attribute attribute, int index) {
    final String word = attribute.word();
    int bearers = 0;
    for (ContractAbi.Function function : abi.functions()) {
      if (function.is(attribute)) {
        bearers++;
      }
    }
    if (bearers > 1) {
      add(Rule.MULTIPLE_DISPATCH_FUNCTIONS, word, bearers + " functions have the attribute");
    }
    if (index < 0) {
      if (bearers > 0) {
        add(Rule.DISPATCH_INDEX_ATTR_MISMATCH, word, "a function has the attribute, no index does");
      }
    } else if (index >= abi.functions().size()) {
      add(
          Rule.DISPATCH_INDEX_OUT_OF_BOUNDS,
          word,
          "index " + index + " of " + abi.functions().size() + " functions");
    } else if (!abi.functions().get(index).is(attribute)) {
      add(
          Rule.DISPATCH_INDEX_ATTR_MISMATCH,
          word,
          "index " + index + " is " + abi.functions().get(index).name() + ", which is no " + word);
    }
  }

  private void schema() {
    final List<StateField> schema = abi.schema();
    if (schema == null) {
      return;
    }
    final TreeSet<String> names = new TreeSet<>();
    for (StateField field : schema) {
      final String name = field.name();
      if (name.isEmpty() || !names.add(name)) {
        add(
            Rule.DUPLICATE_STATE_FIELD,
            name,
            name.isEmpty() ? "has an empty name" : "is declared twice");
      }
      if (field.keys().size() > StateField.MAX_KEYS) {
        add(
            Rule.MAP_ARITY,
            name,
            field.keys().size() + " keys, at most " + StateField.MAX_KEYS + " are possible");
      }
      for (ScalarType key : field.keys()) {
        if (key instanceof ScalarType.Vec) {
          add(Rule.INVALID_MAP_KEY, name, "a vector cannot be a key");
        }
      }
      if (field.value() instanceof ScalarType.Vec vec && vec.element().width() < 0) {
        add(Rule.VARIABLE_LENGTH_VEC, name, "elements of a stored vector need a fixed width");
      }
    }
  }

  private void types() {
    final Map<String, Integer> index = new TreeMap<>();
    for (int i = 0; i < abi.types().size(); i++) {
      final TypeDef definition = abi.types().get(i);
      if (index.putIfAbsent(definition.name(), i) != null) {
        add(Rule.DUPLICATE_TYPE, definition.name(), "is declared twice");
      }
      if (definition instanceof TypeDef.Enum variants) {
        final TreeSet<String> seen = new TreeSet<>();
        for (String variant : variants.variants()) {
          if (!seen.add(variant)) {
            add(Rule.DUPLICATE_ENUM_VARIANT, variants.name(), "variant " + variant + " twice");
          }
        }
      }
    }
    for (ContractAbi.Function function : abi.functions()) {
      for (ContractAbi.Param param : function.params()) {
        defined(index, param.type(), function.name() + "." + param.name());
      }
      final ParamType returns = function.returns();
      if (returns != null) {
        defined(index, returns, "the result of " + function.name());
      }
    }
    for (ContractAbi.Event event : abi.events()) {
      for (ContractAbi.Param param : event.params()) {
        defined(index, param.type(), event.name() + "." + param.name());
      }
    }
    cycles(index);
  }

  private void defined(Map<String, Integer> index, ParamType type, String where) {
    for (String name : references(type)) {
      if (!index.containsKey(name)) {
        add(Rule.UNDEFINED_TYPE, name, "is used by " + where + " and declared nowhere");
      }
    }
  }

  /** The names of the contract's own types inside {@code type}, left to right. */
  private static List<String> references(ParamType type) {
    final List<String> names = new ArrayList<>(1);
    collect(type, names);
    return names;
  }

  private static void collect(ParamType type, List<String> names) {
    switch (type) {
      case ParamType.Custom custom -> names.add(custom.name());
      case ParamType.Vec vec -> collect(vec.element(), names);
      case ParamType.Option option -> collect(option.element(), names);
      case ParamType.MapOf map -> {
        collect(map.key(), names);
        collect(map.value(), names);
      }
      case ParamType.Primitive _, ParamType.FixedBytes _ -> {}
    }
  }

  /** Takes away, again and again, the types that refer to nothing that is left. */
  private void cycles(Map<String, Integer> index) {
    final int count = abi.types().size();
    final int[] waitsFor = new int[count];
    final List<@Nullable List<Integer>> usedBy = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      usedBy.add(null);
    }
    for (int i = 0; i < count; i++) {
      if (abi.types().get(i) instanceof TypeDef.Struct struct) {
        for (ContractAbi.Param field : struct.fields()) {
          defined(index, field.type(), struct.name() + "." + field.name());
          for (String name : references(field.type())) {
            final Integer target = index.get(name);
            if (target != null) {
              waitsFor[i]++;
              List<Integer> users = usedBy.get(target);
              if (users == null) {
                users = new ArrayList<>();
                usedBy.set(target, users);
              }
              users.add(i);
            }
          }
        }
      }
    }
    final ArrayDeque<Integer> free = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      if (waitsFor[i] == 0) {
        free.add(i);
      }
    }
    while (!free.isEmpty()) {
      final List<Integer> users = usedBy.get(free.remove());
      if (users != null) {
        for (int user : users) {
          if (--waitsFor[user] == 0) {
            free.add(user);
          }
        }
      }
    }
    for (int i = 0; i < count; i++) {
      if (waitsFor[i] > 0) {
        add(
            Rule.CYCLIC_STRUCT,
            abi.types().get(i).name(),
            "contains itself, or something that does");
      }
    }
  }
}
