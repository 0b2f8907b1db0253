package io.tidemill.executor;

import io.tidemill.executor.ModelBytes.In;
import io.tidemill.executor.ModelBytes.Malformed;
import io.tidemill.executor.ModelBytes.Out;
import io.tidemill.executor.NativeModel.Answer;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.Transaction;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Validators, slashes and rewards in plain maps, written from state-and-transactions 1.10, 1.12 and
 * 1.15 and decisions S14.
 */
final class ValidatorModel {
  static final long EPOCH = 10;
  static final long UNBONDING = 5;
  static final long DISPUTE_EPOCHS = 2;
  static final BigInteger STAKE = BigInteger.valueOf(10_000_000_000_000L);
  private static final BigInteger UNJAIL_FEE = BigInteger.valueOf(10_000_000_000L);
  private static final BigInteger WAGE = BigInteger.valueOf(13_698_630_136L);
  private static final BigInteger MOST_MINT = BigInteger.valueOf(3_424_657_534_246L);

  /** First share, greatest share, epochs in jail; the first three need two signatures. */
  private static final int[][] OFFENSES = {
    {1_000, 5_000, 1}, {1_000, 5_000, 1}, {500, 2_000, 1},
    {500, 3_000, 1}, {5, 1_000, 1}, {200, 500, 0},
  };

  static final class Validator {
    Address operator;
    byte[] key;
    BigInteger stake;
    String status = "ACTIVE";
    long unbondAt = -1;
    long jailUntil = -1;
    int jails;
    long since;
    final int[] punished = new int[OFFENSES.length];
  }

  static final class Escrow {
    Address validator;
    Address reporter;
    BigInteger amount;
    BigInteger stake;
    long matures;
  }

  /** Evidence as the consensus or a reporter sends it. */
  record Evidence(
      int kind,
      int offense,
      Address offender,
      long epoch,
      byte[] head,
      byte[] a,
      byte[] signedA,
      byte[] b,
      byte[] signedB) {}

  private final WaveModel chain;
  final Map<Address, Validator> byAddress = new HashMap<>();
  final List<Address> seats = new ArrayList<>();
  final Map<Long, Long> anchors = new HashMap<>();
  final TreeMap<Long, Escrow> escrows = new TreeMap<>();
  private final Set<String> once = new HashSet<>();
  private final Map<Long, Long> safetySlashes = new HashMap<>();
  private final Map<String, Integer> reports = new HashMap<>();
  private long nextEscrow;
  BigInteger minted = BigInteger.ZERO;

  ValidatorModel(WaveModel chain) {
    this.chain = chain;
  }

  BigInteger held() {
    BigInteger sum = minted.negate();
    for (Validator validator : byAddress.values()) {
      sum = sum.add(validator.stake);
    }
    for (Escrow escrow : escrows.values()) {
      sum = sum.add(escrow.amount);
    }
    return sum;
  }

  private long epoch() {
    return chain.wave / EPOCH;
  }

  Answer apply(Transaction tx, In in) throws Malformed {
    return switch (tx.type()) {
      case STAKE_DEPOSIT -> bond(tx);
      case ROTATE_VALIDATOR_KEYS -> rotate(tx);
      case SLASH -> report(tx, in);
      case STAKE_WITHDRAW -> unbond(tx, in);
      case CLAIM_REWARD -> claim(tx, in);
      case UNJAIL -> unjail(tx, in);
      default -> throw new IllegalArgumentException(tx.type().name());
    };
  }

  private Answer bond(Transaction tx) {
    if (!NativeModel.isKey(tx.data())) {
      return Answer.refused(NativeModel.MALFORMED);
    }
    final Address address = Addresses.ofPublicKey(tx.data());
    final long live =
        byAddress.values().stream()
            .filter(v -> v.operator.equals(tx.from()) && !v.status.equals("EXITED"))
            .count();
    final BigInteger value = tx.value().toBigInteger();
    if (value.compareTo(STAKE) < 0 || byAddress.containsKey(address) || live >= 3) {
      return Answer.refused(NativeModel.REFUSED);
    }
    chain.take(tx.from(), value);
    final Validator validator = new Validator();
    validator.operator = tx.from();
    validator.key = tx.data();
    validator.stake = value;
    validator.since = epoch();
    byAddress.put(address, validator);
    seats.add(address);
    chain.holder(address).key = true;
    return Answer.done(21_000);
  }

  private Answer rotate(Transaction tx) {
    if (!NativeModel.isKey(tx.data())) {
      return Answer.refused(NativeModel.MALFORMED);
    }
    final Validator validator = byAddress.get(tx.from());
    if (validator == null || !validator.status.equals("ACTIVE")) {
      return Answer.refused(NativeModel.REFUSED);
    }
    validator.key = tx.data();
    return Answer.done(21_000);
  }

