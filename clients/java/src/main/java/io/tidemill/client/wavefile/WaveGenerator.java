package io.tidemill.client.wavefile;

import com.google.protobuf.ByteString;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.hash.Blake3;
import io.tidemill.client.keys.FalconKey;
import io.tidemill.client.tx.Address;
import io.tidemill.client.tx.FeePayer;
import io.tidemill.client.tx.Transaction;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Seeded waves of the ten developer accounts: transfers, hot spots, native transactions, deploys,
 * contract calls, and invalid ones. The same settings give the same transactions; only signatures
 * differ, because signing is randomized.
 */
public final class WaveGenerator {
  /** How many developer accounts send. */
  private static final int ACCOUNTS = 10;

  // Types of native transactions, as the chain numbers them.
  private static final int CLAIM_REWARD = 0x06;
  private static final int MULTISIG = 0x09;
  private static final int COMMIT = 0x11;
  private static final int REVEAL = 0x12;
  private static final int TRANSFER_OWNERSHIP = 0x42;
  private static final int DEPOSIT_GAS_TANK = 0x43;

  /**
   * The account behind commitments, which sends nothing else: its nonces are used in the order in
   * which they are opened.
   */
  private static final int PROMISER = ACCOUNTS - 1;

  private static final long CALL_GAS = 500_000;
  private static final long DEPLOY_GAS = 20_000_000;
  private static final long BASE_FEE = 100;
  private static final long BOND = 1_000_000_000L;
  private static final byte[] COMMITMENT_DOMAIN =
      "pyde-commit-reveal-v1".getBytes(StandardCharsets.US_ASCII);

  /**
   * What to generate.
   *
   * @param firstNonce the next nonce of every account
   * @param hotPercent transfers to one account, in percent of all transactions
   * @param nativePercent native transactions, in percent
   * @param invalidPercent transactions that must cost nobody anything, in percent
   * @param callPercent token transfers, in percent, when there is a token
   * @param deployPercent deploys of the token under names of their own, in percent
   * @param token a module to deploy in the first wave, or null
   * @param signed whether to sign; chains that trust their client do not need it
   */
  public record Settings(
      long chainId,
      long seed,
      int waves,
      int transactions,
      long firstNonce,
      int hotPercent,
      int nativePercent,
      int invalidPercent,
      int callPercent,
      int deployPercent,
      byte @Nullable [] token,
      boolean signed) {}

  private final Settings settings;
  private final SplittableRandom random;
  private final List<FalconKey> keys = new ArrayList<>();
  private final long[] nonces = new long[ACCOUNTS];
  private final String tokenName;

  /** Commitments of earlier waves that nobody has opened. */
  private final Deque<Promise> promises = new ArrayDeque<>();

  /** What has to follow the transaction that was made last. */
  private final Deque<WaveFile.FileEntry> following = new ArrayDeque<>();

  private int wave;
  private int room;
  private int deployed;

  /** A transaction that was promised in {@code wave}. */
  private record Promise(int wave, byte[] commitment, byte[] nonce, byte[] inner) {}

