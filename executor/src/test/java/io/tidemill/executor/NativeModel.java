package io.tidemill.executor;

import io.tidemill.executor.ModelBytes.In;
import io.tidemill.executor.ModelBytes.Malformed;
import io.tidemill.executor.ModelBytes.Out;
import io.tidemill.executor.ModelBytes.Signed;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The native transactions of the treasury, the airdrop and commitments, in plain maps, written from
 * state-and-transactions 1.11 to 1.14 and decisions S14. Validators are in {@link ValidatorModel},
 * contracts in {@link ContractModel}.
 */
final class NativeModel {
  static final int MALFORMED = 140;
  static final int REFUSED = 146;
  static final int BAD_BUNDLE = 152;
  static final int OUT_OF_GAS = 1;
  static final long WINDOW = 3;

  /** What a native transaction came to: a code, gas, and what a receipt shows besides. */
  record Answer(int code, long gas, String data, List<String> events) {
    static Answer done(long gas) {
      return new Answer(0, gas, "", List.of());
    }

    static Answer refused(int code) {
      return new Answer(code, 21_000, "", List.of());
    }
  }

  /** A commitment. */
  static final class Promise {
    Address committer;
    BigInteger ceiling;
    BigInteger bond;
    long wave;
    long revealed = -1;
    Hash32 nonce;
  }

  private final WaveModel chain;
  final ValidatorModel validators;
  final ContractModel owned;
  List<byte[]> signers = new ArrayList<>();
  int threshold;
  long multisigNonce;
  long pauseEnd;
  Hash32 airdropRoot;
  long airdropDeadline;
  final Set<Long> claimed = new HashSet<>();

  /** By index: who may claim how much, and the only proof of it. */
  final Map<Long, byte[]> leaves = new HashMap<>();

  final Map<Hash32, Promise> promises = new HashMap<>();

  NativeModel(WaveModel chain) {
    this.chain = chain;
    this.validators = new ValidatorModel(chain);
    this.owned = new ContractModel(chain, this);
  }

  boolean isPaused() {
    return Long.compareUnsigned(chain.wave, pauseEnd) < 0;
  }

  BigInteger held() {
    BigInteger sum = validators.held();
    for (Promise promise : promises.values()) {
      sum = sum.add(promise.bond);
    }
    return sum.add(owned.deposits());
  }

  Answer apply(Transaction tx) {
    if (!tx.to().isZero()) {
      return Answer.refused(144);
    }
    final boolean takesValue =
        switch (tx.type()) {
          case STAKE_DEPOSIT, COMMIT, DEPOSIT_GAS_TANK -> true;
          default -> false;
        };
    if (!takesValue && !tx.value().isZero()) {
      return Answer.refused(MALFORMED);
    }
    final In in = new In(tx.data());
    try {
      return switch (tx.type()) {
        case MULTISIG -> spend(tx, in);
        case ROTATE_MULTISIG -> rotate(tx, in);
        case EMERGENCY_PAUSE -> pause(tx, in);
        case EMERGENCY_RESUME -> resume(tx, in);
        case CLAIM_AIRDROP -> claimAirdrop(tx, in);
        case SWEEP_AIRDROP -> sweep(tx, in);
        case COMMIT -> commit(tx, in);
        case REVEAL -> reveal(in);
        case SCHEDULE_UPGRADE -> owned.schedule(tx, in);
        case CANCEL_UPGRADE -> owned.cancel(tx, in);
        case TRANSFER_OWNERSHIP -> owned.handOver(tx, in);
        case DEPOSIT_GAS_TANK -> owned.fill(tx, in);
        case WITHDRAW_GAS_TANK -> owned.drain(tx, in);
        case DISPUTE_SLASH -> dispute(tx, in);
        default -> validators.apply(tx, in);
      };
    } catch (Malformed e) {
      return Answer.refused(MALFORMED);
    }
  }

  static boolean affords(Transaction tx, long gas) {
    return tx.gasLimit() >= gas;
  }

  static Answer outOfGas(Transaction tx) {
    return new Answer(OUT_OF_GAS, tx.gasLimit(), "", List.of());
  }

  /** The first {@code threshold} signatures are by different signers over the canonical message. */
  boolean authorize(int domain, byte[] payload, List<Signed> bundle) {
    if (signers.isEmpty() || bundle.size() < threshold) {
      return false;
    }
    final Set<Long> seen = new HashSet<>();
    for (Signed signed : bundle) {
      if (signed.signer() >= signers.size() || !seen.add(signed.signer())) {
        return false;
      }
    }
    final byte[] message = ModelBytes.canonical(domain, multisigNonce, payload);
    for (Signed signed : bundle.subList(0, threshold)) {
      if (!ModelBytes.verify(signers.get((int) signed.signer()), message, signed.signature())) {
        return false;
      }
    }
    return true;
  }

