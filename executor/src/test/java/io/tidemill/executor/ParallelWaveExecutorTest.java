package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.contract.Puppets;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.nativetx.MultisigBundle;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionDecoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
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
  private static final int COVERING_CHAINS = 30;
  private static final BiConsumer<Wave, WaveResult> IGNORED = (wave, result) -> {};

  /** One runtime for all waves, as a node has. */
  private static final class Contracts implements ContractRuntimes {
    private final Rules rules;
    private final WasmContractRuntime runtime;

    Contracts(Rules rules) {
      this.rules = rules;
      this.runtime = new WasmContractRuntime(rules, new JvmEngine(new ChicoryEngine()));
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

  /** The puppet needs views that are not checked strictly. */
  private static final Rules RULES = Puppets.rules();

  /** A signature is good when its first byte is the last byte of the key. */
  private static final SignatureVerifier FIRST_BYTE =
      (key, message, signature) -> signature.length > 0 && signature[0] == key[896];

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
      runChain(ONLY_SEED, workers, IGNORED);
      return;
    }
    for (int chain = 0; chain < WAVES / 4 / WAVES_PER_CHAIN; chain++) {
      runChain(1_000L * workers + chain, workers, IGNORED);
    }
  }

  /** What the waves are for: a generator that no longer makes this tests nothing. */
  @Test
  void shouldMeetEveryTypeAndEveryKindOfEnd() {
    final Set<TransactionType> types = EnumSet.noneOf(TransactionType.class);
    final Set<TransactionType> successes = EnumSet.noneOf(TransactionType.class);
    final Set<Receipt.Status> statuses = EnumSet.noneOf(Receipt.Status.class);
    final Set<Integer> codes = new TreeSet<>();
    final int[] counts = new int[3];
    for (int chain = 0; chain < COVERING_CHAINS; chain++) {
      runChain(
          500_000L + chain,
          4,
          (wave, result) -> {
            final Set<Address> deployed = new HashSet<>();
            for (Receipt receipt : result.receipts()) {
              statuses.add(receipt.status());
              codes.add(receipt.code());
              if (TransactionDecoder.decode(
                      wave.transactions().get(receipt.transactionIndex()).bytes())
                  instanceof Transaction transaction) {
                final boolean success = receipt.status() == Receipt.Status.SUCCESS;
                types.add(transaction.type());
                if (success) {
                  successes.add(transaction.type());
                  counts[0] += deployed.contains(transaction.to()) ? 1 : 0;
                  if (receipt.contract() != null) {
                    deployed.add(receipt.contract());
                  }
                }
              }
            }
            counts[1] += result.statistics().aborts();
            counts[2] += result.receipts().stream().mapToInt(r -> r.events().size()).sum();
          });
    }
    assertThat(types).containsExactlyInAnyOrder(TransactionType.values());
    assertThat(statuses).containsExactlyInAnyOrder(Receipt.Status.values());
    assertThat(successes)
        .contains(
            TransactionType.STANDARD,
            TransactionType.DEPLOY,
            TransactionType.MULTISIG,
            TransactionType.EMERGENCY_PAUSE,
            TransactionType.EMERGENCY_RESUME,
            TransactionType.COMMIT,
            TransactionType.DEPOSIT_GAS_TANK);
    assertThat(codes)
        .as("pause in mid-wave, nonces used twice, rubbish, refused payers, traps and reverts")
        .contains(
            RejectCode.PAUSED.number(),
            RejectCode.NONCE_OUT_OF_WINDOW.number(),
            RejectCode.DECODE_FAILED.number(),
            RejectCode.INSUFFICIENT_BALANCE.number(),
            RejectCode.SPONSORSHIP_REJECTED.number(),
            RejectCode.NAME_TAKEN.number(),
            RejectCode.REVERTED.number(),
            TrapCode.UNREACHABLE.number());
    assertThat(counts[0]).as("calls of a contract deployed in the same wave").isPositive();
    assertThat(counts[1]).as("transactions that ran twice").isPositive();
    assertThat(counts[2]).as("events").isPositive();
  }

  private static void runChain(long seed, int workers, BiConsumer<Wave, WaveResult> seen) {
    final ExecutorParts parts =
        new ExecutorParts(
            ChainSpecification.always(RULES), CONTRACTS, FIRST_BYTE, GuardSource.NONE);
    final TestChain chain =
        new TestChain(
            RULES,
            parts,
            ledger -> {
              MultisigBundle.putSigners(
                  ledger, List.of(TestChain.key(1), TestChain.key(2), TestChain.key(3)), 2);
              RandomWaves.setLimits(ledger);
            });
    final WaveExecutor serial = new SerialWaveExecutor(parts);
    final WaveExecutor parallel =
        new ParallelWaveExecutor(parts, pool(workers), System::nanoTime, yields(seed));
    final RandomWaves generator = new RandomWaves(seed);
    commit(chain, serial, chain.wave(generator.deployments()));
    for (int i = 0; i < WAVES_PER_CHAIN; i++) {
      final Wave wave = chain.wave(generator.wave());
      final List<Receipt> heard = new ArrayList<>();
      final WaveResult actual;
      try (Snapshot base = chain.store.snapshot()) {
        actual =
            parallel.execute(
                wave, i % 2 == 0 ? ahead(parallel, wave, chain) : null, base, heard::add);
      }
      final WaveResult expected = commit(chain, serial, wave);
      assertThat(WaveDifference.report(expected, actual))
          .as("seed %d, wave %d, %d workers", seed, wave.context().waveId(), workers)
          .isEmpty();
      assertThat(heard).hasSameSizeAs(expected.receipts());
      seen.accept(wave, actual);
    }
  }

  private static WaveResult commit(TestChain chain, WaveExecutor executor, Wave wave) {
    try (Snapshot base = chain.store.snapshot()) {
      final WaveResult result = executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
      final Proposal proposal = chain.store.propose(result.delta());
      proposal.commit(result.artifacts(proposal.root()));
      return result;
    }
  }

  /** A pre-pass that was begun while the wave arrived. */
  private static @Nullable PrePass ahead(WaveExecutor executor, Wave wave, TestChain chain) {
    final PrePass prePass = executor.prePass(wave.context().waveId(), 0, chain.store::snapshot);
    if (prePass != null) {
      wave.transactions().forEach(prePass::add);
    }
    return prePass;
  }

  private static SpeculativeRun.Probe yields(long seed) {
    return () -> {
      // Disturbs the threads; what it draws never reaches a result.
      if ((Thread.currentThread().threadId() * 31 + System.nanoTime() + seed & 7) == 0) {
        Thread.yield();
      }
    };
  }
}
