package io.tidemill.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.executor.wasm.FuelProfile;
import io.tidemill.executor.wasm.FunctionNames;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** A fuel profile in front of a person or a script: the dearest first. */
record FuelReport(FunctionNames names, FuelProfile profile) {
  private static final int MOST_OFFSETS = 20;

  private static <K> List<Map.Entry<K, Long>> dearest(Map<K, Long> all) {
    // The maps are sorted and the sort is stable: equal prices stay in order.
    return all.entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(MOST_OFFSETS)
        .toList();
  }

  void print(PrintWriter out) {
    out.println("fuel by function");
    dearest(profile.byFunction())
        .forEach(entry -> line(out, entry.getValue(), names.name(entry.getKey())));
    out.println("fuel by opcode class");
    dearest(profile.byClass())
        .forEach(entry -> line(out, entry.getValue(), entry.getKey().label()));
    out.println("fuel by offset of the block");
    dearest(profile.byOffset())
        .forEach(entry -> line(out, entry.getValue(), "byte " + entry.getKey()));
  }

  private static void line(PrintWriter out, long fuel, String what) {
    out.printf("  %14d  %s%n", fuel, what);
  }

  void addTo(ObjectNode answer) {
    final ObjectNode functions = answer.putObject("by_function");
    dearest(profile.byFunction())
        .forEach(entry -> functions.put(names.name(entry.getKey()), entry.getValue()));
    final ObjectNode classes = answer.putObject("by_class");
    dearest(profile.byClass())
        .forEach(entry -> classes.put(entry.getKey().label(), entry.getValue()));
    final ObjectNode offsets = answer.putObject("by_offset");
    dearest(profile.byOffset())
        .forEach(entry -> offsets.put(Integer.toString(entry.getKey()), entry.getValue()));
  }
}
