package io.tidemill.executor.wasm.jvm;

/** A global that several instances can share, as raw bits. */
public final class GlobalCell {
  /** The value: i32 in the low half, floats as their bit patterns. */
  public long bits;

  /** A cell that holds {@code bits}. */
  public GlobalCell(long bits) {
    this.bits = bits;
  }
}
