package io.tidemill.executor.host;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.host.CallContext.Guard;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Instance;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Calls between contracts. Source: host-abi 2.10 and 5, decisions H3, F7, F8, W7.
 *
 * <p>A refusal changes nothing and costs the caller its own price. The return length is written on
 * 0 and on -10, and on no other refusal.
 */
public final class Calls {
  private Calls() {}

  /** Runs a function of another contract, with value. */
  public static int crossCall(
      Instance instance,
      int target,
      int function,
      int functionLength,
      int calldata,
      int calldataLength,
      int value,
      long gas,
      int out,
      int outLength) {
    final CallContext caller = CallContext.enter(instance, HostFunction.CROSS_CALL);
    caller.chargeBytes(instance, HostFunction.CROSS_CALL, calldataLength & 0xFFFFFFFFL);
    final Address callee = new Address(caller.readHash(instance, target));
    final String name = readName(caller, instance, function, functionLength);
    final byte[] input = instance.memory.read(calldata, calldataLength);
    final U128 amount = caller.readAmount(instance, value);
    if (isTooDeep(caller)) {
      return failed(instance, outLength);
    }
    if (caller.view && !amount.isZero()) {
      return HostCode.FORBIDDEN;
    }
    final ContractCode code = Frames.codeOf(caller.tx, callee);
    if (code == null) {
      return failed(instance, outLength);
    }
    final ContractAbi.Function entry = resolve(code, name, input, amount);
    if (entry == null) {
      return HostCode.INVALID_FUNCTION_NAME;
    }
    if (Frames.isBlocked(caller, callee, entry)) {
      return HostCode.REENTRANCY_BLOCKED;
    }
    if (!amount.isZero() && !entry.is(Attribute.PAYABLE)) {
      return HostCode.NOT_PAYABLE;
    }
    if (!caller.tx.ledger.holdsAtLeast(caller.self, amount)) {
      return HostCode.INSUFFICIENT_BALANCE;
    }
    checkOutput(caller, instance, out, outLength);
    final CallContext frame =
        new CallContext(
            caller.tx,
            caller,
            code,
            /* self= */ callee,
            /* caller= */ caller.self,
            amount,
            entry.name(),
            input,
            caller.view || entry.is(Attribute.VIEW),
            caller.free,
            Guard.CALL);
    final int checkpoint = caller.tx.overlay.checkpoint();
    if (caller.tx.ledger.move(caller.self, callee, amount) != Ledger.Move.DONE) {
      return failed(instance, outLength);
    }
    final long forwarded = unsignedMin(gas, instance.fuel);
    Frames.run(
        CallTracer.Kind.CALL,
        frame,
        entry.name(),
        forwarded,
        instance.framesLeft,
        instance.slotsLeft);
    instance.fuel -= frame.fuelUsed;
    return settle(instance, frame, checkpoint, out, outLength);
  }

  /** Runs a view function of another contract; its fuel comes out of the free view budget. */
  public static int crossCallStatic(
      Instance instance,
      int target,
      int function,
      int functionLength,
      int calldata,
      int calldataLength,
      long gas,
      int out,
      int outLength) {
    final CallContext caller = CallContext.enter(instance, HostFunction.CROSS_CALL_STATIC);
    final Address callee = new Address(caller.readHash(instance, target));
    final String name = readName(caller, instance, function, functionLength);
    final byte[] input = instance.memory.read(calldata, calldataLength);
    if (isTooDeep(caller)) {
      return failed(instance, outLength);
    }
    final ContractCode code = Frames.codeOf(caller.tx, callee);
    if (code == null) {
      return failed(instance, outLength);
    }
    final ContractAbi.Function entry = resolve(code, name, input, U128.ZERO);
    if (entry == null) {
      return HostCode.INVALID_FUNCTION_NAME;
    }
    if (!entry.is(Attribute.VIEW)) {
      return HostCode.FORBIDDEN;
    }
    final TransactionContext tx = caller.tx;
    if (!caller.free && tx.freeViewFuel == 0) {
      return HostCode.CALL_OUT_OF_GAS;
    }
    checkOutput(caller, instance, out, outLength);
    final CallContext frame =
        new CallContext(
            tx,
            caller,
            code,
            /* self= */ callee,
            /* caller= */ caller.self,
            U128.ZERO,
            entry.name(),
            input,
            true,
            true,
            Guard.NONE);
    final long budget =
        caller.free ? instance.fuel : Math.min(tx.limits.viewFuelCap(), tx.freeViewFuel);
    final int checkpoint = tx.overlay.checkpoint();
    Frames.run(
        CallTracer.Kind.STATIC_CALL,
        frame,
        entry.name(),
        unsignedMin(gas, budget),
        instance.framesLeft,
        instance.slotsLeft);
    if (caller.free) {
      instance.fuel -= frame.fuelUsed;
    } else {
      tx.freeViewFuel -= frame.fuelUsed;
    }
    return settle(instance, frame, checkpoint, out, outLength);
  }

