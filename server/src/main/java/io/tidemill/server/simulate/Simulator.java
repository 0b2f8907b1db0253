package io.tidemill.server.simulate;

import io.opentelemetry.context.Scope;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.ExecutorParts;
import io.tidemill.executor.GuardSource;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.ReceiptCodec;
import io.tidemill.executor.Rules;
import io.tidemill.executor.TransactionReplay;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveBase;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.WaveRecord;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.server.abi.AbiTexts;
import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.observe.TimedSpan;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.server.query.Base;
import io.tidemill.server.query.ChainReader;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateStore.Head;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Runs simulations on their own threads, a few at a time, each stopped at its deadline. */
public final class Simulator implements AutoCloseable {
  private final ChainReader reader;
  private final WavePipeline pipeline;
  private final ChainSpecification chain;
  private final ContractRuntimes runtimes;
  private final BiFunction<Wave, Snapshot, WaveBase> bases;
  private final SidecarConfig.Simulate config;
  private final Telemetry telemetry;
  private final SimulationWorkers workers;
  private final QuickCalls quick = new QuickCalls();
  private final AbiTexts texts = new AbiTexts();

  /** The rules that were asked for last, and the same without signatures. */
  private volatile @Nullable Unsigned unsigned;

  private record Unsigned(Rules actual, Rules trusted) {}

  /**
   * A running pool of {@code threads}.
   *
   * @param runtimes not those of the waves, so that wallets cannot evict what waves need
   * @param bases what the node's executor runs the transactions of a wave on
   */
  public Simulator(
      ChainReader reader,
      WavePipeline pipeline,
      ChainSpecification chain,
      ContractRuntimes runtimes,
      BiFunction<Wave, Snapshot, WaveBase> bases,
      SidecarConfig.Simulate config,
      int threads,
      Telemetry telemetry) {
    this.reader = reader;
    this.pipeline = pipeline;
    this.chain = chain;
    this.runtimes = runtimes;
    this.bases = bases;
    this.config = config;
    this.telemetry = telemetry;
    this.workers =
        new SimulationWorkers(threads, config.queue(), config.deadline(), pipeline::busy);
    telemetry.gauge(MetricCatalogue.SIMULATIONS_RUNNING, workers::running);
    telemetry.gauge(MetricCatalogue.SIMULATIONS_WAITING, workers::waiting);
  }

  /**
   * Runs a simulation and waits for it.
   *
   * @throws Refusal if it may not run, or did not end in time
   */
  public Simulated simulate(Simulation simulation) {
    final TimedSpan span = telemetry.simulating(simulation.waves().size(), calls(simulation));
    try {
      check(simulation);
      return workers.call(
          guard -> {
            try (Scope _ = span.current()) {
              return run(simulation, guard);
            }
          });
    } catch (RuntimeException failure) {
      final Refusal refusal = Refusal.from(failure);
      span.refused(refusal.reason().name());
      throw refusal;
    } catch (Error elsewhere) {
      span.abandoned();
      throw elsewhere;
    } finally {
      span.close();
    }
  }

  private static long calls(Simulation simulation) {
    long calls = 0;
    for (Simulation.SimWave wave : simulation.waves()) {
      calls += wave.calls().size();
    }
    return calls;
  }

  /**
   * Runs waves inside {@code session} and leaves their effects there.
   *
   * @throws Refusal if they may not run, or did not end in time; the session is as it was then
   */
  public Simulated execute(
      SessionState session, List<Simulation.SimWave> waves, Simulation.Options options) {
    check(new Simulation(Base.LATEST, null, waves, options));
    try {
      return workers.call(guard -> session.work(() -> run(session, waves, options, guard, true)));
    } catch (RuntimeException failure) {
      throw Refusal.from(failure);
    }
  }