  private Answer spend(Transaction tx, In in) throws Malformed {
    final Address target = in.address();
    final BigInteger amount = in.u128();
    final boolean forfeit = target.isZero() && amount.signum() == 0;
    final Address contract = forfeit ? in.address() : Address.ZERO;
    final List<Signed> bundle = in.bundle();
    in.end();
    final long gas = 50_000 + 50_000L * bundle.size();
    if (!affords(tx, gas)) {
      return outOfGas(tx);
    }
    final Out payload = new Out().address(target).fixed(Arrays.copyOfRange(tx.data(), 32, 48));
    if (forfeit && !contract.isZero()) {
      payload.address(contract);
    } else if (target.isZero()
        || amount.signum() == 0
        || target.equals(Addresses.TREASURY)
        || target.equals(tx.from())) {
      return Answer.refused(REFUSED);
    }
    if (!authorize(0x09, payload.done(), bundle)) {
      return Answer.refused(BAD_BUNDLE);
    }
    if (forfeit) {
      if (!owned.forfeit(contract)) {
        return Answer.refused(REFUSED);
      }
    } else {
      if (!chain.take(Addresses.TREASURY, amount)) {
        return Answer.refused(REFUSED);
      }
      chain.give(target, amount);
    }
    multisigNonce++;
    return Answer.done(gas);
  }

  private Answer rotate(Transaction tx, In in) throws Malformed {
    final long count = in.u32();
    if (count > 16) {
      throw new Malformed();
    }
    final List<byte[]> keys = new ArrayList<>();
    final Set<Hash32> different = new HashSet<>();
    boolean sound = count > 0;
    for (long i = 0; i < count; i++) {
      keys.add(in.bytes());
      sound &= different.add(Blake3.hash(keys.getLast())) && isKey(keys.getLast());
    }
    final int wanted = in.u8();
    final byte[] payload = Arrays.copyOf(tx.data(), tx.data().length - in.left());
    final List<Signed> bundle = in.bundle();
    in.end();
    final long gas = 60_000 + 50_000L * bundle.size() + 10_000 * count;
    if (!affords(tx, gas)) {
      return outOfGas(tx);
    }
    if (!sound || wanted < 1 || wanted > count) {
      return Answer.refused(REFUSED);
    }
    if (!authorize(0x0A, payload, bundle)) {
      return Answer.refused(BAD_BUNDLE);
    }
    signers = keys;
    threshold = wanted;
    multisigNonce++;
    return Answer.done(gas);
  }

  /** The generator has no keys with coefficients out of range. */
  static boolean isKey(byte[] key) {
    return key.length == 897 && key[0] == 9;
  }

  private Answer pause(Transaction tx, In in) throws Malformed {
    final List<Signed> bundle = in.bundle();
    final boolean bounded = in.more();
    final long duration = bounded ? in.u64() : 0;
    in.end();
    if (bounded && (duration < 1 || duration > 6_500_000)) {
      return Answer.refused(MALFORMED);
    }
    final long gas = 40_000 + 50_000L * bundle.size();
    if (!affords(tx, gas)) {
      return outOfGas(tx);
    }
    final byte[] payload = bounded ? new Out().number(duration, 8).done() : new byte[0];
    if (!authorize(0x0B, payload, bundle)) {
      return Answer.refused(BAD_BUNDLE);
    }
    pauseEnd = bounded ? chain.wave + duration + 1 : -1;
    multisigNonce++;
    return Answer.done(gas);
  }

  private Answer resume(Transaction tx, In in) throws Malformed {
    final List<Signed> bundle = in.bundle();
    in.end();
    final long gas = 40_000 + 50_000L * bundle.size();
    if (!affords(tx, gas)) {
      return outOfGas(tx);
    }
    if (!isPaused()) {
      return Answer.refused(REFUSED);
    }
    if (!authorize(0x0C, new byte[0], bundle)) {
      return Answer.refused(BAD_BUNDLE);
    }
    pauseEnd = 0;
    multisigNonce++;
    return Answer.done(gas);
  }

