package io.tidemill.server.simulate;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.Outcome;
import io.tidemill.executor.Preparation;
import io.tidemill.executor.Prepared;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Rules;
import io.tidemill.executor.ThresholdInput;
import io.tidemill.executor.TransactionProcessor;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.WaveScope;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionDecoder;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.server.abi.AbiText;
import io.tidemill.server.abi.AbiTexts;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.simulate.Simulation.SimCall;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One simulation on its state. Confined to the worker that runs it. */
final class SimulationRun {
  private static final byte[] NOTHING = new byte[0];

  /** Fuel up to which a failed call is run again to find where it failed: about 50 ms. */
  private static final long MAX_DIAGNOSED_FUEL = 500_000;

  private final ChainSpecification chain;
  private final UnaryOperator<Rules> unsigned;
  private final ContractRuntimes runtimes;
  private final AbiTexts texts;
  private final Simulation.Options options;
  private final long fuelCap;
  private final ExecutionGuard guard;
  private final Snapshot base;
  private final PatchedState state;

  /** A run; {@code unsigned} gives the rules under which nobody signs. */
  SimulationRun(
      ChainSpecification chain,
      UnaryOperator<Rules> unsigned,
      ContractRuntimes runtimes,
      AbiTexts texts,
      Simulation.Options options,
      long fuelCap,
      ExecutionGuard guard,
      Snapshot base,
      PatchedState state) {
    this.chain = chain;
    this.unsigned = unsigned;
    this.runtimes = runtimes;
    this.texts = texts;
    this.options = options;
    this.fuelCap = fuelCap;
    this.guard = guard;
    this.base = base;
    this.state = state;
  }

  /**
   * Runs every call of {@code wave} in {@code context}.
   *
   * @param kept whether anybody looks at the state after the last call
   */
  Simulated.SimulatedWave wave(Simulation.SimWave wave, WaveContext context, boolean kept) {
    wave.accounts().forEach(state::patch);
    final Rules actual = chain.rulesAt(context.waveId());
    final Rules rules = options.validate() ? actual : unsigned.apply(actual);
    final WaveScope scope = new WaveScope(rules, context, List.of(), ThresholdInput.NONE);
    final List<Simulated.Call> calls = new ArrayList<>(wave.calls().size());
    for (int i = 0; i < wave.calls().size(); i++) {
      final boolean seen = kept || i < wave.calls().size() - 1;
      calls.add(call(scope, i, wave.calls().get(i), seen));
    }
    return new Simulated.SimulatedWave(context, calls);
  }

  private Simulated.Call call(WaveScope scope, int index, SimCall call, boolean kept) {
    final Transaction transaction = transaction(scope, call);
    final boolean view = call instanceof SimCall.Parts parts && parts.view();
    final Attempt attempt = attempt(scope, index, call, transaction, view, options.observed());
    final List<Frame.Site> backtrace = backtrace(scope, index, call, transaction, view, attempt);
    Long estimate = null;
    if (options.estimate() && attempt.receipt().status() == Receipt.Status.SUCCESS) {
      estimate =
          transaction == null || view
              ? attempt.receipt().gasUsed()
              : estimate(scope, index, call, transaction, attempt.receipt().gasUsed());
    }
    if (kept) {
      state.merge(attempt.overlay());
      if (transaction != null) {
        state.dismiss(transaction.from());
      }
    }
    return attempt.result(estimate, backtrace, options);
  }

  /** Where the call failed: seen on the way, or by running it once more under observation. */
  private List<Frame.Site> backtrace(
      WaveScope scope,
      int index,
      SimCall call,
      @Nullable Transaction transaction,
      boolean view,
      Attempt attempt) {
    Frame root = attempt.tree().root();
    if (root == null || attempt.receipt().status() == Receipt.Status.SUCCESS) {
      return List.of();
    }
    if (!options.observed()) {
      if (root.fuelUsed() > MAX_DIAGNOSED_FUEL) {
        return List.of();
      }
      root = attempt(scope, index, call, transaction, view, true).tree().root();
    }
    return root == null ? List.of() : root.backtrace();
  }

  private @Nullable AbiText words(Hash32 codeHash) {
    return options.decode() ? texts.of(codeHash, state::code) : null;
  }

  private Attempt attempt(
      WaveScope scope,
      int index,
      SimCall call,
      @Nullable Transaction transaction,
      boolean view,
      boolean observed) {
    final CallTree tree =
        new CallTree(observed ? CallTree.Detail.FUNCTIONS : CallTree.Detail.FRAMES, this::words);
    if (!options.validate() && transaction != null) {
      state.admit(transaction.from(), transaction.nonce());
    }
    state.startRecording();
    final Overlay overlay = new Overlay(state);
    final Receipt receipt;
    if (view && call instanceof SimCall.Parts parts) {
      receipt = view(scope, index, parts, overlay, tree, observed);
    } else {
      receipt =
          processor(scope.rules(), observed)
              .process(scope, index, prepared(scope, call, transaction), overlay, guard, tree);
    }
    return new Attempt(receipt, overlay, tree, List.copyOf(state.reads()));
  }

