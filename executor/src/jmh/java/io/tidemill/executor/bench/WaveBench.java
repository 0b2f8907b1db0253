package io.tidemill.executor.bench;

import com.sun.management.OperatingSystemMXBean;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.GuardSource;
import io.tidemill.executor.Preparation;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Rules;
import io.tidemill.executor.SerialWaveExecutor;
import io.tidemill.executor.SettledReceipt;
import io.tidemill.executor.TestChain;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.contract.WasmContractRuntimes;
import io.tidemill.executor.overlay.Ledger;
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
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The stages of a transaction's life, hot, in processor time: decoding, hashing, verifying,
 * executing in a wave with receipts and commitments. Nothing is committed. Every subject runs until
 * the compiler has nothing left to do; then waves are executed and prepared in turn, the means of
 * both are taken, and their difference is the execution. The processor time of all threads counts,
 * garbage collection among them.
 */
public final class WaveBench {
  private static final int USERS = 2_000;
  private static final int PER_WAVE = 10_000;
  private static final int QUIET_WAVES = 3;

  private static final String USAGE =
      """
      usage: bench wave [--json] [--seconds N] [--token FILE]
      Transfers and token transfers per second of serial execution (decoding and hashing apart), and
      the microseconds of each stage: decoding, hashing, FALCON-512 verification, the digests of
      a receipt, the execution of a transfer and of a token transfer.
        --json      one JSON object on one line
        --seconds   least warm-up of each subject, and about as long again to measure (default 5)
        --token     the token module (default executor/contracts/token/token.wasm)
      """;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private boolean json;
  private double seconds = 5;
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
        case "--seconds" -> seconds = Double.parseDouble(value(args, ++i));
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
    final TestChain chain = new TestChain(rules(), PARTS, WaveBench::fund);
    final List<Wave.Entry> transfers = transfers(809);
    final List<Transaction> decoded = decoded(transfers);
    final double decode = micros(PER_WAVE, () -> decoded(transfers).size());
    final double hash =
        micros(PER_WAVE, () -> decoded.stream().mapToLong(t -> TransactionHash.of(t).w0()).sum());
    final Executed transfer = execute(chain, transfers);
    final double settle =
        micros(PER_WAVE, () -> SettledReceipt.all(transfer.receipts(), rules().fees()).size());
    deployToken(chain);
    final Executed tokenTransfer = execute(chain, shift(tokenTransfers()));
    final FalconCosts falcon = new FalconCosts();
    final double verify = micros(FalconCosts.SIGNATURES, falcon::verifyAll);
    final double speedup = falcon.wallMicros(1, seconds) / falcon.wallMicros(2, seconds);
    System.out.printf(
        Locale.ROOT,
        json
            ? "{\"subject\":\"wave\",\"transfers_per_s\":%.0f,\"token_transfers_per_s\":%.0f,"
                + "\"falcon_verify_us\":%.2f,\"falcon_two_core_speedup\":%.2f,\"decode_us\":%.3f,"
                + "\"hash_us\":%.3f,\"decode_and_hash_us\":%.3f,\"settle_receipt_us\":%.3f,"
                + "\"execute_transfer_us\":%.3f,\"execute_token_transfer_us\":%.3f}%n"
            : "wave: %.0f transfers/s (goal 150000), %.0f token transfers/s, falcon verify %.2f µs"
                + " (goal 40) and x%.2f on two cores, decode %.3f µs, hash %.3f µs, both %.3f µs"
                + " (goal 10), settling a receipt %.3f µs, execution of a transfer %.3f µs and of"
                + " a token transfer %.3f µs%n",
        1e6 / transfer.micros(),
        1e6 / tokenTransfer.micros(),
        verify,
        speedup,
        decode,
        hash,
        decode + hash,
        settle,
        transfer.micros(),
        tokenTransfer.micros());
  }

  /** Processor microseconds of this thread per item: the least of many runs, after the warm-up. */
  private double micros(int items, LongSupplier work) {
    long sink = 0;
    for (Warm warm = new Warm(); warm.more(); ) {
      sink += work.getAsLong();
    }
    double best = Double.MAX_VALUE;
    final long end = System.nanoTime() + (long) (seconds / 2 * 1e9);
    while (System.nanoTime() < end) {
      final long start = THREADS.getCurrentThreadCpuTime();
      sink += work.getAsLong();
      best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - start) / 1e3 / items);
    }
    // The answer must not be known to the compiler.
    return sink == Long.MIN_VALUE ? Double.NaN : best;
  }

  /** Says when a subject is warm: after its time, and when the compiler has had nothing to do. */
  private final class Warm {
    private final long least = System.nanoTime() + (long) (seconds * 1e9);
    private final long most = least + (long) (5 * seconds * 1e9);
    private long compiled = -1;
    private int quiet;

    boolean more() {
      final long now = COMPILER.getTotalCompilationTime();
      quiet = now == compiled ? quiet + 1 : 0;
      compiled = now;
      final long time = System.nanoTime();
      return time < least || quiet < QUIET_WAVES && time < most;
    }
  }

  private static Rules rules() {
    return Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
  }

  private static final ExecutorParts PARTS = parts();

  private static ExecutorParts parts() {
    final ChicoryEngine reference = new ChicoryEngine();
    return new ExecutorParts(
        ChainSpecification.always(rules()),
        new WasmContractRuntimes(new JvmEngine(reference), reference),
        FalconVerifier.INSTANCE,
        GuardSource.NONE);
  }

  private static void fund(Ledger ledger) {
    for (int i = 0; i < USERS; i++) {
      ledger.put(
          Account.empty(user(i))
              .withBalance(TestChain.RICH)
              .withAuthKeys(new AuthKeys.Single(key(i)), 0));
    }
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
   * What execution costs a transaction.
   *
   * @param micros processor microseconds, without the pre-pass
   */
  private record Executed(double micros, List<Receipt> receipts) {}

  /** Executes the same wave on the same base again and again. */
  private Executed execute(TestChain chain, List<Wave.Entry> entries) {
    final Wave wave = chain.wave(entries);
    final WaveExecutor executor = new SerialWaveExecutor(PARTS);
    final Preparation preparation = new Preparation(FalconVerifier.INSTANCE);
    try (Snapshot base = chain.store.snapshot()) {
      List<Receipt> receipts = List.of();
      for (Warm warm = new Warm(); warm.more(); ) {
        receipts = executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE).receipts();
        preparation.prepare(wave, base, chain.rules);
      }
      check(receipts);
      long nanos = 0;
      int rounds = 0;
      final long end = System.nanoTime() + (long) (seconds * 1e9);
      while (System.nanoTime() < end) {
        final long start = PROCESS.getProcessCpuTime();
        executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
        final long between = PROCESS.getProcessCpuTime();
        preparation.prepare(wave, base, chain.rules);
        nanos += 2 * between - start - PROCESS.getProcessCpuTime();
        rounds++;
      }
      return new Executed(nanos / 1e3 / rounds / entries.size(), receipts);
    }
  }

  private static void check(List<Receipt> receipts) {
    for (Receipt receipt : receipts) {
      if (receipt.status() != Receipt.Status.SUCCESS) {
        throw new IllegalStateException(
            "transaction " + receipt.transactionIndex() + " ended with code " + receipt.code());
      }
    }
  }

  /** The same transactions one nonce on: the deployer has used its first one. */
  private static List<Wave.Entry> shift(List<Wave.Entry> entries) {
    final List<Wave.Entry> shifted = new ArrayList<>(entries.size());
    for (Transaction transaction : decoded(entries)) {
      shifted.add(
          TestChain.entry(
              new TestChain.Builder(transaction.from(), transaction.nonce() + 1)
                  .to(transaction.to())
                  .data(transaction.data())
                  .gas(transaction.gasLimit())
                  .build()));
    }
    return shifted;
  }

  private static List<Transaction> decoded(List<Wave.Entry> entries) {
    final List<Transaction> transactions = new ArrayList<>(entries.size());
    for (Wave.Entry entry : entries) {
      if (TransactionDecoder.decode(entry.bytes()) instanceof Transaction transaction) {
        transactions.add(transaction);
      }
    }
    return transactions;
  }
}