  private Answer dispute(Transaction tx, In in) throws Malformed {
    final long id = in.u64();
    final int action = in.u8();
    if (action > 1) {
      throw new Malformed();
    }
    final int bps = action == 0 ? 0 : in.u16();
    final List<Signed> bundle = in.bundle();
    in.end();
    if (bps > 10_000) {
      return Answer.refused(MALFORMED);
    }
    final long gas = 50_000 + 50_000L * bundle.size();
    if (!affords(tx, gas)) {
      return outOfGas(tx);
    }
    if (!validators.canReduce(id, bps)) {
      return Answer.refused(REFUSED);
    }
    final byte[] payload = Arrays.copyOf(tx.data(), action == 0 ? 9 : 11);
    if (!authorize(0x10, payload, bundle)) {
      return Answer.refused(BAD_BUNDLE);
    }
    validators.reduce(id, bps);
    multisigNonce++;
    return Answer.done(gas);
  }

  private Answer claimAirdrop(Transaction tx, In in) throws Malformed {
    final long index = in.u64();
    final BigInteger amount = in.u128();
    final int levels = in.u8();
    if (levels > 64) {
      throw new Malformed();
    }
    in.fixed(32 * levels);
    in.end();
    final long gas = 30_000 + 5_000L * levels;
    if (!affords(tx, gas)) {
      return outOfGas(tx);
    }
    final byte[] leaf = new Out().address(tx.from()).fixed(tx.data()).done();
    if (chain.wave > airdropDeadline
        || claimed.contains(index)
        || !Arrays.equals(leaves.get(index), leaf)
        || !chain.take(Addresses.AIRDROP_POOL, amount)) {
      return Answer.refused(REFUSED);
    }
    chain.give(tx.from(), amount);
    claimed.add(index);
    return Answer.done(gas);
  }

  private Answer sweep(Transaction tx, In in) throws Malformed {
    in.end();
    if (!affords(tx, 40_000)) {
      return outOfGas(tx);
    }
    final BigInteger residue = chain.holder(Addresses.AIRDROP_POOL).balance;
    if (residue.signum() == 0 || chain.wave <= airdropDeadline) {
      return Answer.refused(REFUSED);
    }
    chain.take(Addresses.AIRDROP_POOL, residue);
    chain.give(Addresses.TREASURY, residue);
    return Answer.done(40_000);
  }

  private Answer commit(Transaction tx, In in) throws Malformed {
    final Hash32 commitment = in.hash();
    final BigInteger ceiling = in.u128();
    in.end();
    final BigInteger bond = tx.value().toBigInteger();
    final BigInteger least = ceiling.divide(BigInteger.valueOf(100));
    if (bond.compareTo(least.max(BigInteger.valueOf(1_000_000_000L))) < 0
        || promises.containsKey(commitment)) {
      return Answer.refused(REFUSED);
    }
    chain.take(tx.from(), bond);
    final Promise promise = new Promise();
    promise.committer = tx.from();
    promise.ceiling = ceiling;
    promise.bond = bond;
    promise.wave = chain.wave;
    promises.put(commitment, promise);
    return Answer.done(21_000);
  }

  private Answer reveal(In in) throws Malformed {
    final Hash32 commitment = in.hash();
    final Hash32 nonce = in.hash();
    final byte[] inner = in.bytes();
    in.end();
    final Promise promise = promises.get(commitment);
    if (promise == null
        || promise.nonce != null
        || chain.wave <= promise.wave
        || chain.wave > promise.wave + WINDOW
        || !commitment.equals(ModelBytes.commitment(inner, nonce))) {
      return Answer.refused(REFUSED);
    }
    chain.give(promise.committer, promise.bond);
    promise.bond = BigInteger.ZERO;
    promise.nonce = nonce;
    promise.revealed = chain.wave;
    return Answer.done(21_000);
  }

  /** The reject code of a revealed inner transaction, or 0 when it may run. */
  int checkRevealed(Hash32 commitment, byte[] bytes, Transaction inner) {
    final Promise promise = promises.get(commitment);
    if (promise == null
        || promise.nonce == null
        || promise.revealed != chain.wave
        || !commitment.equals(ModelBytes.commitment(bytes, promise.nonce))) {
      return 112;
    }
    return switch (inner.type()) {
      case COMMIT, REVEAL -> MALFORMED;
      default -> inner.value().toBigInteger().compareTo(promise.ceiling) > 0 ? 153 : 0;
    };
  }

  /** Bonds whose window has passed with this wave are burnt. */
  void expirePromises() {
    promises
        .entrySet()
        .removeIf(
            entry -> {
              final boolean over = entry.getValue().wave == chain.wave - WINDOW - 1;
              if (over) {
                chain.burned = chain.burned.add(entry.getValue().bond);
              }
              return over;
            });
  }
}
