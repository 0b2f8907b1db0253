package io.tidemill.executor.contract;

import io.tidemill.executor.Event;
import io.tidemill.executor.ParachainMessage;
import io.tidemill.executor.Rules;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.CallTracer;
import io.tidemill.executor.host.ContractRuntime.Call;
import io.tidemill.executor.host.ContractRuntime.Deploy;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.host.ContractRuntime.Scope;
import io.tidemill.executor.host.Threshold;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A chain in a map: every call is a transaction that commits when it succeeds. */
public final class TestChain implements StateView {
  public static final Address ALICE = address("alice");
  public static final Address BOB = address("bob");
  public static final U128 RICH = U128.of(1_000_000_000_000_000L);

  public final TreeMap<StateKey, byte[]> state = new TreeMap<>();
  private final TreeMap<Hash32, byte[]> codes = new TreeMap<>();
  public final Rules rules;
  public final WasmContractRuntime runtime;

  public long wave = 7;
  public int transactions;
  public List<Hash32> quarantined = new ArrayList<>();
  public Threshold threshold = Threshold.NONE;
  public @Nullable CallTracer tracer;

  /** What the last transaction left behind. */
  public List<Event> events = List.of();

  public List<ParachainMessage> messages = List.of();

  public TestChain() {
    this(Rules.of(31_337, new Rules.Lifecycle(U128.ZERO, U128.ZERO, 10), Rules.Signatures.TRUSTED));
  }

  public TestChain(Rules rules) {
    this(rules, new ChicoryEngine());
  }

  public TestChain(Rules rules, Engine engine) {
    this.rules = rules;
    this.runtime = new WasmContractRuntime(rules, engine);
    fund(ALICE, RICH);
    fund(BOB, RICH);
  }

  public static Address address(String name) {
    return new Address(Blake3.hash(name.getBytes(StandardCharsets.UTF_8)));
  }

  public void fund(Address address, U128 amount) {
    state.put(
        StateKeys.account(address),
        AccountCodec.encode(Account.empty(address).withBalance(amount)));
  }

  public U128 balance(Address address) {
    return new Ledger(new Overlay(this)).balance(address);
  }

  @Override
  public byte @Nullable [] get(StateKey key) {
    return state.get(key);
  }

  @Override
  public byte @Nullable [] code(Hash32 codeHash) {
    return codes.get(codeHash);
  }

  public WaveContext context() {
    return new WaveContext(
        wave, 1_700_000_000L + wave, Blake3.hash(new byte[] {1}), U128.of(1), 31_337, 0, 0);
  }

  public Scope scope(Address origin, Overlay overlay) {
    return new Scope(
        rules,
        context(),
        Blake3.hash(("tx" + transactions).getBytes(StandardCharsets.UTF_8)),
        transactions,
        origin,
        overlay,
        quarantined,
        ExecutionGuard.NONE,
        threshold,
        tracer);
  }

  public void commit(Overlay overlay) {
    for (Map.Entry<StateKey, byte @Nullable []> write : overlay.sortedWrites().entrySet()) {
      if (write.getValue() == null) {
        state.remove(write.getKey());
      } else {
        state.put(write.getKey(), write.getValue());
      }
    }
    codes.putAll(overlay.sortedCodes());
    events = overlay.events();
    messages = overlay.messages();
    transactions++;
  }

  public Result deploy(String name, byte[] wasm, byte[] init) {
    return deploy(name, wasm, 0, init, U128.ZERO);
  }

  public Result deploy(String name, byte[] wasm, int type, byte[] init, U128 value) {
    return deploy(new Deploy(ALICE, name, wasm, type, init, value, 1_000_000_000L));
  }

  public Result deploy(Deploy deploy) {
    final Overlay overlay = new Overlay(this);
    final Result result = runtime.deploy(scope(deploy.deployer(), overlay), deploy);
    commit(overlay);
    return result;
  }

  /** Deploys what must deploy. */
  public Address install(String name, byte[] wasm, byte[] init) {
    return installed(deploy(name, wasm, init));
  }

  public static Address installed(Result result) {
    if (result.end() != End.SUCCESS || result.created() == null) {
      throw new AssertionError(
          result.end()
              + " "
              + result.code()
              + " "
              + new String(result.returnData(), StandardCharsets.UTF_8));
    }
    return result.created();
  }

  public Result call(Address target, String function, byte[] calldata) {
    return call(ALICE, target, function, calldata, U128.ZERO, 100_000_000L);
  }

  public Result call(
      Address sender, Address target, String function, byte[] calldata, U128 value, long fuel) {
    return call(new Call(sender, target, function, calldata, value, false, false, fuel));
  }

  public Result call(Call call) {
    final Overlay overlay = new Overlay(this);
    final Result result = runtime.call(scope(call.sender(), overlay), call);
    commit(overlay);
    return result;
  }
}
