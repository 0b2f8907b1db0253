package io.tidemill.server.author;

import io.tidemill.executor.Event;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.host.ContractRuntime;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.Threshold;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.server.abi.AbiText;
import io.tidemill.server.abi.AbiTexts;
import io.tidemill.server.abi.ValuePrinter;
import io.tidemill.server.author.TestSuite.Call;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestSuite.Mismatch;
import io.tidemill.server.author.TestSuite.Setup;
import io.tidemill.server.author.TestSuite.Slot;
import io.tidemill.server.simulate.CallTree;
import io.tidemill.server.simulate.Frame;
import io.tidemill.server.simulate.TraceText;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A chain for one test: state in memory, every call a transaction of its own, no signatures, nonces
 * or fees. Contracts run on the executor's own runtime. Sources: manifest-and-tests 2.14, decisions
 * H10. Confined to one thread.
 */
final class TestChain {
  private final Rules rules;
  private final ContractRuntime runtime;
  private final TreeMap<StateKey, byte[]> state = new TreeMap<>();
  private final TreeMap<Hash32, byte[]> codes = new TreeMap<>();
  private final Map<Address, Deployed> contracts = new TreeMap<>();
  private TreeMap<StateKey, byte[]> beginning = new TreeMap<>();
  private final AbiTexts texts = new AbiTexts();
  private int events;

  /** How a call ended, as a test sees it. */
  record Outcome(
      End end,
      int code,
      byte[] returnData,
      long fuel,
      List<Event> events,
      List<String> logs,
      List<String> trace) {}

  TestChain(Rules rules, WasmContractRuntime runtime, Setup setup) {
    this.rules = rules;
    this.runtime = runtime;
    for (Deployed contract : setup.contracts()) {
      install(contract);
    }
    setup.balances().forEach(this::setBalance);
    setup
        .slots()
        .forEach(
            (contract, slots) ->
                slots.forEach(
                    (slot, value) -> {
                      final StateKey key = StateKeys.slot(contract, slot);
                      if (key != null) {
                        state.put(key, value);
                      }
                    }));
    beginning = new TreeMap<>(state);
  }

  private void install(Deployed contract) {
    final Hash32 codeHash = Blake3.hash(contract.wasm());
    contracts.put(contract.address(), contract);
    codes.put(codeHash, contract.wasm());
    state.put(
        StateKeys.account(contract.address()),
        AccountCodec.encode(Account.empty(contract.address()).asContract(codeHash)));
    state.put(
        StateKeys.contract(contract.address()),
        ContractRecord.of(Address.ZERO, U128.ZERO).encode());
  }

  private Account account(Address address) {
    final byte[] record = state.get(StateKeys.account(address));
    return record == null ? Account.empty(address) : AccountCodec.decode(record);
  }

  private void setBalance(Address address, U128 balance) {
    state.put(
        StateKeys.account(address), AccountCodec.encode(account(address).withBalance(balance)));
  }

  U128 balance(Address address) {
    return account(address).balance();
  }

  /** The stored bytes, or null when there are none. */
  byte @Nullable [] slot(Slot slot) {
    final StateKey key = StateKeys.slot(slot.contract(), slot.slot());
    return key == null ? null : state.get(key);
  }

  /** Events of all successful calls so far. */
  int eventCount() {
    return events;
  }

  /** Runs one call; its writes stay when it succeeds. */
  Outcome run(String test, int index, Call call) {
    if (call.lockout() && isConstructor(call)) {
      return refused(RejectCode.CONSTRUCTOR_LOCKOUT);
    }
    if (!call.strictValue() && balance(call.from()).compareTo(call.value()) < 0) {
      setBalance(call.from(), call.value());
    }
    final Overlay overlay = new Overlay(view());
    final CallTree tree = new CallTree(CallTree.Detail.STEPS, this::words);
    final ContractRuntime.Result result =
        runtime.call(
            scope(test, index, call, overlay, tree),
            new ContractRuntime.Call(
                call.from(),
                call.target(),
                call.function(),
                call.calldata(),
                call.value(),
                call.function().isEmpty(),
                false,
                call.gas()));
    final List<Event> emitted = result.end() == End.SUCCESS ? overlay.events() : List.<Event>of();
    final Frame root = tree.root();
    final List<String> trace =
        root == null ? new ArrayList<>() : new ArrayList<>(TraceText.of(root, this::name));
    if (result.end() == End.SUCCESS) {
      trace.addAll(changes(overlay));
      commit(overlay);
      events += emitted.size();
    }
    return new Outcome(
        result.end(),
        result.code(),
        result.returnData(),
        result.fuelUsed(),
        emitted,
        tree.messages().stream().map(CallTree.Message::text).toList(),
        trace);
  }

