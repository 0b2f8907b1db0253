package io.tidemill.executor;

import io.tidemill.executor.ModelBytes.In;
import io.tidemill.executor.ModelBytes.Malformed;
import io.tidemill.executor.ModelBytes.Out;
import io.tidemill.executor.ModelBytes.Signed;
import io.tidemill.executor.NativeModel.Answer;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Owners, upgrades, deposits and gas tanks of contracts in plain maps, written from decisions S4
 * and S13.
 */
final class ContractModel {
  static final int NOT_OWNER = 151;
  static final long GRACE = 10;

  /** A contract that can be upgraded. */
  static final class Owned {
    Address owner;
    BigInteger deposit;
    Hash32 code;
    Hash32 pending;
    long effective;

    Hash32 active(long wave) {
      return pending != null && wave >= effective ? pending : code;
    }
  }

  private final WaveModel chain;
  private final NativeModel natives;
  final Map<Address, Owned> byAddress = new HashMap<>();

  ContractModel(WaveModel chain, NativeModel natives) {
    this.chain = chain;
    this.natives = natives;
  }

  BigInteger deposits() {
    BigInteger sum = BigInteger.ZERO;
    for (Owned contract : byAddress.values()) {
      sum = sum.add(contract.deposit);
    }
    return sum;
  }

  /** The deposit goes to the treasury; false when there is none. */
  boolean forfeit(Address contract) {
    final Owned owned = byAddress.get(contract);
    if (owned == null || owned.deposit.signum() == 0) {
      return false;
    }
    chain.give(Addresses.TREASURY, owned.deposit);
    owned.deposit = BigInteger.ZERO;
    return true;
  }

  Answer schedule(Transaction tx, In in) throws Malformed {
    final Address address = in.address();
    final byte[] wasm = in.bytes();
    final boolean governed = in.more();
    final List<Signed> bundle = governed ? in.bundle() : List.of();
    in.end();
    final long extra = governed ? 50_000 + 50_000L * bundle.size() : 0;
    if (!NativeModel.affords(tx, extra + 21_000)) {
      return NativeModel.outOfGas(tx);
    }
    final Hash32 hash = Blake3.hash(wasm);
    final byte[] payload = new Out().address(address).hash(hash).done();
    if (governed && !natives.authorize(0x40, payload, bundle)) {
      return Answer.refused(NativeModel.BAD_BUNDLE);
    }
    final Owned owned = byAddress.get(address);
    if (owned == null || !governed && !owned.owner.equals(tx.from())) {
      return new Answer(
          owned == null ? NativeModel.REFUSED : NOT_OWNER, 21_000 + extra, "", List.of());
    }
    final long gas = 32_000 + 200L * wasm.length;
    if (!NativeModel.affords(tx, gas + extra)) {
      return NativeModel.outOfGas(tx);
    }
    natives.multisigNonce += governed ? 1 : 0;
    final Hash32 active = owned.active(chain.wave);
    owned.code = active;
    owned.pending = hash;
    owned.effective = chain.wave + GRACE;
    final byte[] data = new Out().hash(active).number(owned.effective, 8).done();
    return new Answer(
        0, gas + extra, hash.toHex(), List.of(event(address, "pyde.UpgradeScheduled", data, hash)));
  }

  Answer cancel(Transaction tx, In in) throws Malformed {
    final Address address = in.address();
    final boolean governed = in.more();
    final List<Signed> bundle = governed ? in.bundle() : List.of();
    in.end();
    final long gas = governed ? 50_000 + 50_000L * bundle.size() : 21_000;
    if (!NativeModel.affords(tx, gas)) {
      return NativeModel.outOfGas(tx);
    }
    if (governed && !natives.authorize(0x41, address.toBytes(), bundle)) {
      return Answer.refused(NativeModel.BAD_BUNDLE);
    }
    final Owned owned = byAddress.get(address);
    if (owned != null && !governed && !owned.owner.equals(tx.from())) {
      return Answer.refused(NOT_OWNER);
    }
    if (owned == null || owned.pending == null || owned.pending.equals(owned.active(chain.wave))) {
      return Answer.refused(NativeModel.REFUSED);
    }
    natives.multisigNonce += governed ? 1 : 0;
    final Hash32 pending = owned.pending;
    owned.pending = null;
    owned.effective = 0;
    return new Answer(
        0, gas, "", List.of(event(address, "pyde.UpgradeCancelled", new byte[0], pending)));
  }

  Answer handOver(Transaction tx, In in) throws Malformed {
    final Address address = in.address();
    final Address owner = in.address();
    in.end();
    final Owned owned = byAddress.get(address);
    if (owned == null || owner.isZero()) {
      return Answer.refused(NativeModel.REFUSED);
    }
    if (!owned.owner.equals(tx.from())) {
      return Answer.refused(NOT_OWNER);
    }
    owned.owner = owner;
    return new Answer(
        0,
        21_000,
        "",
        List.of(
            event(
                address, "pyde.OwnershipTransferred", new byte[0], tx.from().raw(), owner.raw())));
  }

  static String event(Address contract, String name, byte[] data, Hash32... topics) {
    final StringBuilder text = new StringBuilder(contract.toString()).append(' ');
    text.append(Blake3.hash(name.getBytes(StandardCharsets.UTF_8)).toHex());
    for (Hash32 topic : topics) {
      text.append(' ').append(topic.toHex());
    }
    return text.append(" : ").append(HexFormat.of().formatHex(data)).toString();
  }

  Answer fill(Transaction tx, In in) throws Malformed {
    final Address address = in.address();
    in.end();
    final WaveModel.Holder contract = chain.holders.get(address);
    if (contract == null || !contract.code) {
      return Answer.refused(NativeModel.REFUSED);
    }
    chain.take(tx.from(), tx.value().toBigInteger());
    contract.tank = contract.tank.add(tx.value().toBigInteger());
    return Answer.done(21_000);
  }

  Answer drain(Transaction tx, In in) throws Malformed {
    final Address address = in.address();
    final BigInteger amount = in.u128();
    final Address to = in.address();
    in.end();
    final Owned owned = byAddress.get(address);
    if (owned == null) {
      return Answer.refused(NativeModel.REFUSED);
    }
    if (!owned.owner.equals(tx.from())) {
      return Answer.refused(NOT_OWNER);
    }
    final WaveModel.Holder contract = chain.holder(address);
    final boolean paying =
        tx.feePayer() instanceof FeePayer.Paymaster(Address payer) && payer.equals(address);
    if (paying || contract.tank.compareTo(amount) < 0 || to.isZero()) {
      return Answer.refused(NativeModel.REFUSED);
    }
    contract.tank = contract.tank.subtract(amount);
    chain.give(to, amount);
    return Answer.done(21_000);
  }
}
