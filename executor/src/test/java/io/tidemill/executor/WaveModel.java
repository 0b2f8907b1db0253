package io.tidemill.executor;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the specification says about accounts, nonces, fees and some natives, in plain maps and big
 * integers, written from state-and-transactions 1.5 to 1.14 and 6 and sharing no code with the
 * executor but the shape of a transaction.
 */
final class WaveModel {
  static final class Holder {
    BigInteger balance = BigInteger.ZERO;
    BigInteger tank = BigInteger.ZERO;
    boolean key;
    boolean code;
    final Set<Long> used = new HashSet<>();

    long base() {
      long base = 0;
      while (used.contains(base)) {
        base++;
      }
      return base;
    }
  }

  static final class Bonded {
    Address operator;
    BigInteger stake;

    /** active, unbonding, exited. */
    String status = "active";

    long since;
  }

  record Expected(
      String status, int code, long gas, BigInteger fee, Address payer, boolean nonce, int events) {
    Expected(int code, long gas, BigInteger fee, Address payer) {
      this("REVERTED", code, gas, fee, payer, true, 0);
    }
  }

  final Map<Address, Holder> holders = new HashMap<>();
  final Map<Address, Bonded> bonds = new HashMap<>();
  final Map<Address, Integer> work = new HashMap<>();
  BigInteger burned = BigInteger.ZERO;
  BigInteger waveBurned;
  BigInteger waveReward;
  BigInteger waveTreasury;
  long wave;
  long baseFee;

  Holder holder(Address address) {
    return holders.computeIfAbsent(address, _ -> new Holder());
  }

  void beginWave(long id, long fee) {
    wave = id;
    baseFee = fee;
    waveBurned = BigInteger.ZERO;
    waveReward = BigInteger.ZERO;
    waveTreasury = BigInteger.ZERO;
  }

  void endWave() {
    burned = burned.add(waveBurned);
    if (waveReward.signum() > 0) {
      give(Addresses.REWARD_POOL, waveReward);
    }
    if (waveTreasury.signum() > 0) {
      give(Addresses.TREASURY, waveTreasury);
    }
  }

  BigInteger supply() {
    BigInteger sum = burned;
    for (Holder holder : holders.values()) {
      sum = sum.add(holder.balance).add(holder.tank);
    }
    for (Bonded bonded : bonds.values()) {
      sum = sum.add(bonded.stake);
    }
    return sum;
  }

  private void give(Address address, BigInteger amount) {
    holder(address).balance = holder(address).balance.add(amount);
  }

  private static Expected free(int code) {
    return new Expected("REVERTED", code, 0, BigInteger.ZERO, null, false, 0);
  }

  Expected apply(Transaction tx) {
    if (tx.gasLimit() < 21_000 || tx.gasLimit() > 1_600_000_000L || tx.data().length > 65_536) {
      return free(108);
    }
    if (tx.hasDeadline() && wave > tx.deadline()) {
      return free(106);
    }
    if (tx.chainId() != 31337) {
      return free(101);
    }
    final Holder sender = holders.get(tx.from());
    if (tx.type() == TransactionType.REGISTER_PUBKEY) {
      return register(tx, sender);
    }
    if (sender == null) {
      return free(102);
    }
    if (!sender.key) {
      return free(103);
    }
    final long base = sender.base();
    if (tx.nonce() < base || tx.nonce() >= base + 16 || sender.used.contains(tx.nonce())) {
      return free(105);
    }
    sender.used.add(tx.nonce());
    return authenticated(tx, sender);
  }

  private Expected register(Transaction tx, Holder sender) {
    if (sender == null) {
      return free(102);
    }
    if (tx.signature().length > 0) {
      return free(104);
    }
    if (sender.key
        || sender.code
        || sender.balance.signum() == 0
        || tx.data().length != 897
        || !Addresses.ofPublicKey(tx.data()).equals(tx.from())) {
      return free(111);
    }
    sender.key = true;
    return new Expected("SUCCESS", 0, 0, BigInteger.ZERO, null, false, 0);
  }

  private Expected authenticated(Transaction tx, Holder sender) {
    final Holder target = holders.get(tx.to());
    final boolean call = tx.type() == TransactionType.STANDARD && target != null && target.code;
    final String function = call ? function(tx) : "";
    final boolean sponsored = "free".equals(function);
    if (tx.feePayer() instanceof FeePayer.GasTank && !sponsored) {
      return refuse(tx.from(), false, 145);
    }
    final BigInteger most = gas(tx.gasLimit());
    final BigInteger value = tx.value().toBigInteger();
    final BigInteger own =
        value
            .add(sponsored ? BigInteger.ZERO : most)
            .add(
                tx.type() == TransactionType.DEPLOY ? BigInteger.valueOf(11_000) : BigInteger.ZERO);
    if (sender.balance.compareTo(own) < 0) {
      return refuse(tx.from(), false, 120);
    }
    if (sponsored && target.tank.compareTo(most) < 0) {
      return refuse(tx.to(), true, 121);
    }
    final Address payer = sponsored ? tx.to() : tx.from();
    if (call) {
      return call(tx, sender, target, function, payer, sponsored);
    }
    final int code =
        switch (tx.type()) {
          case STANDARD -> transfer(tx, sender, value);
          case STAKE_DEPOSIT -> bond(tx, sender, value);
          case STAKE_WITHDRAW -> unbond(tx);
          case CLAIM_REWARD -> claim(tx);
          case DEPOSIT_GAS_TANK -> fill(tx, sender, value);
          default -> throw new IllegalArgumentException(tx.type().name());
        };
    return code == 0
        ? done("SUCCESS", 0, 21_000, payer, false, 0)
        : done("REVERTED", code, 21_000, payer, false, 0);
  }

