package io.tidemill.client.wavefile;

import com.google.protobuf.ByteString;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.hash.Blake3;
import io.tidemill.client.keys.FalconKey;
import io.tidemill.client.tx.Address;
import io.tidemill.client.tx.FeePayer;
import io.tidemill.client.tx.Transaction;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Seeded waves of the ten developer accounts: transfers, hot spots, native transactions, contract
 * calls, and invalid ones. The same settings give the same transactions; only signatures differ,
 * because signing is randomized.
 */
public final class WaveGenerator {
  /** How many developer accounts send. */
  private static final int ACCOUNTS = 10;

  // Types of native transactions, as the chain numbers them.
  private static final int CLAIM_REWARD = 0x07;
  private static final int MULTISIG = 0x09;
  private static final int COMMIT = 0x11;
  private static final int DEPOSIT_GAS_TANK = 0x43;

  private static final long CALL_GAS = 500_000;
  private static final long BASE_FEE = 100;

  /**
   * What to generate.
   *
   * @param firstNonce the next nonce of every account
   * @param hotPercent transfers to one account, in percent of all transactions
   * @param nativePercent native transactions, in percent
   * @param invalidPercent transactions that must cost nobody anything, in percent
   * @param callPercent token transfers, in percent, when there is a token
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
      byte @Nullable [] token,
      boolean signed) {}

  private final Settings settings;
  private final SplittableRandom random;
  private final List<FalconKey> keys = new ArrayList<>();
  private final long[] nonces = new long[ACCOUNTS];
  private final String tokenName;

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
      for (int i = 0; i < settings.transactions(); i++) {
        final boolean deploys = w == 0 && i == 0 && settings.token() != null;
        entries.add(
            new WaveFile.FileEntry(false, null, ByteString.copyFrom(deploys ? deploy() : next(w))));
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

  private byte[] next(int wave) {
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
    return send(account(), transfer -> transfer, anyone());
  }

  private int account() {
    return random.nextInt(ACCOUNTS);
  }

  private Address anyone() {
    if (random.nextInt(4) != 0) {
      return keys.get(account()).address();
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

  private byte[] deploy() {
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
            tokenName,
            module,
            supply,
            100_000_000,
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

  /** A commitment, a claim without a validator, a deposit to nobody, a spend without signatures. */
  private byte[] nativeTransaction() {
    final int from = account();
    final byte[] data = new byte[48];
    random.nextBytes(data);
    final int type =
        switch (random.nextInt(4)) {
          case 0 -> CLAIM_REWARD;
          case 1 -> DEPOSIT_GAS_TANK;
          case 2 -> MULTISIG;
          default -> COMMIT;
        };
    for (int i = 32; i < 48; i++) {
      data[i] = 0;
    }
    final byte[] payload =
        switch (type) {
          case CLAIM_REWARD -> new byte[0];
          case DEPOSIT_GAS_TANK -> Arrays.copyOf(data, 32);
          default -> data;
        };
    final Transaction transaction =
        Transaction.standard(
                settings.chainId(),
                keys.get(from).address(),
                Address.ZERO,
                type == COMMIT ? BigInteger.valueOf(1_000_000_000L) : BigInteger.ZERO,
                payload,
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
