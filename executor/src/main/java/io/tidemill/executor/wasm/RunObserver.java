package io.tidemill.executor.wasm;

/**
 * Sees what one instance does on the reference interpreter, function by function. For simulations
 * and tools: it must not change anything, and no wave that becomes state is observed.
 *
 * <p>Functions are numbered as in the module, imports first; the number after the last defined one
 * is {@link MeteredModule#START}. Every method is called by the thread that runs the instance.
 */
public interface RunObserver {
  /** A function that the module defines begins. */
  default void entered(int function) {}

  /** The function entered last returns. */
  default void left(int function) {}

  /** The function entered last, or the import called last, is unwound; innermost first. */
  void unwound(int function);

  /**
   * Fuel was spent by {@code function} itself.
   *
   * @param offset where in the module the paid block or bulk instruction starts; 0 in {@link
   *     MeteredModule#START}
   */
  void spent(int function, int offset, long fuel);

  /** An import is called with raw bits. */
  default void calling(int function, long[] arguments, long fuelLeft) {}

  /** The import called last returns raw bits, at most one. */
  default void called(int function, long[] results, long fuelLeft) {}
}
