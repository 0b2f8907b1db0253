package io.tidemill.executor.wasm;

/**
 * One module with its memory, for one call. Confined to one thread. Between tenants nothing of the
 * last call is visible; closing returns the memory to its budget and the instance to its pool.
 *
 * <p>The fields are public because generated code and host functions read and write them directly;
 * each is exact at every host call, at a trap and at the end.
 */
public abstract class Instance implements AutoCloseable {
  /** Fuel left to this frame; zero after out-of-fuel. */
  public long fuel;

  /** Wasm frames left on the transaction's logical stack. */
  public int framesLeft;

  /** Slots left on the transaction's logical stack. */
  public int slotsLeft;

  /** The linear memory; of size zero when the module has none. */
  public LinearMemory memory = LinearMemory.NONE;

  /** What host functions find. */
  public HostContext host;

  /** What may stop the attempt. */
  public ExecutionGuard guard;

  /** Takes over what {@code launch} grants. */
  protected Instance(Launch launch) {
    this.fuel = launch.fuel();
    this.framesLeft = launch.framesLeft();
    this.slotsLeft = launch.slotsLeft();
    this.host = launch.host();
    this.guard = launch.guard();
  }

  /**
   * Spends {@code cost} units or traps with nothing left.
   *
   * @param cost not negative
   */
  public final void charge(long cost) {
    final long left = fuel - cost;
    if (left < 0) {
      fuel = 0;
      throw Trap.of(TrapCode.OUT_OF_FUEL);
    }
    fuel = left;
  }

  /**
   * Charges declared pages and active segments, copies the segments and runs the start section.
   *
   * @throws Trap if any of it traps
   */
  public abstract void start();

  /**
   * Runs the exported function {@code export} with raw argument bits and returns raw result bits:
   * i32 in the low half, floats as their bit patterns.
   *
   * @throws Trap if it traps
   * @throws IllegalArgumentException if there is no such function or the arguments do not fit
   */
  public abstract long[] invoke(String export, long... arguments);

  /** The raw bits of the exported global {@code export}, for tools and tests. */
  public abstract long exportedGlobal(String export);

  @Override
  public abstract void close();
}
