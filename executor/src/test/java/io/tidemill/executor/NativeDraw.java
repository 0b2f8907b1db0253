package io.tidemill.executor;

import io.tidemill.executor.ModelBytes.Out;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Draws native transactions that are often right, because it looks at the model. */
final class NativeDraw {
  static final long DEADLINE = 300;
  static final long AIRDROP = 8_000;
  private static final int LEAVES = 8;

  /** The airdrop: what claims must look like, sender first. */
  record Tree(Hash32 root, Map<Long, byte[]> leaves) {}

  /** A transaction behind a commitment. */
  record Inner(Hash32 commitment, Hash32 nonce, byte[] bytes, Transaction transaction) {}

  private static final TransactionType[] TYPES = {
    TransactionType.STAKE_DEPOSIT,
    TransactionType.STAKE_DEPOSIT,
    TransactionType.STAKE_WITHDRAW,
    TransactionType.CLAIM_REWARD,
    TransactionType.SLASH,
    TransactionType.SLASH,
    TransactionType.UNJAIL,
    TransactionType.UNJAIL,
    TransactionType.ROTATE_VALIDATOR_KEYS,
    TransactionType.DISPUTE_SLASH,
    TransactionType.MULTISIG,
    TransactionType.ROTATE_MULTISIG,
    TransactionType.CLAIM_AIRDROP,
    TransactionType.CLAIM_AIRDROP,
    TransactionType.SWEEP_AIRDROP,
    TransactionType.COMMIT,
    TransactionType.COMMIT,
    TransactionType.REVEAL,
    TransactionType.REVEAL,
    TransactionType.SCHEDULE_UPGRADE,
    TransactionType.CANCEL_UPGRADE,
    TransactionType.TRANSFER_OWNERSHIP,
    TransactionType.DEPOSIT_GAS_TANK,
    TransactionType.DEPOSIT_GAS_TANK,
    TransactionType.WITHDRAW_GAS_TANK,
  };

  private final WaveModel model;
  private final List<byte[]> modules;
  private final List<Inner> promised = new ArrayList<>();
  private final Deque<Inner> due = new ArrayDeque<>();
  private long innerNonce;
  private int multisigAhead;

  NativeDraw(WaveModel model, List<byte[]> modules) {
    this.model = model;
    this.modules = modules;
  }

  static Tree tree() {
    final Hash32[][] levels = new Hash32[4][];
    levels[0] = new Hash32[LEAVES];
    for (int i = 0; i < LEAVES; i++) {
      levels[0][i] =
          Poseidon2.hash(
              new Out()
                  .number(0, 1)
                  .number(i, 8)
                  .address(TestChain.user(i))
                  .number(500 + i, 16)
                  .done());
    }
    for (int level = 1; level < 4; level++) {
      levels[level] = new Hash32[LEAVES >> level];
      for (int i = 0; i < levels[level].length; i++) {
        levels[level][i] = Poseidon2.pair(levels[level - 1][2 * i], levels[level - 1][2 * i + 1]);
      }
    }
    final Map<Long, byte[]> leaves = new HashMap<>();
    for (int i = 0; i < LEAVES; i++) {
      final Out claim =
          new Out().address(TestChain.user(i)).number(i, 8).number(500 + i, 16).number(3, 1);
      for (int level = 0; level < 3; level++) {
        claim.hash(levels[level][i >> level ^ 1]);
      }
      leaves.put((long) i, claim.done());
    }
    return new Tree(levels[3][0], leaves);
  }

  void beginWave() {
    multisigAhead = 0;
  }

  /** The inner transaction of a reveal drawn before, or null. */
  @Nullable Inner pollInner() {
    return due.poll();
  }

  /** Makes {@code builder} a native transaction of {@code user}. */
  void fill(SplittableRandom random, TestChain.Builder builder, int user) {
    TransactionType type = TYPES[random.nextInt(TYPES.length)];
    if (random.nextInt(3) == 0) {
      type = fitting(TestChain.user(user), type);
    }
    if (model.natives.isPaused() && random.nextInt(10) == 0) {
      type = TransactionType.EMERGENCY_RESUME;
    } else if (random.nextInt(500) == 0) {
      type = TransactionType.EMERGENCY_PAUSE;
    }
    builder.type(type).gas(gas(random, type));
    if (random.nextInt(60) == 0) {
      builder.to(TestChain.user(1));
    }
    if (random.nextInt(60) == 0) {
      builder.value(3);
    }
    if (random.nextInt(25) == 0) {
      builder.payer(new FeePayer.Paymaster(Addresses.contract("model")));
    }
    byte[] data = payload(random, builder, type, user);
    if (random.nextInt(25) == 0) {
      data = Arrays.copyOf(data, Math.max(0, data.length + random.nextInt(3) - 1));
    }
    builder.data(data);
  }