  private Answer unbond(Transaction tx, In in) throws Malformed {
    in.end();
    final Validator validator = byAddress.get(tx.from());
    if (validator == null || !validator.status.equals("ACTIVE")) {
      return Answer.refused(NativeModel.REFUSED);
    }
    validator.status = "UNBONDING";
    validator.unbondAt = chain.wave;
    return Answer.done(21_000);
  }

  private Answer claim(Transaction tx, In in) throws Malformed {
    in.end();
    final Validator validator = byAddress.get(tx.from());
    if (validator == null
        || !validator.status.equals("ACTIVE") && !validator.status.equals("UNBONDING")) {
      return Answer.refused(NativeModel.REFUSED);
    }
    if (validator.status.equals("UNBONDING") && chain.wave >= validator.unbondAt + UNBONDING) {
      chain.give(tx.from(), validator.stake);
      validator.stake = BigInteger.ZERO;
      validator.status = "EXITED";
    }
    return Answer.done(21_000);
  }

  private Answer unjail(Transaction tx, In in) throws Malformed {
    in.end();
    final Validator validator = byAddress.get(tx.from());
    if (validator == null
        || !validator.status.equals("JAILED")
        || chain.wave < validator.jailUntil
        || validator.jails >= 3
        || validator.stake.compareTo(STAKE) < 0) {
      return Answer.refused(NativeModel.REFUSED);
    }
    final BigInteger needed = chain.gas(tx.gasLimit()).add(UNJAIL_FEE);
    if (chain.holder(tx.from()).balance.compareTo(needed) < 0) {
      return Answer.refused(120);
    }
    chain.take(tx.from(), UNJAIL_FEE);
    chain.burned = chain.burned.add(UNJAIL_FEE);
    validator.status = "ACTIVE";
    return Answer.done(21_000);
  }

  static byte[] encode(Evidence evidence) {
    final Out out = new Out().number(evidence.kind, 1).number(evidence.offense, 1);
    out.address(evidence.offender).number(evidence.epoch, 8);
    if (evidence.kind == 1) {
      out.fixed(evidence.head).bytes(evidence.a).bytes(evidence.signedA);
      out.bytes(evidence.b).bytes(evidence.signedB).number(0, 1);
    }
    return out.done();
  }

  private static Evidence decode(In in) throws Malformed {
    final int kind = in.u8();
    final int offense = in.u8();
    final Address offender = in.address();
    final long epoch = in.u64();
    if (kind != 1) {
      throw new Malformed();
    }
    final byte[] head = in.fixed(16);
    final Evidence evidence =
        new Evidence(
            kind, offense, offender, epoch, head, in.bytes(), in.bytes(), in.bytes(), in.bytes());
    if (in.u8() != 0) {
      throw new Malformed();
    }
    in.end();
    return evidence;
  }

  private Answer report(Transaction tx, In in) throws Malformed {
    final Evidence evidence = decode(in);
    final String reporter = tx.from() + " in " + epoch();
    if (reports.getOrDefault(reporter, 0) >= 5 || !punish(evidence, tx.from())) {
      return Answer.refused(NativeModel.REFUSED);
    }
    reports.merge(reporter, 1, Integer::sum);
    return Answer.done(21_000);
  }

  /** Punishes, or changes nothing when the evidence does not hold. */
  boolean punish(Evidence evidence, Address reporter) {
    final Validator validator = byAddress.get(evidence.offender);
    final int offense = evidence.offense - 1;
    if (validator == null
        || validator.status.equals("EXITED")
        || offense < 0
        || offense >= OFFENSES.length) {
      return false;
    }
    final boolean safety = offense < 3;
    final long age = epoch() - evidence.epoch;
    if (safety != (evidence.kind == 1)
        || evidence.epoch < 0
        || age < 0
        || age > (safety ? 168 : 1)
        || evidence.offender.equals(reporter)
        || validator.operator.equals(reporter)
        || safety && !isProven(evidence, validator.key)
        || !once.add(evidence.epoch + " " + evidence.offender + " " + offense)) {
      return false;
    }
    final int[] row = OFFENSES[offense];
    long bps = Math.min((long) row[0] * (validator.punished[offense] + 1), row[1]);
    if (validator.since == epoch()) {
      bps /= 2;
    }
    if (safety) {
      final long others = safetySlashes.merge(epoch(), 1L, Long::sum) - 1;
      bps = bps * Math.min(42 + others, 84) / 42;
    }
    bps = Math.min(bps, row[1]);
    final Escrow escrow = new Escrow();
    escrow.validator = evidence.offender;
    escrow.reporter = safety ? reporter : null;
    escrow.stake = validator.stake;
    escrow.amount = share(validator.stake, bps);
    escrow.matures = epoch() + DISPUTE_EPOCHS;
    escrows.put(nextEscrow++, escrow);
    validator.stake = validator.stake.subtract(escrow.amount);
    validator.punished[offense]++;
    if (row[2] > 0) {
      validator.status = validator.status.equals("ACTIVE") ? "JAILED" : validator.status;
      validator.jailUntil = Math.max(validator.jailUntil, chain.wave + row[2] * EPOCH);
      validator.jails++;
    }
    return true;
  }

