package io.tidemill.executor.host;

import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;

/** Native money of accounts. Source: host-abi 2.5, decisions H2, S12. */
public final class Balances {
  private Balances() {}

  /** The balance of an account, zero when there is none; -8 for the zero address. */
  public static int balance(Instance instance, int address, int out) {
    final CallContext context = CallContext.enter(instance, HostFunction.BALANCE);
    final Address of = new Address(context.readHash(instance, address));
    if (of.isZero()) {
      return HostCode.INVALID_ADDRESS;
    }
    context.writeAmount(instance, out, context.tx.ledger.balance(of));
    return HostCode.OK;
  }

  /** The balance in the shape without a result; the zero address traps. */
  public static void balanceVoid(Instance instance, int address, int out) {
    if (balance(instance, address, out) != HostCode.OK) {
      throw Trap.of(TrapCode.INVALID_HOST_ARGUMENT);
    }
  }

  /** Pays from the frame's own account. Runs no code of the recipient. */
  public static int transfer(Instance instance, int to, int amount) {
    final CallContext context = CallContext.enter(instance, HostFunction.TRANSFER);
    final Address recipient = new Address(context.readHash(instance, to));
    final U128 quanta = context.readAmount(instance, amount);
    if (context.view) {
      return HostCode.FORBIDDEN;
    }
    if (recipient.isZero()) {
      return HostCode.INVALID_ADDRESS;
    }
    return switch (context.tx.ledger.move(context.self, recipient, quanta)) {
      case DONE -> HostCode.OK;
      case INSUFFICIENT -> HostCode.INSUFFICIENT_BALANCE;
      case FOREIGN_RECORD -> HostCode.INVALID_ADDRESS;
      case OVERFLOW -> throw Trap.of(TrapCode.BALANCE_OVERFLOW);
    };
  }
}