  private static Outcome refused(RejectCode code) {
    return new Outcome(
        End.REJECTED, code.number(), new byte[0], 0, List.of(), List.of(), List.of());
  }

  private boolean isConstructor(Call call) {
    final Deployed contract = contracts.get(call.target());
    final Manifest manifest = contract == null ? null : contract.manifest();
    final Manifest.Function function = manifest == null ? null : manifest.function(call.function());
    return function != null && (function.attributes() & Attribute.CONSTRUCTOR.bit()) != 0;
  }

  private ContractRuntime.Scope scope(
      String test, int index, Call call, Overlay overlay, CallTree tree) {
    final byte[] hashed = ("tidemill test tx" + test + "\0\0\0\0").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 4; i++) {
      hashed[hashed.length - 4 + i] = (byte) (index >>> (8 * i));
    }
    final byte[] beacon = "tidemill test beacon\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 8; i++) {
      beacon[beacon.length - 8 + i] = (byte) (call.context().wave() >>> (8 * i));
    }
    final WaveContext wave =
        new WaveContext(
            call.context().wave(),
            call.context().now(),
            Blake3.hash(beacon),
            U128.ZERO,
            call.context().chainId(),
            call.context().wave() / rules.staking().epochLengthWaves(),
            0);
    return new ContractRuntime.Scope(
        rules,
        wave,
        Blake3.hash(hashed),
        index,
        call.from(),
        overlay,
        List.of(),
        new ExecutionGuard(),
        Threshold.NONE,
        tree);
  }

  private @Nullable AbiText words(Hash32 codeHash) {
    return texts.of(codeHash, codes::get);
  }

  private String name(Address address) {
    final Deployed contract = contracts.get(address);
    return contract == null ? "0x" + address : contract.name();
  }

  /** What a successful call leaves different, one state key per line. */
  private List<String> changes(Overlay overlay) {
    final List<String> lines = new ArrayList<>();
    overlay
        .sortedWrites()
        .forEach(
            (key, value) -> {
              final byte[] before = state.get(key);
              if (!Arrays.equals(before, value)) {
                lines.add("state " + key + ": " + shown(before) + " -> " + shown(value));
              }
            });
    return lines;
  }

  private static String shown(byte @Nullable [] value) {
    return value == null ? "absent" : ValuePrinter.hex(value);
  }

  private StateView view() {
    return new StateView() {
      @Override
      public byte @Nullable [] get(StateKey key) {
        return state.get(key);
      }

      @Override
      public byte @Nullable [] code(Hash32 codeHash) {
        return codes.get(codeHash);
      }
    };
  }

  private void commit(Overlay overlay) {
    overlay
        .sortedWrites()
        .forEach(
            (key, value) -> {
              if (value == null) {
                state.remove(key);
              } else {
                state.put(key, value);
              }
            });
    codes.putAll(overlay.sortedCodes());
  }

  /** The first slot that changed since the beginning and is not among {@code named}. */
  @Nullable Mismatch otherWrites(List<Slot> named) {
    final Set<StateKey> expected = new HashSet<>();
    for (Slot slot : named) {
      expected.add(StateKeys.slot(slot.contract(), slot.slot()));
    }
    for (Address contract : contracts.keySet()) {
      expected.add(StateKeys.account(contract));
    }
    final TreeMap<StateKey, byte[]> all = new TreeMap<>(beginning);
    all.putAll(state);
    for (StateKey key : all.keySet()) {
      final byte[] before = beginning.get(key);
      final byte[] after = state.get(key);
      if (!Arrays.equals(before, after) && !expected.contains(key) && isSlot(key)) {
        return new Mismatch(
            "no_other_storage_writes",
            "no change of " + key,
            after == null ? "a deletion" : ValuePrinter.hex(after));
      }
    }
    return null;
  }

  /** Accounts live in the same map as slots; only what a contract stores counts. */
  private boolean isSlot(StateKey key) {
    for (Address contract : contracts.keySet()) {
      if (key.raw().sharesPrefix16(contract.raw())) {
        return true;
      }
    }
    return false;
  }
}