  /**
   * Runs a transaction of an executed wave again and tells what it did.
   *
   * @throws Refusal if the wave or its base is not kept any more, or it did not end in time
   */
  public Simulated.Call trace(long wave, int index, Simulation.Options options) {
    final WaveAnswer answer = pipeline.answerOf(wave);
    if (answer == null || index < 0 || index >= answer.receipts().size()) {
      throw Refusal.of(
          Reason.NOT_FOUND,
          "what",
          "transaction",
          "key",
          Long.toUnsignedString(wave) + "/" + Integer.toUnsignedString(index));
    }
    final Wave input = pipeline.inputOf(wave);
    if (input == null) {
      throw Refusal.of(Reason.TRACE_NOT_AVAILABLE, "wave", Long.toUnsignedString(wave));
    }
    try {
      return workers.call(guard -> replay(input, answer.receipts().get(index), options, guard));
    } catch (RuntimeException failure) {
      throw Refusal.from(failure);
    }
  }

  private Simulated.Call replay(
      Wave wave, Receipt recorded, Simulation.Options options, ExecutionGuard guard) {
    try (Snapshot base = reader.open(new Base.AtWave(wave.context().waveId() - 1))) {
      final WaveBase ran = bases.apply(wave, base);
      final CallTree tree =
          new CallTree(CallTree.Detail.FUNCTIONS, hash -> texts.of(hash, ran.state()::code));
      final ExecutorParts parts =
          new ExecutorParts(chain, runtimes, FalconVerifier.INSTANCE, GuardSource.NONE);
      final TransactionReplay replay =
          TransactionReplay.of(
              ran.wave(), recorded.transactionIndex(), ran.state(), parts, guard, tree);
      if (!Arrays.equals(ReceiptCodec.encode(replay.receipt()), ReceiptCodec.encode(recorded))) {
        throw new IllegalStateException(
            "the trace of transaction "
                + recorded.transactionHash()
                + " ended in another receipt than the wave's");
      }
      final Frame root = tree.root();
      return new Attempt(replay.receipt(), replay.overlay(), tree, List.copyOf(replay.reads()))
          .result(null, root == null ? List.of() : root.backtrace(), options);
    }
  }

  /** A session on {@code base}, which it closes at its end. */
  public SessionState session(Snapshot base) {
    return new SessionState(base, parentOf(base));
  }

  /** The fuel of one simulation, and so the highest gas limit. */
  public long fuelCap() {
    return config.fuelCap();
  }

  private void check(Simulation simulation) {
    if (simulation.waves().size() > NodeFacts.MAX_SIMULATED_WAVES) {
      throw Refusal.limit(
          Limit.SIMULATE_WAVES, simulation.waves().size(), NodeFacts.MAX_SIMULATED_WAVES);
    }
    final long calls = calls(simulation);
    if (calls > NodeFacts.MAX_SIMULATED_CALLS) {
      throw Refusal.limit(Limit.SIMULATE_CALLS, calls, NodeFacts.MAX_SIMULATED_CALLS);
    }
    final Long cap = simulation.options().fuelCap();
    if (cap != null && Long.compareUnsigned(cap, config.fuelCap()) > 0) {
      throw aboveFuelCap(cap, config.fuelCap());
    }
    if (simulation.minWave() != null) {
      reader.requireWave(simulation.minWave());
    }
  }

  /** More fuel is asked for than a simulation may use; both are unsigned. */
  static Refusal aboveFuelCap(long fuel, long cap) {
    return Refusal.of(
        Reason.VIEW_FUEL_CAP_EXCEEDED,
        "limit",
        Limit.SIMULATE_FUEL_CAP.key(),
        "value",
        Long.toUnsignedString(fuel),
        "maximum",
        Long.toUnsignedString(cap));
  }

  /**
   * Runs {@code answer}, which simulates where it runs: on this thread, when it is one of {@link
   * #threads} and the last one of its kind was quick, else on a worker. On this thread it may be
   * given up and begun again on a worker, so that it must have no effect before its end.
   *
   * @param kind what is likely to take the same time, or null for what takes long
   * @throws Refusal if too many wait
   */
  public void execute(@Nullable String kind, Runnable answer) {
    if (kind == null) {
      workers.dispatch(answer);
      return;
    }
    if (quick.contains(kind)) {
      switch (workers.runHere(answer)) {
        case DONE -> {
          quick.quick(kind);
          return;
        }
        case TOO_LONG -> quick.slow(kind);
        case NOT_NOW -> {}
      }
    }
    workers.dispatch(() -> quick.watch(kind, answer));
  }

