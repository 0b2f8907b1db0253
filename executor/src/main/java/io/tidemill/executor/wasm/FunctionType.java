package io.tidemill.executor.wasm;

import java.util.List;

/** The parameters and results of a function or block. */
public record FunctionType(List<ValType> params, List<ValType> results) {
  /** The type of every entry point: nothing in, nothing out. */
  public static final FunctionType ENTRY = new FunctionType(List.of(), List.of());

  public FunctionType {
    params = List.copyOf(params);
    results = List.copyOf(results);
  }

  @Override
  public String toString() {
    return "(" + join(params) + ") -> (" + join(results) + ")";
  }

  private static String join(List<ValType> types) {
    final StringBuilder text = new StringBuilder();
    for (ValType type : types) {
      text.append(text.isEmpty() ? "" : " ").append(type.name().toLowerCase(java.util.Locale.ROOT));
    }
    return text.toString();
  }
}
