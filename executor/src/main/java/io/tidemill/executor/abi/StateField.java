package io.tidemill.executor.abi;

import java.util.List;

/**
 * One field of the state schema: {@code string name || FieldKind}. A scalar has no keys, a map one
 * to three. Source: host-abi 1.8, 2.4.
 *
 * @param keys the types of the map's keys; empty for a scalar
 */
public record StateField(String name, List<ScalarType> keys, ScalarType value) {
  /** The most keys a map may have. */
  public static final int MAX_KEYS = 3;

  public StateField {
    keys = List.copyOf(keys);
  }

  /** Whether it is a map. */
  public boolean isMap() {
    return !keys.isEmpty();
  }
}