  /** What a validator can do where it stands. */
  private TransactionType fitting(Address user, TransactionType other) {
    final ValidatorModel.Validator validator = model.natives.validators.byAddress.get(user);
    return validator == null
        ? other
        : switch (validator.status) {
          case "JAILED" -> TransactionType.UNJAIL;
          case "UNBONDING" -> TransactionType.CLAIM_REWARD;
          case "ACTIVE" -> TransactionType.ROTATE_VALIDATOR_KEYS;
          default -> other;
        };
  }

  private static long gas(SplittableRandom random, TransactionType type) {
    if (type == TransactionType.SCHEDULE_UPGRADE && random.nextInt(4) > 0) {
      return 20_000_000;
    }
    return random.nextInt(12) == 0 ? 21_000 + random.nextInt(150_000) : 400_000;
  }

  private byte[] payload(
      SplittableRandom random, TestChain.Builder builder, TransactionType type, int user) {
    return switch (type) {
      case STAKE_DEPOSIT -> {
        builder.value(random.nextInt(5) == 0 ? 5 : 10_000_000_000_000L * (1 + random.nextInt(4)));
        yield TestChain.key(10 + random.nextInt(70));
      }
      case ROTATE_VALIDATOR_KEYS -> TestChain.key(100 + random.nextInt(20));
      case SLASH -> ValidatorModel.encode(evidence(random, random.nextInt(12) > 0));
      case DISPUTE_SLASH -> dispute(random);
      case MULTISIG -> spend(random, user);
      case ROTATE_MULTISIG -> rotate(random);
      case EMERGENCY_PAUSE -> {
        final byte[] duration = new Out().number(1 + random.nextInt(2), 8).done();
        yield new Out().fixed(bundle(random, 0x0B, duration)).fixed(duration).done();
      }
      case EMERGENCY_RESUME -> bundle(random, 0x0C, new byte[0]);
      case CLAIM_AIRDROP -> {
        final byte[] leaf = model.natives.leaves.get((long) Math.min(user, LEAVES - 1));
        yield Arrays.copyOfRange(leaf, 32, leaf.length);
      }
      case COMMIT -> commit(random, builder);
      case REVEAL -> reveal(random);
      case SCHEDULE_UPGRADE -> schedule(random);
      case CANCEL_UPGRADE -> {
        final Address contract = upgradable(random);
        final Out out = new Out().address(contract);
        yield random.nextInt(3) == 0
            ? out.fixed(bundle(random, 0x41, contract.toBytes())).done()
            : out.done();
      }
      case TRANSFER_OWNERSHIP ->
          new Out().address(contract(random)).address(TestChain.user(random.nextInt(3))).done();
      case DEPOSIT_GAS_TANK -> {
        builder.value(random.nextInt(1_000_000_000));
        yield contract(random).toBytes();
      }
      case WITHDRAW_GAS_TANK ->
          new Out()
              .address(contract(random))
              .number(random.nextInt(1_000_000), 16)
              .address(random.nextInt(9) == 0 ? Address.ZERO : TestChain.user(random.nextInt(20)))
              .done();
      default -> new byte[0];
    };
  }

  /** Only this one has real code. */
  private static Address upgradable(SplittableRandom random) {
    return random.nextInt(12) == 0 ? TestChain.user(1) : Addresses.contract("counter");
  }

