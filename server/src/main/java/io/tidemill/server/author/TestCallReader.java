package io.tidemill.server.author;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.author.TestSuite.Call;
import io.tidemill.server.author.TestSuite.Context;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestValue.ValueException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/** Reads one {@code [[tests.calls]]}. Source: manifest-and-tests 2.7, 2.8 and 2.10. */
final class TestCallReader {
  private final TestWorld world;
  private final List<String> warnings;

  TestCallReader(TestWorld world, List<String> warnings) {
    this.world = world;
    this.warnings = warnings;
  }

  /** The call that {@code scope} describes; {@code gas} is what it may spend unless it says. */
  Call read(TomlScope scope, Context context, long gas, boolean strictValue, boolean lockout) {
    scope.allow(
        "function",
        "from",
        "args",
        "calldata",
        "value",
        "gas",
        "now",
        "wave_id",
        "chain_id",
        "contract",
        "expect");
    final Deployed target = target(scope);
    final Manifest manifest = target.manifest();
    final String name = scope.has("function") ? String.valueOf(scope.string("function")) : "";
    final Manifest.Function function = manifest == null ? null : manifest.function(name);
    final U128 value = amount(scope, "value");
    if (function == null) {
      undeclared(scope, target, name, value);
    }
    Address from = Address.ZERO;
    byte[] calldata = new byte[0];
    try {
      if (scope.has("from")) {
        from = encoder(manifest).address(TestWorld.text(scope, "from"));
      }
      calldata = calldata(scope, function, manifest, context);
    } catch (ValueException e) {
      scope.problem("InvalidValue", e.detail());
    }
    return new Call(
        name,
        target.address(),
        from,
        calldata,
        value,
        TestFileReader.number(scope, "gas", gas),
        context,
        strictValue,
        lockout,
        new ExpectationReader(world, target, function, warnings).read(scope.table("expect")));
  }

  private Deployed target(TomlScope scope) {
    final String name = scope.string("contract");
    final Deployed named = name == null ? world.primary() : world.contract(name);
    if (named == null) {
      scope.problem("UnknownName", "contract", "\"" + name + "\" is no contract of this file");
      return world.primary();
    }
    return named;
  }

  private static void undeclared(TomlScope scope, Deployed target, String name, U128 value) {
    final Manifest manifest = target.manifest();
    if (name.isEmpty() && !value.isZero()) {
      return;
    }
    final List<String> known = new ArrayList<>();
    if (manifest != null) {
      for (Manifest.Function function : manifest.functions()) {
        if ((function.attributes() & Attribute.FALLBACK.bit()) != 0) {
          return;
        }
        known.add(function.name());
      }
    }
    if (name.isEmpty()) {
      scope.problem("InvalidField", "function", "is missing; only a transfer of value needs none");
    } else {
      final String nearest = Spelling.nearest(name, known);
      scope.problem(
          "UnknownFunction",
          "function",
          "\""
              + name
              + "\" is no function of "
              + target.name()
              + (nearest == null ? "" : ", did you mean " + nearest + "?"));
    }
  }

  private static U128 amount(TomlScope scope, String key) {
    if (!scope.has(key)) {
      return U128.ZERO;
    }
    try {
      return U128.of(ValueEncoder.number(TestWorld.text(scope, key)));
    } catch (ValueException e) {
      scope.problem("InvalidValue", key, e.detail());
    } catch (ArithmeticException e) {
      scope.problem("InvalidValue", key, String.valueOf(e.getMessage()));
    }
    return U128.ZERO;
  }

  private ValueEncoder encoder(@Nullable Manifest manifest) {
    return new ValueEncoder(
        world::address, name -> manifest == null ? null : manifest.typeOf(name), _ -> null);
  }

  private byte[] calldata(
      TomlScope scope,
      Manifest.@Nullable Function function,
      @Nullable Manifest manifest,
      Context context)
      throws ValueException {
    final String raw = scope.string("calldata");
    final TomlArray args = scope.array("args");
    if (raw != null) {
      if (args != null) {
        scope.problem("InvalidField", "calldata", "excludes args");
      }
      return ValueEncoder.hex(raw, -1);
    }
    final int given = args == null ? 0 : args.size();
    final int wanted = function == null ? 0 : function.inputs().size();
    if (given != wanted) {
      scope.problem("InvalidField", "args", given + " arguments, the function takes " + wanted);
      return new byte[0];
    }
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final List<byte[]> contents = new ArrayList<>();
    for (int i = 0; i < given && args != null && function != null; i++) {
      final ParamType type = function.inputs().get(i);
      final ValueEncoder encoder =
          encoder(manifest)
              .with(text -> new SignedValues(world, contents, context.chainId()).bytes(text));
      try {
        final byte[] encoded = encoder.encode(type, TestValue.of(args.get(i)));
        out.writeBytes(encoded);
        contents.add(
            type == Primitive.BYTES || type == Primitive.STRING
                ? Arrays.copyOfRange(encoded, 4, encoded.length)
                : encoded);
      } catch (ValueException e) {
        throw new ValueException("argument " + i + ": " + e.detail());
      }
    }
    return out.toByteArray();
  }
}
