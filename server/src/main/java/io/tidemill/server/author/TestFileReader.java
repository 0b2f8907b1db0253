package io.tidemill.server.author;

import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.author.TestSuite.Call;
import io.tidemill.server.author.TestSuite.Case;
import io.tidemill.server.author.TestSuite.Context;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestSuite.FinalCheck;
import io.tidemill.server.author.TestSuite.Setup;
import io.tidemill.server.author.TestValue.ValueException;
import io.tidemill.state.hash.Hash32;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole test file into a {@link TestSuite}, or says everything that is wrong with it.
 * Source: manifest-and-tests 2.2 to 2.13.
 */
public final class TestFileReader {
  private static final long DEFAULT_GAS = 10_000_000;
  private static final long DEFAULT_CHAIN = 31_337;
  private static final List<String> RESERVED = List.of("property", "tx", "include", "invariants");

  private final List<Problem> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final TomlScope root;
  private final Path folder;
  private final TestWorld world;

  private TestFileReader(Path file, TestSuite.Deployed primary) throws AuthorException {
    this.root = TomlScope.read(file, problems);
    final Path parent = file.toAbsolutePath().getParent();
    this.folder = parent == null ? Path.of("") : parent;
    this.world = new TestWorld(primary);
  }

  /** Reads {@code file}; {@code manifest} and {@code module} are the contract under test. */
  public static TestSuite read(Path file, Path module, Manifest manifest) throws AuthorException {
    return new TestFileReader(file, TestWorld.deployed(manifest.name(), module, manifest)).read();
  }

  private TestSuite read() throws AuthorException {
    root.allow("accounts", "cheats", "contracts", "tests", "include", "invariants");
    world.accounts(root);
    world.secondaries(root, folder);
    stop();
    final Cheats shared = new Cheats().read(root.table("cheats"));
    final List<Case> cases = new ArrayList<>();
    final TreeSet<String> names = new TreeSet<>();
    for (TomlScope test : root.tables("tests")) {
      test.allow("name", "cheats", "setup", "calls", "expect", "property", "tx");
      final String name = test.required("name");
      if (name != null && !names.add(name)) {
        test.problem("InvalidField", "name", "\"" + name + "\" is the name of another test");
      }
      cases.add(test(test, String.valueOf(name), shared));
    }
    stop();
    if (cases.isEmpty()) {
      warnings.add(root.file() + " holds no tests");
    }
    return new TestSuite(root.file(), cases, warnings);
  }

  private void stop() throws AuthorException {
    if (!problems.isEmpty()) {
      throw new AuthorException(problems);
    }
  }

  /** What tests may pretend about the world. */
  final class Cheats {
    long now;
    long wave = 1;
    long chain = DEFAULT_CHAIN;
    long gas = DEFAULT_GAS;
    boolean strictValue;
    boolean lockout;

    Cheats copy() {
      final Cheats copy = new Cheats();
      copy.now = now;
      copy.wave = wave;
      copy.chain = chain;
      copy.gas = gas;
      copy.strictValue = strictValue;
      copy.lockout = lockout;
      return copy;
    }

    Cheats read(@Nullable TomlScope scope) {
      if (scope != null) {
        scope.allow(
            "now",
            "wave_id",
            "chain_id",
            "gas_limit",
            "strict_value",
            "constructor_lockout",
            "expect_emit",
            "assume_balance");
        clock(scope);
        gas = number(scope, "gas_limit", gas);
        strictValue = scope.flag("strict_value", strictValue);
        lockout = scope.flag("constructor_lockout", lockout);
        for (String reserved : List.of("expect_emit", "assume_balance")) {
          if (scope.has(reserved)) {
            warnings.add(scope.path(reserved) + " is reserved and has no effect");
          }
        }
      }
      return this;
    }

    /** What stays in force for later calls of the same test. */
    void clock(TomlScope scope) {
      now = number(scope, "now", now);
      wave = number(scope, "wave_id", wave);
      chain = number(scope, "chain_id", chain);
    }
  }

  /** A u64 that may be written as text. */
  static long number(TomlScope scope, String key, long otherwise) {
    if (!scope.has(key)) {
      return otherwise;
    }
    try {
      final var value = ValueEncoder.number(TestWorld.text(scope, key));
      if (value.signum() >= 0 && value.bitLength() <= 64) {
        return value.longValue();
      }
      scope.problem("InvalidValue", key, value + " does not fit uint64");
    } catch (ValueException e) {
      scope.problem("InvalidValue", key, e.detail());
    }
    return otherwise;
  }

  private Case test(TomlScope test, String name, Cheats shared) {
    final Cheats cheats = shared.copy().read(test.table("cheats"));
    for (String reserved : RESERVED) {
      if (test.has(reserved)) {
        warnings.add(test.path(reserved) + " is reserved and has no effect");
      }
    }
    final Setup setup = setup(test.table("setup"));
    final TestCallReader reader = new TestCallReader(world, warnings);
    final List<Call> calls = new ArrayList<>();
    for (TomlScope call : test.tables("calls")) {
      cheats.clock(call);
      calls.add(
          reader.read(
              call,
              new Context(cheats.now, cheats.wave, cheats.chain),
              cheats.gas,
              cheats.strictValue,
              cheats.lockout));
    }
    final List<FinalCheck> checks = new TestStateReader(world).checks(test.table("expect"), setup);
    final String emptiness =
        calls.isEmpty() && checks.isEmpty()
            ? "EmptyTest: a test needs a call or an expectation"
            : null;
    return new Case(name, test.line(), setup, calls, checks, emptiness);
  }

  private Setup setup(@Nullable TomlScope scope) {
    final TreeMap<Address, U128> balances = new TreeMap<>(world.balances());
    final TreeMap<Address, TreeMap<Hash32, byte[]>> slots = new TreeMap<>();
    final List<Deployed> contracts = new ArrayList<>(world.contracts());
    if (scope != null) {
      scope.allow("balances", "storage", "code", "contracts");
      final TestStateReader state = new TestStateReader(world);
      state.balances(scope.table("balances"), balances);
      state.seed(scope.table("storage"), world.primary(), slots);
      final TomlScope others = scope.table("contracts");
      if (others != null) {
        for (String name : others.keys()) {
          final TomlScope other = others.table(name);
          final Deployed contract = world.contract(name);
          if (contract == null) {
            others.problem("UnknownName", name, "is no contract of this file");
          } else if (other != null) {
            other.allow("storage");
            state.seed(other.table("storage"), contract, slots);
          }
        }
      }
      code(scope.table("code"), contracts);
    }
    return new Setup(contracts, balances, slots);
  }

  private void code(@Nullable TomlScope scope, List<Deployed> contracts) {
    if (scope == null) {
      return;
    }
    for (String name : scope.keys()) {
      final Address address = world.address(name);
      final String file = scope.string(name);
      if (address == null) {
        scope.problem("UnknownName", name, "is no account of this file");
      } else if (file != null) {
        try {
          final Deployed deployed = TestWorld.deployed(name, folder.resolve(file), null);
          contracts.add(new Deployed(name, address, deployed.wasm(), deployed.manifest()));
        } catch (AuthorException e) {
          scope.problem("InvalidValue", name, String.valueOf(e.getMessage()));
        }
      }
    }
  }
}
