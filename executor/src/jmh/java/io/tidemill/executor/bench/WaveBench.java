package io.tidemill.executor.bench;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.GuardSource;
import io.tidemill.executor.Preparation;
import io.tidemill.executor.Prepared;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Rules;
import io.tidemill.executor.TestChain;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionDecoder;
import io.tidemill.executor.tx.TransactionHash;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.Snapshot;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyGenerationParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyPairGenerator;
import org.bouncycastle.pqc.crypto.falcon.FalconParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconPublicKeyParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconSigner;

/**
 * The stages of a transaction's life, hot, in processor time of one core where nothing else is
 * said: decoding, hashing, verifying, executing in a wave with receipts and commitments. Nothing is
 * committed.
 */
public final class WaveBench {
  private static final int USERS = 2_000;
  private static final int PER_WAVE = 10_000;

  private static final String USAGE =
      """
      usage: bench wave [--json] [--rounds N] [--token FILE]
      Transfers and token transfers per second of serial execution (decoding and hashing apart), and
      the microseconds of decoding, hashing and FALCON-512 verification.
        --json     one JSON object on one line
        --rounds   waves of 10,000 transactions to measure, after as many to warm up (default 20)
        --token    the token module (default executor/contracts/token/token.wasm)
      """;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private boolean json;
  private int rounds = 20;
  private Path token = Path.of("executor/contracts/token/token.wasm");

  private WaveBench() {}

  /** Runs the benchmark; exit code 2 for arguments that are none. */
  public static void main(String[] args) throws IOException, InterruptedException {
    final WaveBench bench = new WaveBench();
    try {
      if (!bench.read(args)) {
        System.out.print(USAGE);
        return;
      }
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(USAGE);
      System.exit(2);
    }
    bench.run();
  }

