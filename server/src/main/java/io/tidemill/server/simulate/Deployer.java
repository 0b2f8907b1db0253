package io.tidemill.server.simulate;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.ContractRuntimes;
import io.tidemill.executor.Receipt;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionHash;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.server.errors.Limit;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.query.Base;
import io.tidemill.server.query.ChainReader;
import io.tidemill.state.Snapshot;
import io.tidemill.state.hash.Hash32;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks a contract module, prepares its deploy transaction, or deploys it in a session. */
public final class Deployer {
  /** Answers of executed deploys that are remembered by their request id. */
  private static final int REMEMBERED = 1_024;

  /** Gas on top of an estimate: the state may change until the transaction runs. */
  private static final long MARGIN_DIVISOR = 10;

  /** What to do with the module. */
  public enum Mode {
    CHECK,
    PREPARE,
    EXECUTE
  }

  /**
   * A module and what it is for.
   *
   * @param contractType 0 contract, 1 parachain
   * @param from who deploys; null with {@link Mode#CHECK} only
   * @param gasLimit null for an estimate
   * @param nonce null for the first free one
   * @param sessionId the session of {@link Mode#EXECUTE}
   * @param requestId the same one gets the same answer, unless it is empty
   */
  public record Request(
      Mode mode,
      Base base,
      String name,
      byte[] wasm,
      int contractType,
      byte[] initCalldata,
      @Nullable Address from,
      U128 value,
      @Nullable Long gasLimit,
      @Nullable Long nonce,
      String sessionId,
      String requestId) {}

  /**
   * What was found out.
   *
   * @param transaction the unsigned bytes, or null
   * @param transactionHash what to sign, or null
   * @param receipt what the deployment did, or null
   */
  public record Answer(
      ContractLifecycle.Report report,
      byte @Nullable [] transaction,
      @Nullable Hash32 transactionHash,
      long gasLimit,
      @Nullable Receipt receipt) {}

  private final ChainReader reader;
  private final ChainSpecification chain;
  private final ContractRuntimes runtimes;
  private final Simulator simulator;
  private final Sessions sessions;

  /** Guarded by itself; oldest first. */
  private final LinkedHashMap<String, Answer> remembered = new LinkedHashMap<>();

  public Deployer(
      ChainReader reader,
      ChainSpecification chain,
      ContractRuntimes runtimes,
      Simulator simulator,
      Sessions sessions) {
    this.reader = reader;
    this.chain = chain;
    this.runtimes = runtimes;
    this.simulator = simulator;
    this.sessions = sessions;
  }

  /** Does what {@code request} asks. */
  public Answer deploy(Request request) {
    final Rules rules = chain.rulesAt(reader.position().expectedWave());
    if (request.wasm().length > rules.gas().maxDeployWasmBytes()) {
      throw Refusal.limit(
          Limit.WASM_BYTES, request.wasm().length, rules.gas().maxDeployWasmBytes());
    }
    final ContractLifecycle.Report report =
        runtimes
            .lifecycle(rules, false)
            .check(rules, request.name(), request.wasm(), request.contractType());
    if (request.mode() == Mode.CHECK || !report.violations().isEmpty()) {
      return new Answer(report, null, null, report.gas(), null);
    }
    final String key = request.requestId();
    synchronized (remembered) {
      final Answer known = key.isEmpty() ? null : remembered.get(key);
      if (known != null) {
        return known;
      }
    }
    final Answer answer =
        request.mode() == Mode.PREPARE ? prepare(request, report) : execute(request, report);
    if (!key.isEmpty()) {
      synchronized (remembered) {
        remembered.put(key, answer);
        if (remembered.size() > REMEMBERED) {
          remembered.pollFirstEntry();
        }
      }
    }
    return answer;
  }

  private Answer prepare(Request request, ContractLifecycle.Report report) {
    long gas = request.gasLimit() == null ? 0 : request.gasLimit();
    if (request.gasLimit() == null) {
      final byte[] draft = TransactionEncoder.encode(transaction(request, simulator.fuelCap()));
      final Simulated.Call call =
          simulator
              .simulate(
                  Simulation.of(
                      request.base(),
                      new Simulation.SimCall.Raw(draft),
                      Simulation.Options.ESTIMATE))
              .waves()
              .getFirst()
              .calls()
              .getFirst();
      final Long estimate = call.gasEstimate();
      if (estimate == null) {
        return new Answer(report, null, null, call.receipt().gasUsed(), call.receipt());
      }
      gas = estimate + estimate / MARGIN_DIVISOR;
    }
    final Transaction transaction = transaction(request, gas);
    return new Answer(
        report, TransactionEncoder.encode(transaction), TransactionHash.of(transaction), gas, null);
  }

  private Answer execute(Request request, ContractLifecycle.Report report) {
    if (request.sessionId().isEmpty()) {
      throw Refusal.field("session_id", "is missing: on a chain, a wave deploys");
    }
    final long gas = request.gasLimit() == null ? simulator.fuelCap() : request.gasLimit();
    final Request inSession = withBase(request, new Base.InSession(request.sessionId()));
    final byte[] bytes = TransactionEncoder.encode(transaction(inSession, gas));
    final Simulated.Call call =
        sessions
            .execute(
                request.sessionId(),
                List.of(
                    new Simulation.SimWave(
                        Simulation.Context.NONE,
                        List.of(),
                        List.of(new Simulation.SimCall.Raw(bytes)))),
                Simulation.Options.CALL)
            .waves()
            .getFirst()
            .calls()
            .getFirst();
    return new Answer(report, null, null, gas, call.receipt());
  }

  private static Request withBase(Request request, Base base) {
    return new Request(
        request.mode(),
        base,
        request.name(),
        request.wasm(),
        request.contractType(),
        request.initCalldata(),
        request.from(),
        request.value(),
        request.gasLimit(),
        request.nonce(),
        request.sessionId(),
        request.requestId());
  }

  private Transaction transaction(Request request, long gasLimit) {
    final Address from = request.from();
    if (from == null) {
      throw Refusal.field("from", "is missing");
    }
    Long nonce = request.nonce();
    if (nonce == null) {
      try (Snapshot state = reader.open(request.base())) {
        final Account account = ChainReader.account(state, from);
        nonce = account == null ? 0 : account.nonce().base();
      }
    }
    return new Transaction(
        from,
        Address.ZERO,
        request.value(),
        new DeployData(
                request.name(), request.wasm(), request.contractType(), request.initCalldata())
            .encode(),
        gasLimit,
        nonce,
        new byte[0],
        FeePayer.SENDER,
        List.of(),
        false,
        0,
        chain.chainId(),
        TransactionType.DEPLOY);
  }
}
