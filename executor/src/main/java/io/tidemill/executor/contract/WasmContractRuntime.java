package io.tidemill.executor.contract;

import io.tidemill.executor.NodeFault;
import io.tidemill.executor.Rules;
import io.tidemill.executor.host.ContractCode;
import io.tidemill.executor.host.ContractLifecycle;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.host.TopCalls;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.ModuleCache;
import java.util.function.Supplier;

/**
 * The contract runtime of one set of rules on one engine. Safe for use by many threads.
 *
 * <p>Whatever leaves an engine besides its closed list of traps is a {@link NodeFault} here; only
 * an attempt that its guard stopped passes, so that it can be tried again elsewhere.
 */
@SuppressWarnings("ReferenceEquality") // the same rules object is the common case
public final class WasmContractRuntime implements ContractRuntime, ContractLifecycle {
  private static final long MAINNET = 1;
  private static final long TESTNET = 2;

  /** What a cache has room for, per module that it may hold. */
  private static final long BYTES_PER_MODULE = 2L << 20;

  private final Rules rules;
  private final EngineCodeStore codes;
  private final Deployments deployments;
  private final Upgrades upgrades;

  /** The runtime that obeys {@code rules} on {@code engine}. */
  public WasmContractRuntime(Rules rules, Engine engine) {
    this(rules, engine, newCache(ModuleCache.DEFAULT_MODULES), ArtifactStore.NONE);
  }

  /** The same with a cache and artefacts that runtimes of other rules and engines may share. */
  WasmContractRuntime(
      Rules rules, Engine engine, ModuleCache<ContractCode> cache, ArtifactStore artifacts) {
    this(rules, engine, ContractProfile.of(rules), cache, artifacts);
  }

  /** A cache for up to {@code modules} modules. */
  static ModuleCache<ContractCode> newCache(int modules) {
    return new ModuleCache<>(
        modules, modules * BYTES_PER_MODULE, code -> code.module().sizeBytes());
  }

  private WasmContractRuntime(
      Rules rules,
      Engine engine,
      ContractProfile profile,
      ModuleCache<ContractCode> cache,
      ArtifactStore artifacts) {
    this.rules = rules;
    this.codes = new EngineCodeStore(rules, profile, engine, cache, artifacts);
    this.deployments = new Deployments(rules, profile, codes);
    this.upgrades = new Upgrades(rules, profile, codes);
  }

  /**
   * A runtime for test runners: {@code debug_log} links and constructors are ordinary entries
   * (decisions H10).
   *
   * @throws IllegalArgumentException if {@code rules} are those of the mainnet or the testnet
   */
  public static WasmContractRuntime forTests(Rules rules, Engine engine) {
    return new WasmContractRuntime(
        rules,
        engine,
        testProfile(rules, true),
        newCache(ModuleCache.DEFAULT_MODULES),
        ArtifactStore.NONE);
  }

  /**
   * A runtime for development chains, where {@code debug_log} links and nothing else is different.
   *
   * @throws IllegalArgumentException if {@code rules} are those of the mainnet or the testnet
   */
  static WasmContractRuntime forDevelopment(
      Rules rules, Engine engine, ModuleCache<ContractCode> cache, ArtifactStore artifacts) {
    return new WasmContractRuntime(rules, engine, testProfile(rules, false), cache, artifacts);
  }

  private static TestProfile testProfile(Rules rules, boolean constructorsAreEntries) {
    if (rules.chainId() == MAINNET || rules.chainId() == TESTNET) {
      throw new IllegalArgumentException(
          "chain id " + rules.chainId() + " is no test chain; the test profile is not for it");
    }
    return new TestProfile(ContractProfile.of(rules), constructorsAreEntries);
  }

  /**
   * Gets a module ready that was ready before the process was started again. Whatever goes wrong is
   * left to the first call.
   *
   * @return whether it is ready now; not when {@code key} was made by other rules or another engine
   */
  boolean warm(ModuleCache.Key key, byte[] wasm) {
    try {
      return codes.warm(key, wasm);
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      return false;
    }
  }

  @Override
  public Result call(Scope scope, Call call) {
    check(scope);
    return guarded(() -> TopCalls.call(scope, codes, call));
  }

  @Override
  public Result deploy(Scope scope, Deploy deploy) {
    check(scope);
    return guarded(() -> deployments.deploy(scope, deploy));
  }

  @Override
  public int attributes(Scope scope, Address target, String function, boolean bareValue) {
    check(scope);
    return guarded(() -> TopCalls.attributes(scope, codes, target, function, bareValue));
  }

  @Override
  public Report check(Rules wanted, String name, byte[] wasm, int contractType) {
    if (!wanted.equals(rules)) {
      throw new IllegalArgumentException("the runtime obeys other rules");
    }
    return guarded(() -> deployments.check(name, wasm, contractType));
  }

  @Override
  public Result scheduleUpgrade(Scope scope, Upgrade upgrade) {
    check(scope);
    return guarded(() -> upgrades.schedule(scope, upgrade));
  }

  @Override
  public Result cancelUpgrade(Scope scope, Address sender, Address contract, boolean governed) {
    check(scope);
    return guarded(() -> upgrades.cancel(scope, sender, contract, governed));
  }

  @Override
  public Result transferOwnership(Scope scope, Address sender, Address contract, Address newOwner) {
    check(scope);
    return guarded(() -> upgrades.transferOwnership(scope, sender, contract, newOwner));
  }

  @Override
  public Result forfeitDeposit(Scope scope, Address contract, Address treasury) {
    check(scope);
    return guarded(() -> upgrades.forfeitDeposit(scope, contract, treasury));
  }

  @SuppressWarnings("ReferenceEquality") // a quick answer before the long comparison
  private void check(Scope scope) {
    if (scope.rules() != rules && !scope.rules().equals(rules)) {
      throw new NodeFault("a transaction of other rules reached this runtime");
    }
  }

  @SuppressWarnings("CatchingUnchecked") // the boundary where every accident becomes a node fault
  private static <T> T guarded(Supplier<T> attempt) {
    try {
      return attempt.get();
    } catch (NodeFault | ExecutionGuard.AttemptStopped known) {
      throw known;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError accident) {
      throw new NodeFault("a contract call ended in " + accident, accident);
    }
  }
}