  private boolean read(String[] args) {
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "-h", "--help" -> {
          return false;
        }
        case "--json" -> json = true;
        case "--rounds" -> rounds = Integer.parseInt(value(args, ++i));
        case "--token" -> token = Path.of(value(args, ++i));
        default -> throw new IllegalArgumentException("unknown argument " + args[i]);
      }
    }
    return true;
  }

  private static String value(String[] args, int at) {
    if (at >= args.length) {
      throw new IllegalArgumentException(args[at - 1] + " needs a value");
    }
    return args[at];
  }

  private void run() throws IOException, InterruptedException {
    final TestChain chain = chain();
    final List<Wave.Entry> transfers = transfers(809);
    final double decode = decodeMicros(transfers);
    final double hash = hashMicros(transfers);
    final double transfersPerSecond = executePerSecond(chain, transfers);
    deployToken(chain);
    final double tokensPerSecond = executePerSecond(chain, tokenTransfers());
    final Falcon falcon = new Falcon();
    final double verify = falcon.processorMicros(rounds * 500);
    final double speedup = falcon.micros(1, rounds * 500) / falcon.micros(2, rounds * 500);
    System.out.printf(
        Locale.ROOT,
        json
            ? "{\"subject\":\"wave\",\"transfers_per_s\":%.0f,\"token_transfers_per_s\":%.0f,"
                + "\"falcon_verify_us\":%.2f,\"falcon_two_core_speedup\":%.2f,\"decode_us\":%.3f,"
                + "\"hash_us\":%.3f,\"decode_and_hash_us\":%.3f}%n"
            : "wave: %.0f transfers/s (goal 150000), %.0f token transfers/s, falcon verify %.2f µs"
                + " (goal 40) and x%.2f on two cores, decode %.3f µs, hash %.3f µs, both %.3f µs"
                + " (goal 10)%n",
        transfersPerSecond,
        tokensPerSecond,
        verify,
        speedup,
        decode,
        hash,
        decode + hash);
  }

  /** Nanoseconds of this thread's processor time: other processes do not count. */
  private static long now() {
    return THREADS.getCurrentThreadCpuTime();
  }

  private static Rules rules() {
    return Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
  }

  private static TestChain chain() {
    final ChicoryEngine reference = new ChicoryEngine();
    final ExecutorParts parts =
        new ExecutorParts(
            ChainSpecification.always(rules()),
            new WasmContractRuntimes(new JvmEngine(reference), reference),
            FalconVerifier.INSTANCE,
            GuardSource.NONE);
    return new TestChain(
        rules(),
        parts,
        ledger -> {
          for (int i = 0; i < USERS; i++) {
            ledger.put(
                Account.empty(user(i))
                    .withBalance(TestChain.RICH)
                    .withAuthKeys(new AuthKeys.Single(key(i)), 0));
          }
        });
  }

  private static byte[] key(int index) {
    final byte[] key = new byte[897];
    key[0] = 9;
    key[1] = (byte) index;
    key[2] = (byte) (index >> 8);
    key[3] = 1;
    return key;
  }

  private static Address user(int index) {
    return Addresses.ofPublicKey(key(index));
  }

  private static List<Wave.Entry> transfers(int signatureBytes) {
    final List<Wave.Entry> entries = new ArrayList<>(PER_WAVE);
    for (int i = 0; i < PER_WAVE; i++) {
      entries.add(
          TestChain.entry(
              new TestChain.Builder(user(i % USERS), i / USERS)
                  .to(user((i * 7 + 3) % USERS))
                  .value(1 + i)
                  .gas(21_000)
                  .signature(new byte[signatureBytes])
                  .build()));
    }
    return entries;
  }

  private static List<Wave.Entry> tokenTransfers() {
    final Address contract = Addresses.contract("token");
    final List<Wave.Entry> entries = new ArrayList<>(PER_WAVE);
    for (int i = 0; i < PER_WAVE; i++) {
      final BorshWriter calldata = new BorshWriter(48).hash32(user((i * 7 + 3) % USERS).raw());
      U128.of(1).write(calldata);
      final Transaction transaction =
          new TestChain.Builder(TestChain.user(0), i)
              .to(contract)
              .data(new CallPayload("transfer", calldata.toBytes()).encode())
              .gas(300_000)
              .build();
      entries.add(TestChain.entry(transaction));
    }
    return entries;
  }

  private void deployToken(TestChain chain) throws IOException {
    final BorshWriter supply = new BorshWriter(16);
    U128.of(1_000_000_000_000L).write(supply);
    final Receipt receipt =
        chain
            .run(
                TestChain.tx(0, 0)
                    .type(TransactionType.DEPLOY)
                    .gas(100_000_000)
                    .data(
                        new DeployData("token", Files.readAllBytes(token), 0, supply.toBytes())
                            .encode())
                    .build())
            .receipts()
            .getFirst();
    if (receipt.status() != Receipt.Status.SUCCESS) {
      throw new IllegalStateException("the token was not deployed: code " + receipt.code());
    }
  }

  /**
   * Waves are executed on the same base again and again; the pre-pass is measured and taken off.
   */
  private double executePerSecond(TestChain chain, List<Wave.Entry> entries) {
    final List<Wave.Entry> shifted = chain.store.head().wave() == 0 ? entries : shift(entries);
    final Wave wave = chain.wave(shifted);
    final Preparation preparation = new Preparation(FalconVerifier.INSTANCE);
    double total = Double.MAX_VALUE;
    double prePass = Double.MAX_VALUE;
    try (Snapshot base = chain.store.snapshot()) {
      for (int round = 0; round < 2 * rounds; round++) {
        final long start = now();
        final Prepared[] prepared = preparation.prepare(wave, base, chain.rules);
        final long between = now();
        final int receipts =
            chain.executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE).receipts().size();
        final long end = now();
        if (receipts != prepared.length) {
          throw new IllegalStateException(receipts + " receipts");
        }
        if (round >= rounds) {
          total = Math.min(total, end - between);
          prePass = Math.min(prePass, between - start);
        }
      }
      check(chain, wave, base);
    }
    return shifted.size() / ((total - prePass) / 1e9);
  }

  /** The same transactions one nonce on: the deployer has used its first one. */
  private static List<Wave.Entry> shift(List<Wave.Entry> entries) {
    final List<Wave.Entry> shifted = new ArrayList<>(entries.size());
    for (Wave.Entry entry : entries) {
      if (TransactionDecoder.decode(entry.bytes()) instanceof Transaction transaction) {
        shifted.add(
            TestChain.entry(
                new TestChain.Builder(transaction.from(), transaction.nonce() + 1)
                    .to(transaction.to())
                    .data(transaction.data())
                    .gas(transaction.gasLimit())
                    .build()));
      }
    }
    return shifted;
  }

  private static void check(TestChain chain, Wave wave, Snapshot base) {
    for (Receipt receipt :
        chain.executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE).receipts()) {
      if (receipt.status() != Receipt.Status.SUCCESS) {
        throw new IllegalStateException(
            "transaction " + receipt.transactionIndex() + " ended with code " + receipt.code());
      }
    }
  }

  private double decodeMicros(List<Wave.Entry> entries) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 2 * rounds; round++) {
      final long start = now();
      int decoded = 0;
      for (Wave.Entry entry : entries) {
        decoded += TransactionDecoder.decode(entry.bytes()) instanceof Transaction ? 1 : 0;
      }
      best = Math.min(best, (now() - start) / 1e3 / decoded);
    }
    return best;
  }

  private double hashMicros(List<Wave.Entry> entries) {
    final List<Transaction> transactions = new ArrayList<>();
    for (Wave.Entry entry : entries) {
      if (TransactionDecoder.decode(entry.bytes()) instanceof Transaction transaction) {
        transactions.add(transaction);
      }
    }
    double best = Double.MAX_VALUE;
    long sink = 0;
    for (int round = 0; round < 2 * rounds; round++) {
      final long start = now();
      for (Transaction transaction : transactions) {
        sink += TransactionHash.of(transaction).w0();
      }
      best = Math.min(best, (now() - start) / 1e3 / transactions.size());
    }
    return sink == 42 ? 0 : best;
  }

  /** Verification of real signatures. */
  private static final class Falcon {
    private static final int SIGNATURES = 64;

    private final byte[] key = new byte[897];
    private final List<byte[]> messages = new ArrayList<>();
    private final List<byte[]> signatures = new ArrayList<>();

    Falcon() {
      final FalconKeyPairGenerator generator = new FalconKeyPairGenerator();
      generator.init(
          new FalconKeyGenerationParameters(new SecureRandom(), FalconParameters.falcon_512));
      final AsymmetricCipherKeyPair pair = generator.generateKeyPair();
      key[0] = 9;
      System.arraycopy(((FalconPublicKeyParameters) pair.getPublic()).getH(), 0, key, 1, 896);
      final FalconSigner signer = new FalconSigner();
      signer.init(true, new ParametersWithRandom(pair.getPrivate(), new SecureRandom()));
      for (int i = 0; i < SIGNATURES; i++) {
        final byte[] message = new byte[32];
        message[0] = (byte) i;
        messages.add(message);
        signatures.add(
            signer.generateSignature(
                new BorshWriter(48)
                    .u8(0)
                    .u8(14)
                    .fixed("pyde-falcon-v1".getBytes(StandardCharsets.US_ASCII))
                    .fixed(message)
                    .toBytes()));
      }
    }

    /** Wall microseconds per verification with {@code threads} threads. */
    double micros(int threads, int each) throws InterruptedException {
      verify(each);
      double best = Double.MAX_VALUE;
      for (int round = 0; round < 5; round++) {
        final List<Thread> workers = new ArrayList<>();
        final long start = System.nanoTime();
        for (int t = 0; t < threads; t++) {
          final Thread worker = new Thread(() -> verify(each));
          workers.add(worker);
          worker.start();
        }
        for (Thread worker : workers) {
          worker.join();
        }
        best = Math.min(best, (System.nanoTime() - start) / 1e3 / ((double) each * threads));
      }
      return best;
    }

    /** Processor microseconds per verification. */
    double processorMicros(int count) {
      verify(count);
      double best = Double.MAX_VALUE;
      for (int round = 0; round < 5; round++) {
        final long start = now();
        verify(count);
        best = Math.min(best, (now() - start) / 1e3 / count);
      }
      return best;
    }

    private void verify(int count) {
      for (int i = 0; i < count; i++) {
        final int which = i % SIGNATURES;
        if (!FalconVerifier.INSTANCE.verify(key, messages.get(which), signatures.get(which))) {
          throw new IllegalStateException("a good signature was refused");
        }
      }
    }
  }
}
