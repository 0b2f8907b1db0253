package io.tidemill.executor.wasm;

/**
 * The linear memory that one transaction may still hold over all its live frames. Source: decisions
 * W5. Confined to the worker that runs the transaction.
 */
public final class MemoryBudget {
  private long bytesLeft;

  public MemoryBudget(long bytes) {
    this.bytesLeft = bytes;
  }

  /** Takes {@code bytes} if they are left; false changes nothing. */
  public boolean reserve(long bytes) {
    if (bytes > bytesLeft) {
      return false;
    }
    bytesLeft -= bytes;
    return true;
  }

  /** Gives {@code bytes} back when a frame ends. */
  public void release(long bytes) {
    bytesLeft += bytes;
  }

  /** What is left. */
  public long bytesLeft() {
    return bytesLeft;
  }
}
