package io.tidemill.server.author;

import io.tidemill.executor.Event;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.server.abi.ValuePrinter;
import io.tidemill.server.author.TestResult.CallReport;
import io.tidemill.server.author.TestResult.Failure;
import io.tidemill.server.author.TestResult.Verdict;
import io.tidemill.server.author.TestSuite.Call;
import io.tidemill.server.author.TestSuite.CallCheck;
import io.tidemill.server.author.TestSuite.Case;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestSuite.FinalCheck;
import io.tidemill.server.author.TestSuite.Mismatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs suites, one test at a time, each on a chain of its own. Source: manifest-and-tests 2.11,
 * 2.14.
 */
public final class TestRunner {
  private static final long CHAIN = 31_337;

  private final Rules rules = Rules.of(CHAIN, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
  private final WasmContractRuntime runtime;

  /** A runner on {@code engine} with compiled code of its own, which all its suites share. */
  public TestRunner(Engine engine) {
    this.runtime = WasmContractRuntime.forTests(rules, engine);
  }

  /** Refuses a suite whose modules no chain would take; debug_log alone is excused. */
  public void admit(TestSuite suite) throws AuthorException {
    final List<Problem> problems = new ArrayList<>();
    final Set<String> seen = new TreeSet<>();
    for (Case test : suite.cases()) {
      for (Deployed contract : test.setup().contracts()) {
        if (seen.add(contract.name())) {
          final Manifest manifest = contract.manifest();
          final int type = manifest == null || manifest.type() == ContractType.CONTRACT ? 0 : 1;
          for (var violation :
              runtime.check(rules, contract.name(), contract.wasm(), type).violations()) {
            problems.add(
                new Problem(
                    violation.rule(), suite.file(), 0, 0, contract.name(), violation.text()));
          }
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new AuthorException(problems);
    }
  }

  /** Runs the tests of {@code suite} whose names are {@code chosen}, in order of the file. */
  public void run(TestSuite suite, Predicate<String> chosen, Consumer<TestResult> results) {
    for (Case test : suite.cases()) {
      results.accept(
          chosen.test(test.name())
              ? run(test)
              : new TestResult(test.name(), Verdict.SKIPPED, 0, 0, List.of(), List.of()));
    }
  }

  private TestResult run(Case test) {
    final long began = System.nanoTime();
    final List<Failure> failures = new ArrayList<>();
    final List<CallReport> reports = new ArrayList<>();
    long fuel = 0;
    if (test.emptiness() != null) {
      failures.add(new Failure(-1, "", "EmptyTest", "a call or an expectation", "neither"));
    }
    final TestChain chain = new TestChain(rules, runtime, test.setup());
    for (int i = 0; i < test.calls().size() && failures.isEmpty(); i++) {
      final Call call = test.calls().get(i);
      final TestChain.Outcome outcome = chain.run(test.name(), i, call);
      fuel += outcome.fuel();
      reports.add(report(i, call, outcome));
      judge(i, call, outcome, failures);
    }
    if (failures.isEmpty()) {
      for (FinalCheck check : test.checks()) {
        final Mismatch mismatch = check.check(chain);
        if (mismatch != null) {
          failures.add(new Failure(-1, "", mismatch.key(), mismatch.expected(), mismatch.actual()));
        }
      }
    }
    return new TestResult(
        test.name(),
        failures.isEmpty() ? Verdict.PASSED : Verdict.FAILED,
        System.nanoTime() - began,
        fuel,
        failures,
        reports);
  }

  private static CallReport report(int index, Call call, TestChain.Outcome outcome) {
    final List<String> events = new ArrayList<>();
    for (Event event : outcome.events()) {
      events.add(event.contract() + " " + event.topics() + " " + ValuePrinter.hex(event.data()));
    }
    return new CallReport(
        index,
        call.function(),
        describe(outcome),
        outcome.fuel(),
        events,
        outcome.logs(),
        outcome.trace());
  }

  private static void judge(
      int index, Call call, TestChain.Outcome outcome, List<Failure> failures) {
    final String revert = call.expect().revert();
    final String error = call.expect().error();
    Mismatch mismatch = null;
    if (revert != null && !reverted(outcome, revert)) {
      mismatch =
          new Mismatch(
              "expect.revert", "a revert containing \"" + revert + "\"", describe(outcome));
    } else if (error != null && !isError(outcome, error)) {
      mismatch = new Mismatch("expect.error", error, describe(outcome));
    } else if (!call.expect().failure() && outcome.end() != End.SUCCESS) {
      mismatch = new Mismatch("outcome", "success", describe(outcome));
    }
    add(failures, index, call, mismatch);
    if (mismatch == null && !call.expect().failure()) {
      for (CallCheck check : call.expect().checks()) {
        add(failures, index, call, check.check(outcome));
      }
    }
    for (CallCheck check : call.expect().always()) {
      add(failures, index, call, check.check(outcome));
    }
  }

  private static void add(
      List<Failure> failures, int index, Call call, @Nullable Mismatch mismatch) {
    if (mismatch != null) {
      failures.add(
          new Failure(
              index, call.function(), mismatch.key(), mismatch.expected(), mismatch.actual()));
    }
  }

  /** An explicit revert by its reason, or a trap by its usual phrase; never a refusal. */
  private static boolean reverted(TestChain.Outcome outcome, String text) {
    return switch (outcome.end()) {
      case REVERTED -> new String(outcome.returnData(), StandardCharsets.UTF_8).contains(text);
      case TRAPPED, OUT_OF_FUEL -> {
        final String name = errorName(outcome);
        yield name.contains(text) || phrase(name).contains(text.toLowerCase(Locale.ROOT));
      }
      case SUCCESS, REJECTED, QUARANTINED -> false;
    };
  }

  private static String phrase(String trap) {
    return switch (trap) {
      case "UNREACHABLE" -> "unreachable";
      case "MEMORY_OUT_OF_BOUNDS" -> "out of bounds memory access";
      case "INTEGER_DIVISION_BY_ZERO" -> "integer divide by zero";
      case "OUT_OF_FUEL" -> "out of fuel";
      default -> trap.toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  /** {@code OutOfFuel}, {@code OUT_OF_FUEL} and {@code out_of_fuel} are one name. */
  private static boolean isError(TestChain.Outcome outcome, String name) {
    final String wanted = plain(name);
    final String got = plain(errorName(outcome));
    return outcome.end() != End.SUCCESS
        && (got.equals(wanted)
            || (got.equals("unreachable") && wanted.equals("unreachablecodereached"))
            || (got.equals("integerdivisionbyzero") && wanted.equals("integerdividebyzero")));
  }

  private static String plain(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }

  /** The structured name of how a call failed. */
  private static String errorName(TestChain.Outcome outcome) {
    if (outcome.end() == End.OUT_OF_FUEL) {
      return TrapCode.OUT_OF_FUEL.name();
    }
    for (TrapCode code : TrapCode.values()) {
      if (outcome.end() == End.TRAPPED && code.number() == outcome.code()) {
        return code.name();
      }
    }
    for (RejectCode code : RejectCode.values()) {
      if (code.number() == outcome.code()) {
        return code.name();
      }
    }
    return outcome.end().name();
  }

  private static String describe(TestChain.Outcome outcome) {
    return switch (outcome.end()) {
      case SUCCESS -> "return " + ValuePrinter.hex(outcome.returnData());
      case REVERTED -> "revert \"" + new String(outcome.returnData(), StandardCharsets.UTF_8) + '"';
      case TRAPPED -> "trap " + errorName(outcome);
      case OUT_OF_FUEL -> "out of fuel";
      case REJECTED, QUARANTINED -> "refused: " + errorName(outcome);
    };
  }
}
