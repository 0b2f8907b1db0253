package io.tidemill.executor.host;

import io.tidemill.executor.Event;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.host.CallContext.Guard;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Contracts that make contracts. The child runs the template's code under an address of its own and
 * has no owner. Source: host-abi 2.12, decisions S12, W7.
 */
public final class Factory {
  private static final Hash32 INSTANTIATED =
      Blake3.hash("pyde.Instantiated".getBytes(StandardCharsets.US_ASCII));

  private Factory() {}

  /** Creates a child of {@code template}'s code and runs its constructor. */
  public static int instantiate(
      Instance instance,
      int template,
      int salt,
      int init,
      int initLength,
      int value,
      long gas,
      int childOut,
      int out,
      int outLength) {
    final CallContext factory = CallContext.enter(instance, HostFunction.INSTANTIATE);
    factory.chargeBytes(instance, HostFunction.INSTANTIATE, initLength & 0xFFFFFFFFL);
    final TransactionContext tx = factory.tx;
    if (factory.view) {
      throw Trap.of(TrapCode.VIEW_FUNCTION_STATE_MODIFY);
    }
    if (Calls.isTooDeep(factory)) {
      throw Trap.of(TrapCode.CALL_DEPTH_EXCEEDED);
    }
    if (initLength < 0 || initLength > tx.limits.maxInitCalldataBytes()) {
      return HostCode.INVALID_INPUT;
    }
    if (tx.instantiates >= tx.limits.maxInstantiatesPerTransaction()) {
      return HostCode.TOO_MANY_CHILDREN;
    }
    tx.instantiates++;
    final Address origin = new Address(factory.readHash(instance, template));
    final Hash32 saltBytes = factory.readHash(instance, salt);
    final byte[] input = instance.memory.read(init, initLength);
    final U128 endowment = factory.readAmount(instance, value);
    final Address child = Addresses.child(factory.self, origin, saltBytes);
    factory.writeHash(instance, childOut, child.raw());

    final ContractCode code = Frames.codeOf(tx, origin);
    if (code == null) {
      return HostCode.TEMPLATE_NOT_FOUND;
    }
    final int refused = occupied(tx.ledger, child);
    if (refused != HostCode.OK) {
      return refused;
    }
    final ContractAbi.Function constructor = code.constructor();
    if (constructor == null && initLength > 0) {
      return HostCode.CONSTRUCTOR_MISMATCH;
    }
    if (!tx.ledger.holdsAtLeast(factory.self, endowment)) {
      return HostCode.INSUFFICIENT_BALANCE;
    }
    Calls.checkOutput(factory, instance, out, outLength);
    final int checkpoint = tx.overlay.checkpoint();
    create(tx.ledger, child, code.codeHash());
    if (tx.ledger.move(factory.self, child, endowment) == Ledger.Move.OVERFLOW) {
      throw Trap.of(TrapCode.BALANCE_OVERFLOW);
    }
    tx.overlay.emit(announcement(factory.self, child, origin, saltBytes, endowment));
    final CallContext frame =
        new CallContext(
            tx,
            factory,
            code,
            child,
            factory.self,
            endowment,
            constructor == null ? "" : constructor.name(),
            input,
            false,
            false,
            Guard.CALL);
    Frames.run(
        CallTracer.Kind.CONSTRUCTOR,
        frame,
        constructor == null ? null : constructor.name(),
        Calls.unsignedMin(gas, instance.fuel),
        instance.framesLeft,
        instance.slotsLeft);
    instance.fuel -= frame.fuelUsed;
    if (frame.end != End.SUCCESS) {
      tx.overlay.rollback(checkpoint);
    }
    Calls.writeOutput(instance, frame.payload, out, outLength);
    return frame.end == End.SUCCESS ? HostCode.OK : HostCode.CONSTRUCTOR_REVERTED;
  }

  private static int occupied(Ledger ledger, Address child) {
    final Account occupant = ledger.account(child);
    if (occupant != null && !occupant.isBalanceShell()) {
      return HostCode.CHILD_OCCUPIED;
    }
    if (ledger.prefixOwner(child) != null) {
      return HostCode.PREFIX_COLLISION;
    }
    return ledger.mayHold(child) ? HostCode.OK : HostCode.INVALID_ADDRESS;
  }

  /** Makes {@code address} a contract and claims its first 16 bytes; a balance stays. */
  public static void create(Ledger ledger, Address address, Hash32 codeHash) {
    final Account shell = ledger.account(address);
    ledger.put((shell == null ? Account.empty(address) : shell).asContract(codeHash));
    ledger.claimPrefix(address);
  }

  /** Emitted under the factory's address before whatever the constructor emits (host-abi 6.8). */
  private static Event announcement(
      Address factory, Address child, Address template, Hash32 salt, U128 endowment) {
    final byte[] data = new byte[2 * Hash32.LENGTH + U128.LENGTH];
    factory.raw().writeTo(data, 0);
    salt.writeTo(data, Hash32.LENGTH);
    endowment.writeTo(data, 2 * Hash32.LENGTH);
    return new Event(factory, List.of(INSTANTIATED, child.raw(), template.raw()), data);
  }
}
