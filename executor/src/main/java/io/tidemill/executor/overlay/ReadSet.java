package io.tidemill.executor.overlay;

import io.tidemill.state.StateKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt of a transaction observed: each key once, with the writer it was answered by and
 * the value. Validation asks whether the same questions still have the same answers.
 *
 * <p>Confined to the worker of the attempt until it is published with the attempt.
 */
final class ReadSet {
  /** The writer of a value that came from the snapshot. */
  static final int FROM_SNAPSHOT = -1;

  private static final int EXPECTED = 4;

  /** No reads; nothing may be added. */
  static final ReadSet NONE = new ReadSet();

  private StateKey[] keys = new StateKey[EXPECTED];
  private @Nullable Versions[] cells = new Versions[EXPECTED];
  private int[] writers = new int[EXPECTED];
  private byte[] @Nullable [] values = new byte[EXPECTED][];
  private @Nullable AccountReading[] readings = new AccountReading[EXPECTED];
  private int size;

  /**
   * Notes one answer. The overlay asks for each key once, so there are no duplicates.
   *
   * @param cell the versions of the key when there were any, else null
   * @param reading what is made of an account record, or null when all of the value counts
   */
  void add(
      StateKey key,
      @Nullable Versions cell,
      int writer,
      byte @Nullable [] value,
      @Nullable AccountReading reading) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      cells = Arrays.copyOf(cells, 2 * size);
      writers = Arrays.copyOf(writers, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
      readings = Arrays.copyOf(readings, 2 * size);
    }
    keys[size] = key;
    cells[size] = cell;
    writers[size] = writer;
    readings[size] = reading;
    values[size++] = value;
  }

  int size() {
    return size;
  }

  StateKey key(int i) {
    return keys[i];
  }

  @Nullable Versions cell(int i) {
    return cells[i];
  }

  int writer(int i) {
    return writers[i];
  }

  @Nullable AccountReading reading(int i) {
    return readings[i];
  }

  byte @Nullable [] value(int i) {
    return values[i];
  }
}