  /** A generator; makes the keys of the developer accounts. */
  public WaveGenerator(Settings settings) {
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed());
    this.tokenName = "token-" + Long.toUnsignedString(settings.seed());
    for (int i = 0; i < ACCOUNTS; i++) {
      keys.add(FalconKey.devnet(i));
      nonces[i] = settings.firstNonce();
    }
  }

  /** The file. */
  public WaveFile generate() {
    final List<WaveFile.FileWave> waves = new ArrayList<>();
    for (int w = 0; w < settings.waves(); w++) {
      final List<WaveFile.FileEntry> entries = new ArrayList<>();
      wave = w;
      while (entries.size() < settings.transactions()) {
        room = settings.transactions() - entries.size();
        final boolean deploys = w == 0 && entries.isEmpty() && settings.token() != null;
        final byte[] transaction = deploys ? deploy(tokenName) : next();
        entries.add(new WaveFile.FileEntry(false, null, ByteString.copyFrom(transaction)));
        while (!following.isEmpty()) {
          entries.add(following.poll());
        }
      }
      final byte[] beacon = new BorshWriter().u64(settings.seed()).u64(w).toBytes();
      waves.add(
          new WaveFile.FileWave(
              1_700_000_000L + w,
              ByteString.copyFrom(Blake3.hash(beacon)),
              BigInteger.valueOf(BASE_FEE),
              0,
              entries,
              List.of(),
              List.of()));
    }
    return new WaveFile(settings.chainId(), waves);
  }

  private byte[] next() {
    final int dice = random.nextInt(100);
    int limit = settings.invalidPercent();
    if (dice < limit) {
      return invalid();
    }
    limit += settings.nativePercent();
    if (dice < limit) {
      return nativeTransaction();
    }
    limit += settings.hotPercent();
    if (dice < limit) {
      return send(account(), transfer -> transfer, keys.getFirst().address());
    }
    limit += settings.callPercent();
    if (dice < limit && settings.token() != null && wave > 0) {
      return call();
    }
    limit += settings.deployPercent();
    if (dice < limit && settings.token() != null) {
      return deploy(tokenName + "-" + ++deployed);
    }
    return send(account(), transfer -> transfer, anyone());
  }

  private int account() {
    return random.nextInt(PROMISER);
  }

  private Address anyone() {
    if (random.nextInt(4) != 0) {
      return keys.get(random.nextInt(ACCOUNTS)).address();
    }
    final byte[] stranger = new byte[Address.LENGTH];
    random.nextBytes(stranger);
    return Address.of(stranger);
  }

  private interface Change {
    Transaction of(Transaction transfer);
  }

  private byte[] send(int from, Change change, Address to) {
    final Transaction transfer =
        Transaction.transfer(
            settings.chainId(),
            keys.get(from).address(),
            to,
            BigInteger.valueOf(random.nextInt(1_000_000)),
            nonces[from]++);
    return finish(from, change.of(transfer));
  }

  private byte[] finish(int from, Transaction transaction) {
    return (settings.signed() ? keys.get(from).sign(transaction) : transaction).encode();
  }

  private byte[] deploy(String name) {
    final byte[] module = settings.token();
    if (module == null) {
      throw new IllegalStateException("no module to deploy");
    }
    final byte[] supply = new BorshWriter().u128(1L << 60).toBytes();
    return finish(
        0,
        Transaction.deploy(
            settings.chainId(),
            keys.getFirst().address(),
            name,
            module,
            supply,
            DEPLOY_GAS,
            nonces[0]++));
  }

  private byte[] call() {
    final byte[] arguments =
        new BorshWriter().fixed(anyone().toBytes()).u128(random.nextInt(1_000)).toBytes();
    return finish(
        0,
        Transaction.call(
            settings.chainId(),
            keys.getFirst().address(),
            Address.ofContract(tokenName),
            "transfer",
            arguments,
            CALL_GAS,
            nonces[0]++));
  }

  /**
   * Commitments and their openings, gas for the token, its ownership; a claim without a validator
   * and a spend without signatures, which are refused.
   */
  private byte[] nativeTransaction() {
    final int from = account();
    final boolean called = settings.token() != null && wave > 0;
    return switch (random.nextInt(6)) {
      case 0 -> nativeOf(from, CLAIM_REWARD, 0, new byte[0]);
      case 1 -> nativeOf(from, MULTISIG, 0, spend());
      case 2 ->
          nativeOf(
              called ? 0 : from,
              TRANSFER_OWNERSHIP,
              0,
              token().fixed(keys.getFirst().address().toBytes()).toBytes());
      case 3 -> nativeOf(from, DEPOSIT_GAS_TANK, random.nextInt(1_000), token().toBytes());
      case 4 -> commit(from);
      default -> {
        final Promise promise = promises.peek();
        yield promise == null || promise.wave() == wave || room < 2 ? commit(from) : reveal(from);
      }
    };
  }

  private BorshWriter token() {
    return new BorshWriter().fixed(Address.ofContract(tokenName).toBytes());
  }

  private byte[] spend() {
    final BorshWriter out = new BorshWriter().fixed(anyone().toBytes());
    return out.u128(1).u32(0).toBytes();
  }

  private byte[] commit(int from) {
    final byte[] inner = send(PROMISER, transfer -> transfer, anyone());
    final byte[] nonce = new byte[Address.LENGTH];
    random.nextBytes(nonce);
    final byte[] commitment = Blake3.hash(COMMITMENT_DOMAIN, inner, nonce);
    promises.add(new Promise(wave, commitment, nonce, inner));
    final BorshWriter data = new BorshWriter().fixed(commitment);
    return nativeOf(from, COMMIT, BOND, data.u128(1_000_000).toBytes());
  }

  /** Opens the oldest commitment; the transaction behind it follows. */
  private byte[] reveal(int from) {
    final Promise promise = promises.remove();
    following.add(
        new WaveFile.FileEntry(
            false,
            ByteString.copyFrom(promise.commitment()),
            ByteString.copyFrom(promise.inner())));
    final BorshWriter data = new BorshWriter().fixed(promise.commitment());
    return nativeOf(from, REVEAL, 0, data.fixed(promise.nonce()).bytes(promise.inner()).toBytes());
  }

  private byte[] nativeOf(int from, int type, long value, byte[] data) {
    final Transaction transaction =
        Transaction.standard(
                settings.chainId(),
                keys.get(from).address(),
                Address.ZERO,
                BigInteger.valueOf(value),
                data,
                CALL_GAS,
                nonces[from]++)
            .withType(type);
    return finish(from, transaction);
  }

  /** Wrong chain, far nonce, expired, nobody's account, a tank that does not pay, rubbish. */
  private byte[] invalid() {
    final int from = account();
    final Address sender = keys.get(from).address();
    final BigInteger one = BigInteger.ONE;
    return switch (random.nextInt(6)) {
      case 0 ->
          finish(
              from,
              Transaction.transfer(settings.chainId() + 1, sender, sender, one, nonces[from]));
      case 1 ->
          finish(
              from,
              Transaction.transfer(settings.chainId(), sender, sender, one, nonces[from] + 1_000));
      case 2 ->
          finish(
              from,
              Transaction.transfer(settings.chainId(), sender, sender, one, nonces[from])
                  .withDeadline(0));
      case 3 ->
          finish(from, Transaction.transfer(settings.chainId(), anyone(), sender, one, 1_000));
      case 4 -> send(from, transfer -> transfer.withFeePayer(FeePayer.GAS_TANK), sender);
      default -> {
        final byte[] rubbish = new byte[random.nextInt(300)];
        random.nextBytes(rubbish);
        yield rubbish;
      }
    };
  }
}