  /** Makes threads that may simulate themselves what is quick. */
  public static ThreadFactory threads(String name) {
    final AtomicInteger count = new AtomicInteger();
    return work -> new SimulationThread(work, name + "-" + count.getAndIncrement(), false);
  }

  private Simulated run(Simulation simulation, ExecutionGuard guard) {
    try (Snapshot base = reader.open(simulation.base())) {
      final SessionState state = new SessionState(base, parentOf(base));
      return run(state, simulation.waves(), simulation.options(), guard, false);
    }
  }

  private Simulated run(
      SessionState session,
      List<Simulation.SimWave> waves,
      Simulation.Options options,
      ExecutionGuard guard,
      boolean kept) {
    final Snapshot base = session.base();
    final PatchedState state = new PatchedState(session.state());
    final Long cap = options.fuelCap();
    final SimulationRun run =
        new SimulationRun(
            chain,
            this::trusted,
            runtimes,
            texts,
            options,
            cap == null ? config.fuelCap() : cap,
            guard,
            base,
            state);
    final List<Simulated.SimulatedWave> done = new ArrayList<>();
    WaveContext parent = session.parent();
    for (Simulation.SimWave wave : waves) {
      guard.poll();
      parent = next(parent, wave.context(), options.validate());
      done.add(run.wave(wave, parent, kept || done.size() < waves.size() - 1));
    }
    guard.poll();
    session.advance(state, parent);
    return new Simulated(new Head(base.wave(), base.root()), done);
  }

  /** The context of the wave that {@code base} is the result of, with the next base fee. */
  private WaveContext parentOf(Snapshot base) {
    final WaveRecord record = pipeline.recordOf(base.wave());
    if (record == null) {
      return new WaveContext(
          base.wave(),
          0,
          Hash32.ZERO,
          chain.rulesAt(base.wave() + 1).fees().minBaseFee(),
          chain.chainId(),
          0,
          0);
    }
    final WaveContext context = record.context();
    return new WaveContext(
        context.waveId(),
        context.timestamp(),
        context.beacon(),
        record.nextBaseFee(),
        context.chainId(),
        context.epoch(),
        context.anchorMemberId());
  }

  private WaveContext next(WaveContext parent, Simulation.Context patch, boolean validate) {
    final long wave = patch.wave() == null ? parent.waveId() + 1 : patch.wave();
    if (Long.compareUnsigned(wave, parent.waveId()) <= 0) {
      throw Refusal.field("context.wave", "is not above the parent's " + parent.waveId());
    }
    final U128 fee = validate ? parent.baseFee() : U128.ZERO;
    return new WaveContext(
        wave,
        patch.timestamp() == null ? parent.timestamp() : patch.timestamp(),
        patch.beacon() == null ? parent.beacon() : patch.beacon(),
        patch.baseFee() == null ? fee : patch.baseFee(),
        chain.chainId(),
        patch.epoch() == null
            ? Long.divideUnsigned(wave, chain.rulesAt(wave).staking().epochLengthWaves())
            : patch.epoch(),
        patch.anchorMemberId() == null ? parent.anchorMemberId() : patch.anchorMemberId());
  }

  private Rules trusted(Rules actual) {
    final Unsigned known = unsigned;
    if (known != null && known.actual().equals(actual)) {
      return known.trusted();
    }
    final Rules trusted = actual.withSignatures(Rules.Signatures.TRUSTED);
    unsigned = new Unsigned(actual, trusted);
    return trusted;
  }

  /** Stops every worker. */
  @Override
  public void close() {
    workers.close();
  }
}