  /** The function's name, or null when the data is no call payload. */
  private static String function(Transaction tx) {
    final byte[] data = tx.data();
    if (data.length == 0) {
      return tx.value().isZero() ? "" : "pay";
    }
    if (data.length < 8) {
      return null;
    }
    final int length = data[0] & 0xFF;
    final int rest = data.length - 8 - length;
    if (data[1] != 0 || data[2] != 0 || data[3] != 0 || rest < 0 || data[4 + length] != rest) {
      return null;
    }
    return new String(Arrays.copyOfRange(data, 4, 4 + length), StandardCharsets.UTF_8);
  }

  private Expected call(
      Transaction tx, Holder sender, Holder target, String function, Address payer, boolean tank) {
    if (function == null) {
      return done("REVERTED", 140, 21_000, payer, tank, 0);
    }
    final List<String> known =
        List.of("work", "revert", "trap", "burn", "pay", "free", "validate_sponsorship");
    if (!known.contains(function)) {
      return done("REVERTED", 141, 21_000, payer, tank, 0);
    }
    if (!tx.value().isZero() && !function.equals("pay")) {
      return done("REVERTED", 143, 21_000, payer, tank, 0);
    }
    if (function.equals("burn") || tx.gasLimit() - 21_000 < 1_000) {
      return done("OUT_OF_GAS", 1, tx.gasLimit(), payer, tank, 0);
    }
    if (function.equals("revert")) {
      return done("REVERTED", 200, 22_000, payer, tank, 0);
    }
    if (function.equals("trap")) {
      return done("REVERTED", 10, 22_000, payer, tank, 0);
    }
    sender.balance = sender.balance.subtract(tx.value().toBigInteger());
    target.balance = target.balance.add(tx.value().toBigInteger());
    work.merge(tx.to(), 1, Integer::sum);
    return done("SUCCESS", 0, 22_000, payer, tank, 1);
  }

  private int transfer(Transaction tx, Holder sender, BigInteger value) {
    if (tx.to().isZero()) {
      return 144;
    }
    if (value.signum() > 0 && !tx.to().equals(tx.from())) {
      sender.balance = sender.balance.subtract(value);
      give(tx.to(), value);
    }
    return 0;
  }

  private int bond(Transaction tx, Holder sender, BigInteger value) {
    if (!tx.to().isZero()) {
      return 144;
    }
    if (tx.data().length != 897 || tx.data()[0] != 9) {
      return 140;
    }
    final Address validator = Addresses.ofPublicKey(tx.data());
    long live = 0;
    for (Bonded bonded : bonds.values()) {
      if (bonded.operator.equals(tx.from()) && !bonded.status.equals("exited")) {
        live++;
      }
    }
    if (value.compareTo(BigInteger.valueOf(10_000_000_000_000L)) < 0
        || bonds.containsKey(validator)
        || live >= 3) {
      return 146;
    }
    sender.balance = sender.balance.subtract(value);
    final Bonded bonded = new Bonded();
    bonded.operator = tx.from();
    bonded.stake = value;
    bonds.put(validator, bonded);
    holder(validator).key = true;
    return 0;
  }

  private int unbond(Transaction tx) {
    if (!tx.value().isZero() || tx.data().length > 0) {
      return 140;
    }
    final Bonded bonded = bonds.get(tx.from());
    if (bonded == null || !bonded.status.equals("active")) {
      return 146;
    }
    bonded.status = "unbonding";
    bonded.since = wave;
    return 0;
  }

  private int claim(Transaction tx) {
    if (!tx.value().isZero() || tx.data().length > 0) {
      return 140;
    }
    final Bonded bonded = bonds.get(tx.from());
    if (bonded == null || bonded.status.equals("exited")) {
      return 146;
    }
    if (bonded.status.equals("unbonding") && wave >= bonded.since + 5_184_000) {
      throw new IllegalStateException("no test is so long");
    }
    return 0;
  }

  private int fill(Transaction tx, Holder sender, BigInteger value) {
    if (tx.data().length != 32) {
      return 140;
    }
    final Holder contract = holders.get(Address.at(tx.data(), 0));
    if (contract == null || !contract.code) {
      return 146;
    }
    sender.balance = sender.balance.subtract(value);
    contract.tank = contract.tank.add(value);
    return 0;
  }

  private BigInteger gas(long amount) {
    return BigInteger.valueOf(amount).multiply(BigInteger.valueOf(baseFee));
  }

  private Expected refuse(Address payer, boolean tank, int code) {
    return done("REVERTED", code, 21_000, payer, tank, 0);
  }

  private Expected done(
      String status, int code, long gas, Address payer, boolean tank, int events) {
    final Holder holder = holders.get(payer);
    final BigInteger fee = gas(gas).min(tank ? holder.tank : holder.balance);
    if (tank) {
      holder.tank = holder.tank.subtract(fee);
    } else {
      holder.balance = holder.balance.subtract(fee);
    }
    final BigInteger burn =
        fee.multiply(BigInteger.valueOf(3_000)).divide(BigInteger.valueOf(10_000));
    final BigInteger reward =
        fee.multiply(BigInteger.valueOf(5_000)).divide(BigInteger.valueOf(10_000));
    waveBurned = waveBurned.add(burn);
    waveReward = waveReward.add(reward);
    waveTreasury = waveTreasury.add(fee.subtract(burn).subtract(reward));
    return new Expected(status, code, gas, fee, payer, true, events);
  }
}
