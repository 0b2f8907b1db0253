package io.tidemill.executor.wasm;

import java.util.ArrayList;
import java.util.List;

/** Locals that a metered body has beside its own, in order of first use. */
final class ScratchLocals {
  private final List<ValType> types = new ArrayList<>();
  private int first;

  /** Starts a body whose own locals end before {@code firstIndex}. */
  void reset(int firstIndex) {
    first = firstIndex;
    types.clear();
  }

  List<ValType> types() {
    return types;
  }

  /** The index of the {@code ordinal}-th scratch local of {@code type}. */
  int index(ValType type, int ordinal) {
    int left = ordinal;
    for (int i = 0; i < types.size(); i++) {
      if (types.get(i) == type && left-- == 0) {
        return first + i;
      }
    }
    while (left-- >= 0) {
      types.add(type);
    }
    return first + types.size() - 1;
  }
}
