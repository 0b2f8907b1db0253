package io.tidemill.executor;

import io.tidemill.executor.NativeModel.Answer;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.state.hash.Hash32;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the specification says about accounts, nonces, fees and calls, in plain maps and big
 * integers, written from state-and-transactions 1.5 to 1.8 and 6 and sharing no code with the
 * executor but the shape of a transaction. The natives are in {@link NativeModel}.
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

  record Expected(
      String status,
      int code,
      long gas,
      BigInteger fee,
      Address payer,
      boolean nonce,
      String data,
      List<String> events) {}

  final Map<Address, Holder> holders = new HashMap<>();
  final NativeModel natives = new NativeModel(this);
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

  void endWave(long anchor) {
    burned = burned.add(waveBurned);
    if (waveReward.signum() > 0) {
      give(Addresses.REWARD_POOL, waveReward);
    }
    if (waveTreasury.signum() > 0) {
      give(Addresses.TREASURY, waveTreasury);
    }
    natives.validators.endWave(anchor);
  }

  /** Everything there is, less what was minted since. */
  BigInteger supply() {
    BigInteger sum = burned.add(natives.held());
    for (Holder holder : holders.values()) {
      sum = sum.add(holder.balance).add(holder.tank);
    }
    return sum;
  }

  /** Nothing is created by giving nothing. */
  void give(Address address, BigInteger amount) {
    if (amount.signum() > 0) {
      holder(address).balance = holder(address).balance.add(amount);
    }
  }

  /** False, and nothing taken, when there is too little. */
  boolean take(Address address, BigInteger amount) {
    final Holder holder = holder(address);
    if (holder.balance.compareTo(amount) < 0) {
      return false;
    }
    holder.balance = holder.balance.subtract(amount);
    return true;
  }

  private static Expected free(int code) {
    return new Expected("REVERTED", code, 0, BigInteger.ZERO, null, false, "", List.of());
  }

  /** An entry that names the commitment it is the inner transaction of, or null. */
  Expected apply(Transaction tx, byte[] bytes, Hash32 revealOf) {
    if (natives.isPaused() && tx.type() != TransactionType.EMERGENCY_RESUME) {
      return free(107);
    }
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
    final int unrevealed = revealOf == null ? 0 : natives.checkRevealed(revealOf, bytes, tx);
    if (unrevealed == 112) {
      return free(112);
    }
    sender.used.add(tx.nonce());
    return unrevealed == 0 ? authenticated(tx, sender) : refuse(tx.from(), false, unrevealed);
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
    return new Expected("SUCCESS", 0, 0, BigInteger.ZERO, null, false, "", List.of());
  }

  private Expected authenticated(Transaction tx, Holder sender) {
    final Holder target = holders.get(tx.to());
    final boolean call = tx.type() == TransactionType.STANDARD && target != null && target.code;
    final String function = call ? function(tx) : "";
    final boolean sponsored = "free".equals(function);
    Address payer = sponsored ? tx.to() : tx.from();
    boolean tank = sponsored;
    long asked = 0;
    switch (tx.feePayer()) {
      case FeePayer.Sender _ -> {}
      case FeePayer.GasTank _ -> {
        if (!sponsored) {
          return refuse(tx.from(), false, 145);
        }
      }
      case FeePayer.Paymaster(Address paymaster) -> {
        if (!agrees(paymaster, tx)) {
          return refuse(tx.from(), false, 145);
        }
        payer = paymaster;
        tank = true;
        asked = 1_000;
      }
    }
    final BigInteger most = gas(tx.gasLimit());
    final BigInteger value = tx.value().toBigInteger();
    if (sender.balance.compareTo(value.add(tank ? BigInteger.ZERO : most)) < 0) {
      return refuse(tx.from(), false, 120);
    }
    if (tank && holders.get(payer).tank.compareTo(most) < 0) {
      return refuse(payer, true, 121);
    }
    final Answer answer;
    if (call) {
      answer = call(tx, sender, target, function, asked);
    } else if (tx.type() == TransactionType.STANDARD) {
      answer = transfer(tx, sender, value);
    } else {
      answer = natives.apply(tx);
    }
    return done(answer, Math.min(answer.gas() + asked, tx.gasLimit()), payer, tank);
  }

  /** The fake contract agrees to users whose address begins with an even byte. */
  private boolean agrees(Address paymaster, Transaction tx) {
    final Holder holder = holders.get(paymaster);
    return holder != null
        && holder.code
        && !paymaster.equals(tx.from())
        && Math.min(100_000, tx.gasLimit() - 21_000) >= 1_000
        && (tx.from().toBytes()[0] & 1) == 0;
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

  private Answer call(Transaction tx, Holder sender, Holder target, String function, long asked) {
    if (function == null) {
      return Answer.refused(140);
    }
    final List<String> known =
        List.of("work", "revert", "trap", "burn", "pay", "free", "validate_sponsorship");
    if (!known.contains(function)) {
      return Answer.refused(141);
    }
    if (!tx.value().isZero() && !function.equals("pay")) {
      return Answer.refused(143);
    }
    if (function.equals("burn") || tx.gasLimit() - 21_000 - asked < 1_000) {
      return new Answer(1, tx.gasLimit(), "", List.of());
    }
    switch (function) {
      case "revert" -> {
        return new Answer(200, 22_000, "6e6f", List.of());
      }
      case "trap" -> {
        return new Answer(10, 22_000, "", List.of());
      }
      default -> {
        sender.balance = sender.balance.subtract(tx.value().toBigInteger());
        target.balance = target.balance.add(tx.value().toBigInteger());
        work.merge(tx.to(), 1, Integer::sum);
        return new Answer(
            0,
            22_000,
            calldata(tx),
            List.of(ContractModel.event(tx.to(), "Worked()", tx.from().toBytes())));
      }
    }
  }

  private static String calldata(Transaction tx) {
    final byte[] data = tx.data();
    return data.length == 0
        ? ""
        : HexFormat.of().formatHex(data, 8 + (data[0] & 0xFF), data.length);
  }

  private Answer transfer(Transaction tx, Holder sender, BigInteger value) {
    if (tx.to().isZero()) {
      return Answer.refused(144);
    }
    if (value.signum() > 0 && !tx.to().equals(tx.from())) {
      sender.balance = sender.balance.subtract(value);
      give(tx.to(), value);
    }
    return Answer.done(21_000);
  }

  BigInteger gas(long amount) {
    return BigInteger.valueOf(amount).multiply(BigInteger.valueOf(baseFee));
  }

  private Expected refuse(Address payer, boolean tank, int code) {
    return done(Answer.refused(code), 21_000, payer, tank);
  }

  private Expected done(Answer answer, long gas, Address payer, boolean tank) {
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
    final String status =
        switch (answer.code()) {
          case 0 -> "SUCCESS";
          case NativeModel.OUT_OF_GAS -> "OUT_OF_GAS";
          default -> "REVERTED";
        };
    return new Expected(
        status, answer.code(), gas, fee, payer, true, answer.data(), answer.events());
  }
}