  private static Address contract(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> Addresses.contract("model");
      case 3, 4 -> Addresses.contract("second");
      case 5, 6 -> Addresses.contract("counter");
      default -> TestChain.user(1);
    };
  }

  /** Signed for the nonce that the multisig will have if what was drawn before it goes through. */
  private byte[] bundle(SplittableRandom random, int domain, byte[] payload) {
    final List<byte[]> signers = model.natives.signers;
    int count = model.natives.threshold;
    if (random.nextInt(12) == 0) {
      count = random.nextInt(4);
    }
    final long nonce = model.natives.multisigNonce + (random.nextInt(15) == 0 ? 1 : multisigAhead);
    final byte[] message = ModelBytes.canonical(domain, nonce, payload);
    final Out out = new Out().number(count, 4);
    final int first = random.nextInt(signers.size());
    for (int i = 0; i < count; i++) {
      final int signer = random.nextInt(30) == 0 ? 0 : (first + i) % signers.size();
      out.number(signer, 4).bytes(ModelBytes.sign(signers.get(signer), message));
    }
    multisigAhead += random.nextInt(5) == 0 ? 0 : 1;
    return out.done();
  }

  private byte[] spend(SplittableRandom random, int user) {
    final Out payload = new Out();
    if (random.nextInt(8) == 0) {
      payload.address(Address.ZERO).number(0, 16).address(contract(random));
    } else {
      payload
          .address(
              random.nextInt(10) == 0
                  ? Addresses.TREASURY
                  : TestChain.user(random.nextInt(10) == 0 ? user : random.nextInt(20)))
          .number(
              switch (random.nextInt(20)) {
                case 0 -> Long.MAX_VALUE;
                case 1, 2, 3, 4 -> 1_000_000_000_000L;
                default -> random.nextInt(1_000);
              },
              16);
    }
    return new Out().fixed(payload.done()).fixed(bundle(random, 0x09, payload.done())).done();
  }

  private byte[] rotate(SplittableRandom random) {
    final int count = random.nextInt(15) == 0 ? 0 : 1 + random.nextInt(4);
    final Out payload = new Out().number(count, 4);
    for (int i = 0; i < count; i++) {
      payload.bytes(TestChain.key(200 + (random.nextInt(20) == 0 ? 0 : i)));
    }
    payload.number(random.nextInt(15) == 0 ? 5 : Math.max(1, count - 1), 1);
    return new Out().fixed(payload.done()).fixed(bundle(random, 0x0A, payload.done())).done();
  }

  private byte[] dispute(SplittableRandom random) {
    final Long last =
        model.natives.validators.escrows.isEmpty()
            ? Long.valueOf(3)
            : model.natives.validators.escrows.lastKey();
    final Out payload = new Out().number(random.nextInt(8) == 0 ? 7 : last, 8);
    if (random.nextBoolean()) {
      payload.number(0, 1);
    } else {
      payload.number(1, 1).number(random.nextInt(30) == 0 ? 10_001 : random.nextInt(700), 2);
    }
    return new Out().fixed(payload.done()).fixed(bundle(random, 0x10, payload.done())).done();
  }

  ValidatorModel.Evidence evidence(SplittableRandom random, boolean safety) {
    final ValidatorModel validators = model.natives.validators;
    final Address offender =
        validators.seats.isEmpty() || random.nextInt(10) == 0
            ? TestChain.user(random.nextInt(20))
            : validators.seats.get(random.nextInt(validators.seats.size()));
    final int offense =
        random.nextInt(15) == 0 ? random.nextInt(9) : (safety ? 1 : 4) + random.nextInt(3);
    final long epoch = model.wave / ValidatorModel.EPOCH - random.nextInt(9) / 7;
    final byte[] head = new Out().number(random.nextInt(50), 8).number(0, 8).done();
    final Out header = new Out().number(offense, 1).number(epoch, 8).fixed(head);
    final byte[] a = new Out().fixed(header.done()).number(random.nextInt(3), 32).done();
    final byte[] b = new Out().fixed(header.done()).number(random.nextInt(9), 32).done();
    final ValidatorModel.Validator known = validators.byAddress.get(offender);
    final byte[] key = known == null || random.nextInt(15) == 0 ? TestChain.key(3) : known.key;
    return new ValidatorModel.Evidence(
        safety ? 1 : 2 + random.nextInt(2),
        offense,
        offender,
        epoch,
        head,
        a,
        ModelBytes.sign(key, a),
        b,
        ModelBytes.sign(key, b));
  }

  private byte[] commit(SplittableRandom random, TestChain.Builder builder) {
    final TestChain.Builder inner =
        new TestChain.Builder(TestChain.user(9), innerNonce++).gas(100_000);
    if (random.nextInt(12) == 0) {
      inner.type(TransactionType.COMMIT).data(new byte[48]);
    } else {
      inner.to(TestChain.user(random.nextInt(8))).value(random.nextInt(2_000));
    }
    final Transaction transaction = inner.build();
    final byte[] bytes = TransactionEncoder.encode(transaction);
    final Hash32 nonce = Blake3.hash(new Out().number(random.nextLong(), 8).done());
    final Hash32 commitment = ModelBytes.commitment(bytes, nonce);
    promised.add(new Inner(commitment, nonce, bytes, transaction));
    final long ceiling = random.nextInt(8) == 0 ? 500_000_000_000L : random.nextInt(20_000);
    builder.value(BigInteger.valueOf(ceiling).max(BigInteger.valueOf(1_000_000_000L)).longValue());
    return new Out().hash(commitment).number(ceiling, 16).done();
  }

  private byte[] reveal(SplittableRandom random) {
    if (promised.isEmpty()) {
      return new byte[68];
    }
    final Inner inner =
        promised.get(promised.size() - 1 - random.nextInt(Math.min(12, promised.size())));
    if (random.nextInt(10) > 0) {
      due.add(inner);
    }
    final Hash32 nonce = random.nextInt(15) == 0 ? Hash32.ZERO : inner.nonce();
    return new Out().hash(inner.commitment()).hash(nonce).bytes(inner.bytes()).done();
  }

  private byte[] schedule(SplittableRandom random) {
    final Address contract = upgradable(random);
    final byte[] wasm = modules.get(random.nextInt(modules.size()));
    final Out out = new Out().address(contract).bytes(wasm);
    final byte[] signed = new Out().address(contract).hash(Blake3.hash(wasm)).done();
    return random.nextInt(3) == 0 ? out.fixed(bundle(random, 0x40, signed)).done() : out.done();
  }
}