  /** The entry of a wave that {@code call} would be. */
  private Prepared prepared(WaveScope scope, SimCall call, @Nullable Transaction transaction) {
    if (call instanceof SimCall.Parts && transaction != null && !options.validate()) {
      // What nobody signs has no hash that anybody could know: Blake3 is the cheap one.
      final byte[] bytes = TransactionEncoder.encode(transaction);
      final Hash32 digest = Blake3.hash(bytes);
      return new Prepared(
          new Wave.Entry(bytes, false, null), transaction, null, digest, digest, null, false, null);
    }
    final byte[] bytes =
        call instanceof SimCall.Raw(byte[] raw) && (transaction == null || options.validate())
            ? raw
            : TransactionEncoder.encode(Objects.requireNonNull(transaction));
    final Wave wave =
        new Wave(
            scope.context(),
            Hash32.ZERO,
            List.of(new Wave.Entry(bytes, false, null)),
            List.of(),
            List.of());
    return new Preparation(FalconVerifier.INSTANCE).prepare(wave, base, scope.rules())[0];
  }

  /** Only the reference interpreter can be observed; both engines have the same results. */
  private TransactionProcessor processor(Rules rules, boolean observed) {
    return new TransactionProcessor(
        runtimes.runtime(rules, observed),
        runtimes.lifecycle(rules, observed),
        FalconVerifier.INSTANCE);
  }

  private Receipt view(
      WaveScope scope,
      int index,
      SimCall.Parts parts,
      Overlay overlay,
      CallTree tree,
      boolean observed) {
    final Address target = target(parts);
    final long fuel =
        Math.min(gasLimit(parts.gasLimit(), scope), scope.rules().execution().viewFuelCap());
    final Account contract = state.account(target);
    if (contract == null || !contract.hasCode()) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "contract", "key", target);
    }
    final ContractRuntime.Scope frame =
        new ContractRuntime.Scope(
            scope.rules(),
            scope.context(),
            Hash32.ZERO,
            index,
            parts.from(),
            overlay,
            List.of(),
            guard,
            ThresholdInput.NONE,
            tree);
    final ContractRuntime.Result result =
        runtimes
            .runtime(scope.rules(), observed)
            .call(
                frame,
                new ContractRuntime.Call(
                    parts.from(),
                    target,
                    parts.function(),
                    parts.calldata(),
                    U128.ZERO,
                    false,
                    true,
                    fuel));
    final Outcome outcome = Outcome.of(result, result.fuelUsed(), 0, fuel);
    return new Receipt(
        scope.context().waveId(),
        index,
        Hash32.ZERO,
        outcome.status(),
        outcome.category(),
        outcome.code(),
        false,
        outcome.gasUsed(),
        U128.ZERO,
        null,
        outcome.returnData(),
        null,
        List.of());
  }

  /** The call as a transaction; null when it is a raw one that does not decode. */
  private @Nullable Transaction transaction(WaveScope scope, SimCall call) {
    return switch (call) {
      case SimCall.Raw(byte[] bytes) ->
          TransactionDecoder.decode(bytes) instanceof Transaction decoded ? capped(decoded) : null;
      case SimCall.Parts parts -> {
        final Account sender = state.account(parts.from());
        yield new Transaction(
            parts.from(),
            target(parts),
            parts.value(),
            parts.function().isEmpty()
                ? NOTHING
                : new CallPayload(parts.function(), parts.calldata()).encode(),
            gasLimit(parts.gasLimit(), scope),
            sender == null ? 0 : sender.nonce().base(),
            NOTHING,
            FeePayer.SENDER,
            List.of(),
            false,
            0,
            scope.rules().chainId(),
            TransactionType.STANDARD);
      }
    };
  }

  private Transaction capped(Transaction transaction) {
    if (Long.compareUnsigned(transaction.gasLimit(), fuelCap) > 0) {
      throw Simulator.aboveFuelCap(transaction.gasLimit(), fuelCap);
    }
    return transaction;
  }

  private long gasLimit(@Nullable Long asked, WaveScope scope) {
    if (asked == null) {
      return Math.min(fuelCap, scope.rules().gas().maxGasLimit());
    }
    if (Long.compareUnsigned(asked, fuelCap) > 0) {
      throw Simulator.aboveFuelCap(asked, fuelCap);
    }
    return asked;
  }

  private Address target(SimCall.Parts parts) {
    if (parts.to() != null) {
      return parts.to();
    }
    final String name = parts.toName();
    if (name == null) {
      throw Refusal.field("to", "is missing");
    }
    final byte[] address = state.get(StateKeys.nameToAddress(name));
    if (address == null) {
      throw Refusal.of(Reason.NOT_FOUND, "what", "name", "key", name);
    }
    return new Address(Hash32.of(address));
  }

  /** The smallest gas limit that succeeds, to one part in a thousand. */
  private long estimate(
      WaveScope scope, int index, SimCall call, Transaction transaction, long gasUsed) {
    long low = gasUsed - 1;
    long high = transaction.gasLimit();
    long next = gasUsed;
    while (high - low > Math.max(1, high >>> 10)) {
      if (succeeds(scope, index, call, transaction, next)) {
        high = next;
      } else {
        low = next;
      }
      // What the call used is usually enough, or a little more is: look there first.
      next =
          low == gasUsed
              ? Math.min(gasUsed + (gasUsed >>> 4) + 1, high - 1)
              : low + (high - low) / 2;
      if (next <= low) {
        break;
      }
    }
    return high;
  }

  private boolean succeeds(
      WaveScope scope, int index, SimCall call, Transaction transaction, long gasLimit) {
    final Transaction tried =
        new Transaction(
            transaction.from(),
            transaction.to(),
            transaction.value(),
            transaction.data(),
            gasLimit,
            transaction.nonce(),
            transaction.signature(),
            transaction.feePayer(),
            transaction.accessList(),
            transaction.hasDeadline(),
            transaction.deadline(),
            transaction.chainId(),
            transaction.type());
    guard.poll();
    return attempt(scope, index, call, tried, false, false).receipt().status()
        == Receipt.Status.SUCCESS;
  }
}
