package io.tidemill.server.author;

import io.tidemill.executor.abi.ContractAbi.TypeDef;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.abi.ValuePrinter;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestSuite.FinalCheck;
import io.tidemill.server.author.TestSuite.Mismatch;
import io.tidemill.server.author.TestSuite.Setup;
import io.tidemill.server.author.TestSuite.Slot;
import io.tidemill.server.author.TestValue.ValueException;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlTable;

/**
 * Reads what a test says about balances and storage, before and after. Source: manifest-and-tests
 * 2.6, 2.9 and 2.13.
 */
final class TestStateReader {
  private static final String ABSENT = "@absent";

  private final TestWorld world;

  TestStateReader(TestWorld world) {
    this.world = world;
  }

  private ValueEncoder encoder(@Nullable Manifest manifest) {
    return new ValueEncoder(
        world::address,
        name -> manifest == null ? null : manifest.typeOf(name),
        TestStateReader::no);
  }

  private static byte @Nullable [] no(String text) {
    return null;
  }

  void balances(@Nullable TomlScope scope, TreeMap<Address, U128> balances) {
    if (scope != null) {
      for (String name : scope.keys()) {
        try {
          balances.put(
              encoder(null).address(name),
              U128.of(ValueEncoder.number(TestWorld.text(scope, name))));
        } catch (ValueException e) {
          scope.problem("InvalidValue", name, e.detail());
        } catch (ArithmeticException e) {
          scope.problem("InvalidValue", name, String.valueOf(e.getMessage()));
        }
      }
    }
  }

  /** A leaf of a {@code storage} table: where it points and what is written there. */
  private record Leaf(TomlScope scope, String key, Slot slot) {}

  void seed(
      @Nullable TomlScope scope,
      Deployed contract,
      TreeMap<Address, TreeMap<Hash32, byte[]>> slots) {
    for (Leaf leaf : leaves(scope, contract)) {
      try {
        final TestValue value = TestValue.of(leaf.scope().get(leaf.key()));
        final ParamType type = leaf.slot().type();
        final byte[] bytes =
            type == null
                ? raw(value)
                : encoder(contract.manifest()).stored(type, value, contract.prefixed());
        slots
            .computeIfAbsent(contract.address(), _ -> new TreeMap<>())
            .put(leaf.slot().slot(), bytes);
      } catch (ValueException e) {
        leaf.scope().problem("InvalidValue", leaf.key(), e.detail());
      }
    }
  }

  private static byte[] raw(TestValue value) throws ValueException {
    if (value instanceof TestValue.Text(String text)) {
      return ValueEncoder.hex(text, -1);
    }
    throw new ValueException("a raw slot holds hex");
  }

  List<FinalCheck> checks(@Nullable TomlScope scope, Setup setup) {
    final List<FinalCheck> checks = new ArrayList<>();
    if (scope == null) {
      return checks;
    }
    scope.allow("storage", "balances", "events_total", "no_other_storage_writes", "contracts");
    final List<Slot> named = new ArrayList<>();
    storage(scope.table("storage"), world.primary(), checks, named);
    final TomlScope others = scope.table("contracts");
    if (others != null) {
      for (String name : others.keys()) {
        final Deployed contract = world.contract(name);
        final TomlScope other = others.table(name);
        if (contract == null) {
          others.problem("UnknownName", name, "is no contract of this file");
        } else if (other != null) {
          other.allow("storage");
          storage(other.table("storage"), contract, checks, named);
        }
      }
    }
    final TreeMap<Address, U128> balances = new TreeMap<>();
    balances(scope.table("balances"), balances);
    balances.forEach(
        (address, wanted) ->
            checks.add(
                chain -> {
                  final U128 got = chain.balance(address);
                  return got.equals(wanted)
                      ? null
                      : new Mismatch("balance of " + address, wanted.toString(), got.toString());
                }));
    if (scope.has("events_total")) {
      final long wanted = TestFileReader.number(scope, "events_total", 0);
      checks.add(
          chain ->
              chain.eventCount() == wanted
                  ? null
                  : new Mismatch(
                      "events_total", Long.toString(wanted), Integer.toString(chain.eventCount())));
    }
    if (scope.flag("no_other_storage_writes", false)) {
      checks.add(chain -> chain.otherWrites(named));
    }
    return checks;
  }

  private void storage(
      @Nullable TomlScope scope, Deployed contract, List<FinalCheck> checks, List<Slot> named) {
    for (Leaf leaf : leaves(scope, contract)) {
      named.add(leaf.slot());
      try {
        checks.add(check(leaf, contract));
      } catch (ValueException e) {
        leaf.scope().problem("InvalidValue", leaf.key(), e.detail());
      }
    }
  }