  /** Runs another contract's code on the caller's own storage, identity and balance. */
  public static int delegateCall(
      Instance instance,
      int target,
      int function,
      int functionLength,
      int calldata,
      int calldataLength,
      long gas,
      int out,
      int outLength) {
    final CallContext caller = CallContext.enter(instance, HostFunction.DELEGATE_CALL);
    caller.chargeBytes(instance, HostFunction.DELEGATE_CALL, calldataLength & 0xFFFFFFFFL);
    final Address library = new Address(caller.readHash(instance, target));
    final String name = readName(caller, instance, function, functionLength);
    final byte[] input = instance.memory.read(calldata, calldataLength);
    if (isTooDeep(caller)) {
      return failed(instance, outLength);
    }
    final ContractCode code = Frames.codeOf(caller.tx, library);
    if (code == null) {
      return failed(instance, outLength);
    }
    final ContractAbi.Function entry = resolve(code, name, input, U128.ZERO);
    if (entry == null) {
      return HostCode.INVALID_FUNCTION_NAME;
    }
    if (Frames.isBlocked(caller, caller.self, entry)) {
      return HostCode.REENTRANCY_BLOCKED;
    }
    checkOutput(caller, instance, out, outLength);
    final CallContext frame =
        new CallContext(
            caller.tx,
            caller,
            code,
            caller.self,
            caller.caller,
            caller.value,
            entry.name(),
            input,
            caller.view || entry.is(Attribute.VIEW),
            caller.free,
            Guard.DELEGATED);
    final int checkpoint = caller.tx.overlay.checkpoint();
    Frames.run(
        CallTracer.Kind.DELEGATE_CALL,
        frame,
        entry.name(),
        unsignedMin(gas, instance.fuel),
        instance.framesLeft,
        instance.slotsLeft);
    instance.fuel -= frame.fuelUsed;
    return settle(instance, frame, checkpoint, out, outLength);
  }

  /** Whether one more frame would exceed the call depth; the top frame counts (host-abi 5.8). */
  static boolean isTooDeep(CallContext caller) {
    return caller.depth + 1 >= caller.tx.limits.maxCallDepth();
  }

  /** The less of both, {@code gas} read as unsigned: negative asks for all that is left. */
  static long unsignedMin(long gas, long limit) {
    return Long.compareUnsigned(gas, limit) < 0 ? gas : limit;
  }

  private static ContractAbi.@Nullable Function resolve(
      ContractCode code, @Nullable String name, byte[] input, U128 amount) {
    if (name == null) {
      return null;
    }
    final boolean bare = name.isEmpty() && input.length == 0 && !amount.isZero();
    final ContractAbi.Function entry = bare ? code.resolveBareValue() : code.resolve(name);
    return entry == null || entry.is(Attribute.CONSTRUCTOR) ? null : entry;
  }

  /** The function name, or null when it is too long or not UTF-8. */
  static @Nullable String readName(
      CallContext context, Instance instance, int pointer, int length) {
    instance.memory.check(pointer, length);
    if (length > context.tx.limits.maxFunctionNameBytes()) {
      return null;
    }
    final byte[] bytes = instance.memory.read(pointer, length);
    for (byte b : bytes) {
      if (b < 0) {
        return decode(bytes);
      }
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static @Nullable String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Traps unless all that may be written after the call lies in memory. */
  static void checkOutput(CallContext context, Instance instance, int out, int outLength) {
    final int capacity = instance.memory.readInt(outLength);
    final int most = context.tx.limits.maxReturnDataBytes();
    instance.memory.check(out, Integer.compareUnsigned(capacity, most) < 0 ? capacity : most);
  }

  static void writeOutput(Instance instance, byte[] payload, int out, int outLength) {
    final long capacity = instance.memory.readInt(outLength) & 0xFFFFFFFFL;
    instance.memory.write(out, payload, 0, (int) Math.min(capacity, payload.length));
    instance.memory.writeInt(outLength, payload.length);
  }

  private static int failed(Instance instance, int outLength) {
    instance.memory.writeInt(outLength, 0);
    return HostCode.CALL_FAILED;
  }

  private static int settle(
      Instance instance, CallContext frame, int checkpoint, int out, int outLength) {
    if (frame.end != End.SUCCESS) {
      frame.tx.overlay.rollback(checkpoint);
      if (frame.end == End.OUT_OF_FUEL) {
        return HostCode.CALL_OUT_OF_GAS;
      }
    }
    writeOutput(instance, frame.payload, out, outLength);
    return frame.end == End.SUCCESS ? HostCode.OK : HostCode.CALL_FAILED;
  }
}