  private static boolean isProven(Evidence evidence, byte[] key) {
    final byte[] header =
        new Out().number(evidence.offense, 1).number(evidence.epoch, 8).fixed(evidence.head).done();
    for (byte[] message : List.of(evidence.a, evidence.b)) {
      if (message.length < header.length + 32
          || !Arrays.equals(header, Arrays.copyOf(message, header.length))) {
        return false;
      }
    }
    return !Arrays.equals(evidence.a, evidence.b)
        && ModelBytes.verify(key, evidence.a, evidence.signedA)
        && ModelBytes.verify(key, evidence.b, evidence.signedB);
  }

  private static BigInteger share(BigInteger amount, long bps) {
    return amount.multiply(BigInteger.valueOf(bps)).divide(BigInteger.valueOf(10_000));
  }

  boolean canReduce(long id, int bps) {
    final Escrow escrow = escrows.get(id);
    return escrow != null && share(escrow.stake, bps).compareTo(escrow.amount) <= 0;
  }

  /** The escrow keeps a share of the stake before the slash; the rest goes back. */
  void reduce(long id, int bps) {
    final Escrow escrow = escrows.get(id);
    final BigInteger kept = share(escrow.stake, bps);
    final BigInteger back = escrow.amount.subtract(kept);
    final Validator validator = byAddress.get(escrow.validator);
    if (validator.status.equals("EXITED")) {
      chain.give(validator.operator, back);
    } else {
      validator.stake = validator.stake.add(back);
    }
    escrow.amount = kept;
    if (kept.signum() == 0) {
      escrows.remove(id);
    }
  }

  /** The steps of a wave's end, after its fees. */
  void endWave(long anchor) {
    if (anchor < seats.size()) {
      anchors.merge(anchor, 1L, Long::sum);
    }
    chain.natives.expirePromises();
    if (chain.wave % EPOCH == 0) {
      final List<Long> due =
          escrows.keySet().stream().filter(id -> escrows.get(id).matures == epoch()).toList();
      for (long id : due) {
        settle(escrows.remove(id));
      }
      reward();
    }
  }

  private void settle(Escrow escrow) {
    BigInteger burnt = escrow.amount;
    if (escrow.reporter != null) {
      final BigInteger treasury = share(escrow.amount, 3_000);
      burnt = share(escrow.amount, 5_000);
      chain.give(Addresses.TREASURY, treasury);
      chain.give(escrow.reporter, escrow.amount.subtract(burnt).subtract(treasury));
    }
    chain.burned = chain.burned.add(burnt);
    final Validator validator = byAddress.get(escrow.validator);
    if (!validator.status.equals("EXITED") && validator.stake.compareTo(STAKE) < 0) {
      chain.give(validator.operator, validator.stake);
      validator.stake = BigInteger.ZERO;
      validator.status = "EXITED";
    }
  }

  private void reward() {
    final List<Long> active = new ArrayList<>();
    long total = 0;
    for (int seat = 0; seat < seats.size(); seat++) {
      if (byAddress.get(seats.get(seat)).status.equals("ACTIVE")) {
        active.add((long) seat);
        total += anchors.getOrDefault((long) seat, 0L);
      }
    }
    if (!active.isEmpty()) {
      final BigInteger target = WAGE.multiply(BigInteger.valueOf(active.size()));
      final BigInteger pool = chain.holder(Addresses.REWARD_POOL).balance;
      final BigInteger mint = target.subtract(pool).max(BigInteger.ZERO).min(MOST_MINT);
      minted = minted.add(mint);
      chain.give(Addresses.REWARD_POOL, mint);
      final BigInteger budget = pool.add(mint).min(target);
      final BigInteger flat = share(budget, 5_000);
      final BigInteger each = flat.divide(BigInteger.valueOf(active.size()));
      for (long seat : active) {
        BigInteger wage = each;
        if (total > 0) {
          final BigInteger led = BigInteger.valueOf(anchors.getOrDefault(seat, 0L));
          wage = wage.add(budget.subtract(flat).multiply(led).divide(BigInteger.valueOf(total)));
        }
        chain.take(Addresses.REWARD_POOL, wage);
        chain.give(byAddress.get(seats.get((int) seat)).operator, wage);
      }
    }
    anchors.clear();
  }
}
