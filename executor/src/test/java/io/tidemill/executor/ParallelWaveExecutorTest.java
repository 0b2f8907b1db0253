package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.AccessEntry;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Blake3;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random waves of every kind of conflict: whatever the number of workers and however they are
 * disturbed, the result is the serial one to the last bit. {@code -Dtidemill.parallel.waves=N} runs
 * more, {@code -Dtidemill.parallel.seed=S} one seed alone.
 */
class ParallelWaveExecutorTest {
  private static final int WAVES = Integer.getInteger("tidemill.parallel.waves", 2_000);
  private static final long ONLY_SEED = Long.getLong("tidemill.parallel.seed", -1);
  private static final int WAVES_PER_CHAIN = 10;

  /** Each transaction of a chain of waves uses the next nonces of one of ten senders. */
  private static final int SENDERS = 10;

  private static final byte[] TOKEN = read("contracts/token/token.wasm");

  private static byte[] read(String file) {
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One runtime for all waves, as a node has. */
  private static final class Contracts implements ContractRuntimes {
    private final Rules rules;
    private final WasmContractRuntime runtime;

    Contracts(Rules rules) {
      this.rules = rules;
      this.runtime = new WasmContractRuntime(rules, new ChicoryEngine());
    }

    @Override
    public ContractRuntime runtime(Rules wanted, boolean reference) {
      assertThat(wanted).isEqualTo(rules);
      return runtime;
    }

    @Override
    public ContractLifecycle lifecycle(Rules wanted, boolean reference) {
      return runtime;
    }
  }

  private static final Rules RULES =
      Rules.of(TestChain.CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
  private static final Contracts CONTRACTS = new Contracts(RULES);

  private static final Map<Integer, WorkerPool> POOLS = new TreeMap<>();

  private static WorkerPool pool(int workers) {
    return POOLS.computeIfAbsent(workers, size -> new WorkerPool(size, WorkerPool.STACK_BYTES));
  }

  @AfterAll
  static void stop() {
    POOLS.values().forEach(WorkerPool::close);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 16})
  void shouldEqualSerialExecution(int workers) {
    if (ONLY_SEED >= 0) {
      runChain(ONLY_SEED, workers);
      return;
    }
    for (int chain = 0; chain < WAVES / 4 / WAVES_PER_CHAIN; chain++) {
      runChain(1_000L * workers + chain, workers);
    }
  }

  private static void runChain(long seed, int workers) {
    final ExecutorParts parts =
        new ExecutorParts(
            ChainSpecification.always(RULES),
            CONTRACTS,
            SignatureVerifier.TRUSTING,
            GuardSource.NONE);
    final TestChain chain = new TestChain(RULES, parts, ledger -> {});
    final WaveExecutor parallel =
        new ParallelWaveExecutor(parts, pool(workers), System::nanoTime, yields(seed));
    final Generator generator = new Generator(seed);
    chain.run(generator.deploy(0));
    for (int i = 0; i < WAVES_PER_CHAIN; i++) {
      final Wave wave = chain.wave(generator.wave());
      final List<Receipt> heard = new ArrayList<>();
      final WaveResult expected;
      final WaveResult actual;
      try (Snapshot base = chain.store.snapshot()) {
        expected = chain.executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
        actual = parallel.execute(wave, base, heard::add);
      }
      assertThat(WaveDifference.report(expected, actual))
          .as("seed %d, wave %d, %d workers", seed, wave.context().waveId(), workers)
          .isEmpty();
      assertThat(heard).hasSameSizeAs(expected.receipts());
      chain.run(wave);
    }
  }

  private static SpeculativeRun.Probe yields(long seed) {
    return () -> {
      // Disturbs the threads; what it draws never reaches a result.
      if ((Thread.currentThread().threadId() * 31 + System.nanoTime() + seed & 7) == 0) {
        Thread.yield();
      }
    };
  }

  /** Waves that a client could send: mostly sensible, hot spots included, some of it rubbish. */
  private static final class Generator {
    private final SplittableRandom random;
    private final long[] nonces = new long[SENDERS];
    private final List<Address> tokens = new ArrayList<>();

    Generator(long seed) {
      random = new SplittableRandom(seed);
    }

    Transaction deploy(int sender) {
      final String name = "token-" + tokens.size();
      tokens.add(Addresses.contract(name));
      return TestChain.tx(sender, nonces[sender]++)
          .type(TransactionType.DEPLOY)
          .gas(100_000_000)
          .data(new DeployData(name, TOKEN, 0, U128.of(1_000_000).toBytes()).encode())
          .build();
    }

    List<Wave.Entry> wave() {
      final List<Wave.Entry> entries = new ArrayList<>();
      final int size = 1 + random.nextInt(40);
      // From everybody with everybody to everything through one account and one slot.
      final int spread = 1 + random.nextInt(SENDERS);
      for (int i = 0; i < size; i++) {
        entries.add(entry(spread));
      }
      return entries;
    }

    private Wave.Entry entry(int spread) {
      final int sender = random.nextInt(spread);
      final int kind = random.nextInt(100);
      if (kind < 3) {
        final byte[] rubbish = new byte[random.nextInt(200)];
        for (int i = 0; i < rubbish.length; i++) {
          rubbish[i] = (byte) random.nextInt();
        }
        return new Wave.Entry(rubbish, false, null);
      }
      // Windows fill up, duplicates and gaps occur.
      final long nonce =
          random.nextInt(20) == 0 ? nonces[sender] + random.nextInt(20) - 2 : nonces[sender]++;
      final Transaction transaction =
          kind < 45
              ? transfer(sender, nonce, spread)
              : kind < 48 ? redeploy(sender, nonce) : call(sender, nonce, spread);
      return new Wave.Entry(
          TransactionEncoder.encode(withList(transaction)), random.nextInt(40) == 0, null);
    }

    private Transaction transfer(int sender, long nonce, int spread) {
      final Address to =
          random.nextInt(5) == 0
              ? new Address(Blake3.hash(new byte[] {(byte) random.nextInt(20)}))
              : TestChain.user(random.nextInt(spread));
      final long value = random.nextInt(10) == 0 ? TestChain.RICH.low() : random.nextInt(1_000_000);
      return TestChain.tx(sender, nonce).to(to).value(value).build();
    }

    private Transaction redeploy(int sender, long nonce) {
      // The same name may come up twice in one wave, and calls to it may come before it.
      final String name = "token-" + random.nextInt(4);
      final Address address = Addresses.contract(name);
      if (!tokens.contains(address)) {
        tokens.add(address);
      }
      return TestChain.tx(sender, nonce)
          .type(TransactionType.DEPLOY)
          .gas(random.nextInt(5) == 0 ? 50_000 : 100_000_000)
          .data(new DeployData(name, TOKEN, 0, U128.of(1_000).toBytes()).encode())
          .build();
    }

    private Transaction call(int sender, long nonce, int spread) {
      final Address token = tokens.get(random.nextInt(tokens.size()));
      final ByteArrayOutputStream arguments = new ByteArrayOutputStream();
      arguments.writeBytes(TestChain.user(random.nextInt(spread)).toBytes());
      final String function =
          switch (random.nextInt(8)) {
            case 0 -> "balance_of";
            case 1 -> "no_such_function";
            default -> {
              arguments.writeBytes(U128.of(random.nextInt(3_000)).toBytes());
              yield "transfer";
            }
          };
      return TestChain.tx(sender, nonce)
          .to(token)
          .value(random.nextInt(10) == 0 ? 5 : 0)
          .gas(random.nextInt(10) == 0 ? 21_000 + random.nextInt(20_000) : 1_000_000)
          .data(new CallPayload(function, arguments.toByteArray()).encode())
          .build();
    }

    /** Absent, plausible or wrong: lists may change the order of work and nothing else. */
    private Transaction withList(Transaction t) {
      if (random.nextBoolean()) {
        return t;
      }
      final List<AccessEntry> list = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        final Address about = random.nextBoolean() ? t.to() : TestChain.user(random.nextInt(3));
        list.add(
            new AccessEntry(
                about,
                List.of(StateKeys.storageSlot(about, random.nextInt(2)).raw()),
                random.nextBoolean()));
      }
      return new Transaction(
          t.from(),
          t.to(),
          t.value(),
          t.data(),
          t.gasLimit(),
          t.nonce(),
          t.signature(),
          t.feePayer(),
          list,
          t.hasDeadline(),
          t.deadline(),
          t.chainId(),
          t.type());
    }
  }
}
