package io.tidemill.executor.overlay;

import io.tidemill.executor.account.AccountFields;
import io.tidemill.state.StateKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * writers   3        7            9
 * values    v        v'           v''         what each attempt wrote, on what it saw
 * seen      -        u'           u''         null: v stands by itself
 *
 * An entry with something seen is a change: the account record that its attempt made of another one. It is
 * merged onto the entry below when its transaction becomes final and stands by itself from then on.
 */
/** The versions of one key in ascending transaction order. Guarded by itself. */
final class Versions {
  final StateKey key;
  private int[] writers = new int[1];
  private byte[][] values = new byte[1][];
  private byte @Nullable [] @Nullable [] seen;
  private int size;

  Versions(StateKey key) {
    this.key = key;
  }

  /** The position of the last entry below {@code transaction}, or -1. */
  int below(int transaction) {
    int at = size - 1;
    // Most readers are close behind the last writer.
    if (at < 0 || writers[at] < transaction) {
      return at;
    }
    at = Arrays.binarySearch(writers, 0, size, transaction);
    return at >= 0 ? at - 1 : -at - 2;
  }

  int writer(int at) {
    return writers[at];
  }

  byte[] value(int at) {
    return values[at];
  }

  /** Whether the entry is a change of an account that is not final yet. */
  boolean isChange(int at) {
    return seen != null && seen[at] != null;
  }

  /** The entry at {@code at} on {@code base}, which lies beneath it. */
  byte[] merged(int at, byte[] base) {
    final byte[] from = seen == null ? null : seen[at];
    return from == null ? values[at] : AccountFields.merge(base, from, values[at]);
  }

  boolean isLastWriter(int transaction) {
    return size > 0 && writers[size - 1] == transaction;
  }

  byte[] lastValue() {
    return values[size - 1];
  }

  /**
   * Notes what {@code transaction} wrote.
   *
   * @param from the account record that {@code value} was made of, or null when it stands by itself
   */
  void put(int transaction, byte[] value, byte @Nullable [] from) {
    final int at = below(transaction) + 1;
    if (at == size || writers[at] != transaction) {
      insert(at);
      writers[at] = transaction;
    }
    values[at] = value;
    if (from != null && seen == null) {
      seen = new byte[writers.length][];
    }
    if (seen != null) {
      seen[at] = from;
    }
  }

  private void insert(int at) {
    if (size == writers.length) {
      writers = Arrays.copyOf(writers, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
      if (seen != null) {
        seen = Arrays.copyOf(seen, 2 * size);
      }
    }
    System.arraycopy(writers, at, writers, at + 1, size - at);
    System.arraycopy(values, at, values, at + 1, size - at);
    if (seen != null) {
      System.arraycopy(seen, at, seen, at + 1, size - at);
    }
    size++;
  }

  void remove(int transaction) {
    final int at = below(transaction) + 1;
    if (at < size && writers[at] == transaction) {
      System.arraycopy(writers, at + 1, writers, at, size - at - 1);
      System.arraycopy(values, at + 1, values, at, size - at - 1);
      if (seen != null) {
        System.arraycopy(seen, at + 1, seen, at, size - at - 1);
      }
      size--;
    }
  }
}
