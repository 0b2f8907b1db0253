package io.tidemill.executor.overlay;

import org.jspecify.annotations.Nullable;

/** What a transaction has left under one key. Immutable. */
sealed interface Written permits Written.Value, Written.Deletion, OpenAccount {
  /** What will be stored, or null when nothing will. The array must not be changed. */
  byte @Nullable [] bytes();

  /** A value; an empty one is a value too. */
  record Value(byte[] bytes) implements Written {}

  /** Nothing any more. */
  record Deletion() implements Written {
    @Override
    public byte @Nullable [] bytes() {
      return null;
    }
  }
}
