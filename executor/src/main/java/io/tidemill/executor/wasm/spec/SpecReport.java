package io.tidemill.executor.wasm.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * What came of spec scripts.
 *
 * @param passed assertions that held
 * @param failures one line per assertion that did not
 * @param skipped assertions that were not run
 * @param notes one line per skipped script or group of assertions, with the reason
 */
public record SpecReport(int passed, List<String> failures, int skipped, List<String> notes) {
  public SpecReport {
    failures = List.copyOf(failures);
    notes = List.copyOf(notes);
  }

  /** Both together. */
  public SpecReport plus(SpecReport other) {
    final List<String> allFailures = new ArrayList<>(failures);
    allFailures.addAll(other.failures);
    final List<String> allNotes = new ArrayList<>(notes);
    allNotes.addAll(other.notes);
    return new SpecReport(passed + other.passed, allFailures, skipped + other.skipped, allNotes);
  }

  /** The closing line. */
  public String summary() {
    return "spec: " + passed + " passed, " + failures.size() + " failed, " + skipped + " skipped";
  }
}
