package io.tidemill.executor.nativetx;

import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import java.util.ArrayList;
import java.util.List;

/**
 * A validator. Borsh: operator 32, public_key bytes, stake u128, status u8, unbond_at option u64,
 * last_claimed_rps u128, uptime_bps u16, jail_until option u64, jails u8, active_since_epoch u64,
 * offenses vec of u32 (how often, by offense number minus one). Source: state-and-transactions
 * 1.10, order ours (decisions O7).
 *
 * @param stake what is locked; not in any balance
 * @param unbondAt the wave of the withdrawal, or -1
 * @param jailUntil the first wave that may end the jail, or -1
 * @param jails how often it was jailed
 */
public record ValidatorRecord(
    Address operator,
    byte[] publicKey,
    U128 stake,
    Status status,
    long unbondAt,
    U128 lastClaimed,
    int uptimeBps,
    long jailUntil,
    int jails,
    long activeSinceEpoch,
    List<Integer> offenses) {
  /** Where it stands. */
  public enum Status {
    ACTIVE(0),
    UNBONDING(1),
    EXITED(2),
    JAILED(3);

    private static final Status[] BY_TAG = values();

    private final int tag;

    Status(int tag) {
      this.tag = tag;
    }
  }

  public ValidatorRecord {
    offenses = List.copyOf(offenses);
  }

  /** A validator that has just bonded. */
  static ValidatorRecord bonded(Address operator, byte[] key, U128 stake, long epoch) {
    return new ValidatorRecord(
        operator, key, stake, Status.ACTIVE, -1, U128.ZERO, 10_000, -1, 0, epoch, List.of());
  }

  ValidatorRecord withStatus(Status value) {
    return new ValidatorRecord(
        operator,
        publicKey,
        stake,
        value,
        unbondAt,
        lastClaimed,
        uptimeBps,
        jailUntil,
        jails,
        activeSinceEpoch,
        offenses);
  }

  ValidatorRecord withStake(U128 value) {
    return new ValidatorRecord(
        operator,
        publicKey,
        value,
        status,
        unbondAt,
        lastClaimed,
        uptimeBps,
        jailUntil,
        jails,
        activeSinceEpoch,
        offenses);
  }

  ValidatorRecord withKey(byte[] value) {
    return new ValidatorRecord(
        operator,
        value,
        stake,
        status,
        unbondAt,
        lastClaimed,
        uptimeBps,
        jailUntil,
        jails,
        activeSinceEpoch,
        offenses);
  }

  ValidatorRecord unbonding(long wave) {
    return new ValidatorRecord(
        operator,
        publicKey,
        stake,
        Status.UNBONDING,
        wave,
        lastClaimed,
        uptimeBps,
        jailUntil,
        jails,
        activeSinceEpoch,
        offenses);
  }

  ValidatorRecord jailed(long until) {
    return new ValidatorRecord(
        operator,
        publicKey,
        stake,
        status == Status.ACTIVE ? Status.JAILED : status,
        unbondAt,
        lastClaimed,
        uptimeBps,
        Math.max(jailUntil, until),
        Math.min(jails + 1, 255),
        activeSinceEpoch,
        offenses);
  }

  /** How often the offense with this index was punished before. */
  int timesPunished(int index) {
    return index < offenses.size() ? offenses.get(index) : 0;
  }

  ValidatorRecord punished(int index) {
    final List<Integer> counts = new ArrayList<>(offenses);
    while (counts.size() <= index) {
      counts.add(0);
    }
    counts.set(index, counts.get(index) + 1);
    return new ValidatorRecord(
        operator,
        publicKey,
        stake,
        status,
        unbondAt,
        lastClaimed,
        uptimeBps,
        jailUntil,
        jails,
        activeSinceEpoch,
        counts);
  }

  /** The Borsh bytes. */
  public byte[] encode() {
    final BorshWriter out = new BorshWriter(1_024).hash32(operator.raw()).bytes(publicKey);
    stake.write(out);
    out.u8(status.tag);
    writeOption(out, unbondAt);
    lastClaimed.write(out);
    out.u16(uptimeBps);
    writeOption(out, jailUntil);
    out.u8(jails).u64(activeSinceEpoch).u32(offenses.size());
    for (int count : offenses) {
      out.u32(count);
    }
    return out.toBytes();
  }

  /**
   * The record in {@code bytes}.
   *
   * @throws io.tidemill.executor.borsh.BorshException if it is none
   */
  public static ValidatorRecord decode(byte[] bytes) {
    final BorshReader in = new BorshReader(bytes);
    final Address operator = new Address(in.hash32("operator"));
    final byte[] key = in.bytes("public_key");
    final U128 stake = U128.read(in, "stake");
    final Status status = Status.BY_TAG[in.tag("status", Status.BY_TAG.length)];
    final long unbondAt = readOption(in, "unbond_at");
    final U128 claimed = U128.read(in, "last_claimed_rps");
    final int uptime = in.u16("uptime_bps");
    final long jailUntil = readOption(in, "jail_until");
    final int jails = in.u8("jails");
    final long since = in.u64("active_since_epoch");
    final int count = in.count("offenses", 4);
    final List<Integer> offenses = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      offenses.add(in.u32("offenses"));
    }
    in.end("validator record");
    return new ValidatorRecord(
        operator, key, stake, status, unbondAt, claimed, uptime, jailUntil, jails, since, offenses);
  }

  private static void writeOption(BorshWriter out, long value) {
    out.bool(value >= 0);
    if (value >= 0) {
      out.u64(value);
    }
  }

  private static long readOption(BorshReader in, String field) {
    return in.option(field) ? in.u64(field) : -1;
  }
}
