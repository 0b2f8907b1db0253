package io.tidemill.executor.wasm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Function types by number, each only once, so that equal numbers mean equal types. Modules that
 * are linked to each other are written with one shared table: numbers are only ever added, and so
 * mean the same in all of them. Confined to one thread.
 */
public final class TypeTable {
  private final List<FunctionType> types = new ArrayList<>();
  private final Map<FunctionType, Integer> numbers = new HashMap<>();

  /** The number of {@code type}, which is added when it is new. */
  public int number(FunctionType type) {
    final Integer known = numbers.get(type);
    if (known != null) {
      return known;
    }
    while (readsAsValueType(types.size())) {
      types.add(FunctionType.ENTRY);
    }
    numbers.put(type, types.size());
    types.add(type);
    return types.size() - 1;
  }

  /**
   * Whether the interpreter would read {@code number}, where a block type stands, as the byte of a
   * value type. Such numbers are filled with a type that nobody refers to.
   */
  private static boolean readsAsValueType(int number) {
    return number >= 0x40 && number <= 0x7F;
  }

  /** The types so far, by number. */
  public List<FunctionType> types() {
    return List.copyOf(types);
  }
}
