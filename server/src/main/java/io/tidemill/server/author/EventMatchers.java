package io.tidemill.server.author;

import io.tidemill.executor.Event;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.EventSignature;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.abi.ValuePrinter;
import io.tidemill.server.author.TestSuite.CallCheck;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestSuite.Mismatch;
import io.tidemill.server.author.TestValue.ValueException;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code expect.events}: each matcher takes one event of the call for itself, in any order.
 * Source: manifest-and-tests 2.12.
 */
final class EventMatchers {
  private final TestWorld world;
  private final Deployed target;
  private final List<String> warnings;

  EventMatchers(TestWorld world, Deployed target, List<String> warnings) {
    this.world = world;
    this.target = target;
    this.warnings = warnings;
  }

  private record Matcher(String text, Predicate<Event> test) {}

  /** The check of {@code expect.events}, or null when there is nothing to check. */
  @Nullable CallCheck read(TomlScope scope) {
    final List<Matcher> matchers = new ArrayList<>();
    for (TomlScope entry : scope.tables("events")) {
      try {
        matchers.add(matcher(entry));
      } catch (ValueException e) {
        entry.problem("InvalidValue", e.detail());
      }
    }
    return matchers.isEmpty() ? null : outcome -> match(matchers, outcome.events());
  }

  private Matcher matcher(TomlScope entry) throws ValueException {
    final List<Predicate<Event>> tests = new ArrayList<>();
    final String text = describe(entry);
    final String emitter = entry.string("emitter");
    if (emitter != null) {
      final Deployed contract = world.contract(emitter);
      if (contract == null) {
        throw new ValueException("emitter \"" + emitter + "\" is no contract of this file");
      }
      final Address address = contract.address();
      tests.add(event -> event.contract().equals(address));
    }
    final String name = entry.string("name");
    if (name == null) {
      entry.allow("topic", "topics", "data", "emitter");
      raw(entry, tests);
    } else {
      named(entry, name, tests);
    }
    return new Matcher(text, event -> tests.stream().allMatch(test -> test.test(event)));
  }

  private static String describe(TomlScope entry) {
    final StringBuilder text = new StringBuilder("{");
    for (String key : entry.keys()) {
      text.append(text.length() > 1 ? ", " : "").append(key).append(" = ").append(entry.get(key));
    }
    return text.append('}').toString();
  }

  private static void raw(TomlScope entry, List<Predicate<Event>> tests) throws ValueException {
    final String topic = entry.string("topic");
    if (topic != null) {
      tests.add(topicIs(0, Hash32.of(ValueEncoder.hex(topic, Hash32.LENGTH))));
    }
    final List<String> topics = entry.strings("topics");
    for (int i = 0; i < topics.size(); i++) {
      if (!topics.get(i).equals("_")) {
        tests.add(topicIs(i, Hash32.of(ValueEncoder.hex(topics.get(i), Hash32.LENGTH))));
      }
    }
    final String data = entry.string("data");
    if (data != null) {
      final byte[] wanted = ValueEncoder.hex(data, -1);
      tests.add(event -> Arrays.equals(event.data(), wanted));
    }
  }

  private static Predicate<Event> topicIs(int index, Hash32... accepted) {
    final List<Hash32> any = List.of(accepted);
    return event -> index < event.topics().size() && any.contains(event.topics().get(index));
  }

  /** The contract that declares an event called {@code name}: the target first. */
  private @Nullable Manifest declaring(String name) {
    final List<Deployed> order = new ArrayList<>(List.of(target));
    order.addAll(world.contracts());
    for (Deployed contract : order) {
      final Manifest manifest = contract.manifest();
      if (manifest != null
          && manifest.events().stream().anyMatch(event -> event.name().equals(name))) {
        return manifest;
      }
    }
    return null;
  }

  private void named(TomlScope entry, String name, List<Predicate<Event>> tests)
      throws ValueException {
    final Manifest manifest = declaring(name);
    if (manifest == null) {
      warnings.add(entry.path() + ": event " + name + " is not declared; any event will do");
      return;
    }
    final ContractAbi abi = AbiBuilder.build(manifest, List.of());
    ContractAbi.Event event = abi.events().get(0);
    for (ContractAbi.Event candidate : abi.events()) {
      event = candidate.name().equals(name) ? candidate : event;
    }
    tests.add(topicIs(0, EventSignature.topic(abi, event)));
    final Map<String, TestValue> given = fields(entry, event);
    final ValueEncoder encoder = new ValueEncoder(world::address, manifest::typeOf, _ -> null);
    int topic = 1;
    final List<ParamType> types = new ArrayList<>();
    final List<byte @Nullable []> wanted = new ArrayList<>();
    for (int i = 0; i < event.params().size(); i++) {
      final Param param = event.params().get(i);
      final TestValue value = given.get(param.name());
      if (event.indexed(i)) {
        if (value != null) {
          tests.add(topicIs(topic, topics(param.type(), encoder.encode(param.type(), value))));
        }
        topic++;
      } else {
        types.add(param.type());
        wanted.add(value == null ? null : encoder.encode(param.type(), value));
      }
    }
    final ValuePrinter printer = new ValuePrinter(manifest::typeOf);
    tests.add(emitted -> dataMatches(emitted.data(), types, wanted, printer));
  }