  private FinalCheck check(Leaf leaf, Deployed contract) throws ValueException {
    final TestValue value = TestValue.of(leaf.scope().get(leaf.key()));
    final Slot slot = leaf.slot();
    final String key = "storage " + slot.path();
    final ParamType type = slot.type();
    if (value instanceof TestValue.Text(String text) && text.equals(ABSENT)) {
      return chain -> {
        final byte[] got = chain.slot(slot);
        return got == null ? null : new Mismatch(key, "no value", ValuePrinter.hex(got));
      };
    }
    if (type == null) {
      final byte[] wanted = raw(value);
      return chain -> {
        final byte[] got = chain.slot(slot);
        return got != null && Arrays.equals(got, wanted)
            ? null
            : new Mismatch(key, ValuePrinter.hex(wanted), show(got, null, contract));
      };
    }
    final ValueEncoder encoder = encoder(contract.manifest());
    final byte[] wanted = encoder.encode(type, value);
    final byte[] bare = encoder.stored(type, value, false);
    final byte[] absent = encoder.absent(type);
    return chain -> {
      final byte[] found = chain.slot(slot);
      final byte[] got = found == null ? absent : found;
      return Arrays.equals(got, wanted) || Arrays.equals(got, bare)
          ? null
          : new Mismatch(
              key,
              new ValuePrinter(name -> typeOf(contract, name)).print(type, wanted),
              show(found, type, contract));
    };
  }

  private static @Nullable TypeDef typeOf(Deployed contract, String name) {
    final Manifest manifest = contract.manifest();
    return manifest == null ? null : manifest.typeOf(name);
  }

  private static String show(byte @Nullable [] got, @Nullable ParamType type, Deployed contract) {
    if (got == null) {
      return "no value";
    }
    return type == null
        ? ValuePrinter.hex(got)
        : new ValuePrinter(name -> typeOf(contract, name)).print(type, got);
  }

  /** The slots that a {@code storage} table names. */
  private List<Leaf> leaves(@Nullable TomlScope scope, Deployed contract) {
    final List<Leaf> leaves = new ArrayList<>();
    if (scope == null) {
      return leaves;
    }
    for (String key : scope.keys()) {
      if (key.startsWith("0x")) {
        try {
          final Hash32 slot = Hash32.of(ValueEncoder.hex(key, Hash32.LENGTH));
          leaves.add(new Leaf(scope, key, new Slot(key, contract.address(), slot, null)));
        } catch (ValueException e) {
          scope.problem("InvalidValue", key, e.detail());
        }
        continue;
      }
      final Manifest manifest = contract.manifest();
      final Manifest.Field field = manifest == null ? null : field(manifest, key);
      if (field == null) {
        scope.problem("UnknownStateField", key, "is no field of [state] in " + contract.name());
      } else {
        descend(scope, key, field, 0, preimage(contract, key), key, contract, leaves);
      }
    }
    return leaves;
  }

  private static Manifest.@Nullable Field field(Manifest manifest, String name) {
    for (Manifest.Field field : manifest.state()) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private static byte[] preimage(Deployed contract, String field) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(contract.address().toBytes());
    out.writeBytes(field.getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private void descend(
      TomlScope scope,
      String key,
      Manifest.Field field,
      int depth,
      byte[] preimage,
      String path,
      Deployed contract,
      List<Leaf> leaves) {
    if (depth == field.keys().size()) {
      leaves.add(
          new Leaf(
              scope,
              key,
              new Slot(path, contract.address(), Poseidon2.hash(preimage), field.value())));
      return;
    }
    final Object inside = scope.get(key);
    final TomlScope inner = inside instanceof TomlTable ? scope.table(key) : null;
    if (inner == null) {
      scope.problem(
          "MapArity", key, path + " needs " + (field.keys().size() - depth) + " more keys");
      return;
    }
    final ParamType type = field.keys().get(depth);
    for (String next : inner.keys()) {
      try {
        final byte[] encoded = encoder(contract.manifest()).encode(type, new TestValue.Text(next));
        final byte[] longer = Arrays.copyOf(preimage, preimage.length + encoded.length);
        System.arraycopy(encoded, 0, longer, preimage.length, encoded.length);
        descend(inner, next, field, depth + 1, longer, path + "." + next, contract, leaves);
      } catch (ValueException e) {
        inner.problem("InvalidValue", next, e.detail());
      }
    }
  }
}
