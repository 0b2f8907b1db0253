package io.tidemill.server.author;

import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.abi.ValuePrinter;
import io.tidemill.server.author.TestSuite.CallCheck;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestSuite.Expectation;
import io.tidemill.server.author.TestSuite.Mismatch;
import io.tidemill.server.author.TestValue.ValueException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a call must come to. Source: manifest-and-tests 2.11. */
final class ExpectationReader {
  private final TestWorld world;
  private final Deployed target;
  private final Manifest.@Nullable Function function;
  private final List<String> warnings;

  ExpectationReader(
      TestWorld world,
      Deployed target,
      Manifest.@Nullable Function function,
      List<String> warnings) {
    this.world = world;
    this.target = target;
    this.function = function;
    this.warnings = warnings;
  }

  Expectation read(@Nullable TomlScope scope) {
    final List<CallCheck> checks = new ArrayList<>();
    final List<CallCheck> always = new ArrayList<>();
    if (scope == null) {
      return new Expectation(null, null, checks, always);
    }
    scope.allow(
        "return_value",
        "return_address",
        "return_data",
        "revert",
        "error",
        "no_revert",
        "events",
        "gas",
        "gas_max",
        "logs");
    final String revert = scope.string("revert");
    final String error = scope.string("error");
    if (scope.flag("no_revert", false) && (revert != null || error != null)) {
      scope.problem("InvalidField", "no_revert", "contradicts the revert or error beside it");
    }
    try {
      returns(scope, checks);
    } catch (ValueException e) {
      scope.problem("InvalidValue", e.detail());
    }
    final CallCheck events = new EventMatchers(world, target, warnings).read(scope);
    if (events != null) {
      checks.add(events);
    }
    if ((revert != null || error != null) && !checks.isEmpty()) {
      warnings.add(scope.path() + ": a failing call returns nothing and emits nothing");
    }
    gas(scope, always);
    for (String line : scope.strings("logs")) {
      always.add(
          outcome ->
              outcome.logs().stream().anyMatch(log -> log.contains(line))
                  ? null
                  : new Mismatch("expect.logs", line, outcome.logs().toString()));
    }
    return new Expectation(revert, error, checks, always);
  }

  private static void gas(TomlScope scope, List<CallCheck> checks) {
    if (scope.has("gas")) {
      final long wanted = TestFileReader.number(scope, "gas", 0);
      checks.add(
          outcome ->
              outcome.fuel() == wanted
                  ? null
                  : new Mismatch("expect.gas", "" + wanted, "" + outcome.fuel()));
    }
    if (scope.has("gas_max")) {
      final long most = TestFileReader.number(scope, "gas_max", 0);
      checks.add(
          outcome ->
              Long.compareUnsigned(outcome.fuel(), most) <= 0
                  ? null
                  : new Mismatch("expect.gas_max", "at most " + most, "" + outcome.fuel()));
    }
  }

  private void returns(TomlScope scope, List<CallCheck> checks) throws ValueException {
    final Manifest manifest = target.manifest();
    final ValueEncoder encoder =
        new ValueEncoder(
            world::address, name -> manifest == null ? null : manifest.typeOf(name), _ -> null);
    if (scope.has("return_address")) {
      final Address wanted = encoder.address(TestWorld.text(scope, "return_address"));
      checks.add(exactly("expect.return_address", wanted.toBytes(), null));
    }
    if (scope.has("return_data")) {
      final byte[] wanted = ValueEncoder.hex(TestWorld.text(scope, "return_data"), -1);
      checks.add(exactly("expect.return_data", wanted, null));
    }
    if (!scope.has("return_value")) {
      return;
    }
    final TestValue value = TestValue.of(scope.get("return_value"));
    if (function == null || function.outputs().isEmpty()) {
      checks.add(untyped(value));
    } else {
      final ParamType type = function.outputs().get(0);
      final byte[] wanted = encoder.encode(type, value);
      checks.add(exactly("expect.return_value", wanted, type));
    }
  }

  private CallCheck exactly(String key, byte[] wanted, @Nullable ParamType type) {
    final Manifest manifest = target.manifest();
    final ValuePrinter printer =
        new ValuePrinter(name -> manifest == null ? null : manifest.typeOf(name));
    return outcome ->
        Arrays.equals(outcome.returnData(), wanted)
            ? null
            : type == null
                ? new Mismatch(
                    key, ValuePrinter.hex(wanted), ValuePrinter.hex(outcome.returnData()))
                : new Mismatch(
                    key, printer.print(type, wanted), printer.print(type, outcome.returnData()));
  }

  /** Without a declared output up to 16 bytes are a number, and nothing is zero. */
  private static CallCheck untyped(TestValue value) throws ValueException {
    if (!(value instanceof TestValue.Text written)) {
      throw new ValueException("return_value needs a declared output");
    }
    final BigInteger wanted =
        switch (written.text()) {
          case "true" -> BigInteger.ONE;
          case "false" -> BigInteger.ZERO;
          default -> ValueEncoder.number(written.text());
        };
    return outcome -> {
      final byte[] data = outcome.returnData();
      final byte[] bigEndian = new byte[data.length];
      for (int i = 0; i < data.length; i++) {
        bigEndian[data.length - 1 - i] = data[i];
      }
      final BigInteger got =
          data.length == 0
              ? BigInteger.ZERO
              : wanted.signum() < 0 ? new BigInteger(bigEndian) : new BigInteger(1, bigEndian);
      return data.length <= Primitive.U128.width() && got.equals(wanted)
          ? null
          : new Mismatch("expect.return_value", wanted.toString(), ValuePrinter.hex(data));
    };
  }
}