  private static Map<String, TestValue> fields(TomlScope entry, ContractAbi.Event event)
      throws ValueException {
    final TreeSet<String> known = new TreeSet<>();
    for (Param param : event.params()) {
      known.add(param.name());
    }
    final Map<String, TestValue> given = new LinkedHashMap<>();
    final TomlScope nested = entry.table("fields");
    if (nested != null) {
      for (String key : nested.keys()) {
        given.put(key, TestValue.of(nested.get(key)));
      }
    }
    for (String key : entry.keys()) {
      if (!List.of("name", "emitter", "fields").contains(key)) {
        given.put(key, TestValue.of(entry.get(key)));
      }
    }
    for (String key : given.keySet()) {
      if (!known.contains(key)) {
        throw new ValueException("event " + event.name() + " has no field " + key);
      }
    }
    return given;
  }

  /** The topics that mean {@code encoded}: integers come in both byte orders (host-abi X80). */
  private static Hash32[] topics(ParamType type, byte[] encoded) {
    if (type instanceof Primitive primitive) {
      if (primitive == Primitive.ADDRESS) {
        return new Hash32[] {Hash32.of(encoded)};
      }
      if (primitive.width() > 0) {
        final byte[] right = Arrays.copyOf(encoded, Hash32.LENGTH);
        final byte[] left = new byte[Hash32.LENGTH];
        for (int i = 0; i < encoded.length; i++) {
          left[Hash32.LENGTH - 1 - i] = encoded[i];
        }
        return new Hash32[] {Hash32.of(right), Hash32.of(left)};
      }
      return new Hash32[] {Blake3.hash(encoded, 4, encoded.length - 4)};
    }
    if (type instanceof ParamType.FixedBytes) {
      final byte[] left = new byte[Hash32.LENGTH];
      System.arraycopy(encoded, 0, left, Hash32.LENGTH - encoded.length, encoded.length);
      return new Hash32[] {Hash32.of(Arrays.copyOf(encoded, Hash32.LENGTH)), Hash32.of(left)};
    }
    return new Hash32[] {Blake3.hash(encoded)};
  }

  private static boolean dataMatches(
      byte[] data, List<ParamType> types, List<byte @Nullable []> wanted, ValuePrinter printer) {
    int at = 0;
    for (int i = 0; i < types.size(); i++) {
      final int end = printer.skip(types.get(i), data, at);
      final byte[] value = wanted.get(i);
      if (end < 0 || (value != null && !Arrays.equals(data, at, end, value, 0, value.length))) {
        return false;
      }
      at = end;
    }
    return at == data.length;
  }

  /** Every matcher needs an event of its own: a maximum matching by augmenting paths. */
  private static @Nullable Mismatch match(List<Matcher> matchers, List<Event> events) {
    final int[] taken = new int[events.size()];
    Arrays.fill(taken, -1);
    for (int i = 0; i < matchers.size(); i++) {
      if (!augment(matchers, events, taken, i, new boolean[events.size()])) {
        final StringBuilder got = new StringBuilder();
        for (Event event : events) {
          got.append(got.isEmpty() ? "" : "; ")
              .append("topics ")
              .append(event.topics())
              .append(" data ")
              .append(ValuePrinter.hex(event.data()));
        }
        return new Mismatch(
            "expect.events",
            matchers.get(i).text(),
            events.isEmpty() ? "no events" : got.toString());
      }
    }
    return null;
  }

  private static boolean augment(
      List<Matcher> matchers, List<Event> events, int[] taken, int matcher, boolean[] seen) {
    for (int i = 0; i < events.size(); i++) {
      if (!seen[i] && matchers.get(matcher).test().test(events.get(i))) {
        seen[i] = true;
        if (taken[i] < 0 || augment(matchers, events, taken, taken[i], seen)) {
          taken[i] = matcher;
          return true;
        }
      }
    }
    return false;
  }
}
