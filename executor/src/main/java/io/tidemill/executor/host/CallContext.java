package io.tidemill.executor.host;

import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.HostFunction.Price;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.HostContext;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.RunObserver;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * One frame of the call stack, as its host functions see it. Source: host-abi 5.2. Confined to one
 * thread; it lives as long as its call.
 */
public final class CallContext implements HostContext {
  static final byte[] NOTHING = new byte[0];

  final TransactionContext tx;
  final @Nullable CallContext parent;
  final int depth;
  final ContractCode code;

  /** Whose storage, balance and name it acts under. */
  final Address self;

  final Address caller;
  final U128 value;

  /** The function that runs: with {@link #self} the key of the reentrancy guard. */
  final String entry;

  final byte[] calldata;

  /** Mutating functions refuse. */
  final boolean view;

  /** Inside a static call: fuel is the shared view budget and nobody pays for it. */
  final boolean free;

  /** Whether the reentrancy guard remembers this frame. */
  final boolean guarded;

  /** Whether {@link #self} is a parachain. */
  private final boolean parachainIdentity;

  /**
   * Whether parachain functions may act: code and identity are both a parachain's, so that
   * delegating to a parachain's code does not lend it a contract's identity (host-abi 5.2).
   */
  final boolean parachain;

  /** The return or revert payload, or nothing. */
  byte[] payload = NOTHING;

  /** How it ended, once it has. */
  ContractRuntime.End end = ContractRuntime.End.SUCCESS;

  /** The trap's number, when it trapped. */
  int endCode;

  long fuelUsed;

  /** Who watches the frame; set before its instance exists. */
  @Nullable RunObserver observer;

  /** How the reentrancy guard treats a frame. */
  enum Guard {
    /** Remembers it. */
    CALL,
    /** Remembers it; it acts under its parent's identity. */
    DELEGATED,
    /** Static calls: nothing to remember. */
    NONE
  }

  /** For fixed-size reads. */
  final byte[] scratch = new byte[Hash32.LENGTH];

  /** The slot that typed storage has just derived. */
  Hash32 slot = Hash32.ZERO;

  CallContext(
      TransactionContext tx,
      @Nullable CallContext parent,
      ContractCode code,
      Address self,
      Address caller,
      U128 value,
      String entry,
      byte[] calldata,
      boolean view,
      boolean free,
      Guard guard) {
    this.tx = tx;
    this.parent = parent;
    this.depth = parent == null ? 0 : parent.depth + 1;
    this.code = code;
    this.self = self;
    this.caller = caller;
    this.value = value;
    this.entry = entry;
    this.calldata = calldata;
    this.view = view;
    this.free = free;
    this.guarded = guard != Guard.NONE;
    this.parachainIdentity =
        guard == Guard.DELEGATED && parent != null ? parent.parachainIdentity : code.isParachain();
    this.parachain = parachainIdentity && code.isParachain();
  }

  @Override
  public @Nullable RunObserver observer() {
    return observer;
  }

  /** The frame behind {@code instance}, after the base price of the current shape is paid. */
  static CallContext enter(Instance instance, HostFunction function) {
    final CallContext context = (CallContext) instance.host;
    if (context.tx.tracer != null) {
      context.tx.tracer.hostCall(function.importName(), instance.fuel);
    }
    instance.charge(context.tx.prices.of(function).base());
    return context;
  }

  /** Passes on what the frame behind {@code instance} tells its author, when somebody watches. */
  public static void debugLog(Instance instance, String text) {
    final CallTracer tracer = ((CallContext) instance.host).tx.tracer;
    if (tracer != null) {
      tracer.debugLog(text);
    }
  }

  /** The frame behind {@code instance}, after the base price of the legacy shape is paid. */
  static CallContext enterLegacy(Instance instance, HostFunction function) {
    final CallContext context = (CallContext) instance.host;
    if (context.tx.tracer != null) {
      context.tx.tracer.hostCall(function.importName(), instance.fuel);
    }
    instance.charge(context.tx.prices.ofLegacy(function).base());
    return context;
  }

  /** Charges for {@code bytes}, which is read as not negative. */
  void chargeBytes(Instance instance, HostFunction function, long bytes) {
    instance.charge(perBytes(tx.prices.of(function), bytes));
  }

  static long perBytes(Price price, long bytes) {
    return price.unit() == 0
        ? 0
        : price.unit() * ((bytes + price.unitBytes() - 1) / price.unitBytes());
  }

  /** Thirty-two bytes of the caller's memory, or a trap. */
  Hash32 readHash(Instance instance, int pointer) {
    instance.memory.read(pointer, scratch, 0, Hash32.LENGTH);
    return Hash32.at(scratch, 0);
  }

  /** A u128 of the caller's memory, or a trap. */
  U128 readAmount(Instance instance, int pointer) {
    instance.memory.read(pointer, scratch, 0, U128.LENGTH);
    return U128.at(scratch, 0);
  }

  /** Writes thirty-two bytes to the caller's memory, or traps. */
  void writeHash(Instance instance, int pointer, Hash32 value32) {
    value32.writeTo(scratch, 0);
    instance.memory.write(pointer, scratch, 0, Hash32.LENGTH);
  }

  /** Writes a u128 to the caller's memory, or traps. */
  void writeAmount(Instance instance, int pointer, U128 amount) {
    amount.writeTo(scratch, 0);
    instance.memory.write(pointer, scratch, 0, U128.LENGTH);
  }

  /** What {@link #self} has in {@code rawSlot}, or null. Source: decisions H6. */
  byte @Nullable [] load(Hash32 rawSlot) {
    final StateKey key = StateKeys.slot(self, rawSlot);
    if (key == null) {
      return null;
    }
    final byte[] value = tx.overlay.get(key);
    if (tx.tracer != null) {
      tx.tracer.access(key, rawSlot, false, value, value);
    }
    return value;
  }

  /** Writes a slot of {@link #self}; a slot that is absent costs the surcharge (decisions F5). */
  void store(Instance instance, Hash32 rawSlot, byte[] bytes) {
    final StateKey key = writable(rawSlot);
    final byte[] before = tx.overlay.get(key);
    if (tx.tracer != null) {
      tx.tracer.access(key, rawSlot, true, before, bytes);
    }
    if (before == null) {
      instance.charge(tx.rules.gas().newSlotSurcharge());
    }
    tx.overlay.put(key, bytes);
  }

  /** Deletes a slot of {@link #self}; nothing happens when it is absent. */
  void remove(Hash32 rawSlot) {
    final StateKey key = writable(rawSlot);
    final byte[] before = tx.overlay.get(key);
    if (tx.tracer != null) {
      tx.tracer.access(key, rawSlot, true, before, null);
    }
    if (before != null) {
      tx.overlay.delete(key);
    }
  }

  private StateKey writable(Hash32 rawSlot) {
    final StateKey key = StateKeys.slot(self, rawSlot);
    if (key == null) {
      throw Trap.of(TrapCode.WRITE_LOCKED_SLOT);
    }
    return key;
  }
}
