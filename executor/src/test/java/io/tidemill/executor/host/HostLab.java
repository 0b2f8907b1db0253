package io.tidemill.executor.host;

import io.tidemill.executor.Rules;
import io.tidemill.executor.WaveContext;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.abi.ScalarType;
import io.tidemill.executor.abi.StateField;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.ContractRuntime.Scope;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.ExecutionGuard;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Launch;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.MemoryBudget;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.ModuleValidator;
import io.tidemill.executor.wasm.WasmProfile;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One frame without an engine: host functions are called as compiled code would call them, on an
 * instance whose contracts are Java lambdas. So a charge is exact to the unit and every pointer is
 * chosen by the test.
 */
final class HostLab {
  static final Address SELF = address("self");
  static final Address CALLER = address("caller");
  static final Address ORIGIN = address("origin");
  static final Address LIBRARY = address("library");
  static final Address RECIPIENT = address("recipient");
  static final long PLENTY = 1_000_000_000_000L;
  static final int PAGE = LinearMemory.PAGE;

  final TreeMap<StateKey, byte[]> base = new TreeMap<>();
  final Map<Hash32, ContractCode> contracts = new TreeMap<>();
  Threshold threshold = Threshold.NONE;
  Rules rules =
      Rules.of(31_337, new Rules.Lifecycle(U128.ZERO, U128.ZERO, 10), Rules.Signatures.TRUSTED);
  ContractType type = ContractType.PARACHAIN;
  boolean view;
  boolean free;
  int depth;
  byte[] calldata = new byte[100];
  long wave = 7;
  List<Hash32> quarantined = List.of();

  static Address address(String name) {
    return new Address(Blake3.hash(name.getBytes(StandardCharsets.UTF_8)));
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  void fund(Address address, long amount) {
    base.put(
        StateKeys.account(address),
        AccountCodec.encode(Account.empty(address).withBalance(U128.of(amount))));
  }

  static ContractAbi.Function function(String name, Attribute... attributes) {
    int bits = 0;
    for (Attribute attribute : attributes) {
      bits |= attribute.bit();
    }
    return new ContractAbi.Function(
        name, ContractAbi.selectorOf(name), bits, List.of(), null, List.of());
  }

  static ContractAbi abi(ContractType type, List<ContractAbi.Function> functions) {
    final List<StateField> schema =
        List.of(
            new StateField("total", List.of(), ScalarType.Basic.U128),
            new StateField("names", List.of(), ScalarType.Basic.STRING),
            new StateField("list", List.of(), new ScalarType.Vec(ScalarType.Basic.U16)),
            new StateField("one", List.of(ScalarType.Basic.ADDRESS), ScalarType.Basic.U128),
            new StateField(
                "two", List.of(ScalarType.Basic.U64, ScalarType.Basic.BOOL), ScalarType.Basic.U128),
            new StateField(
                "three",
                List.of(ScalarType.Basic.U8, ScalarType.Basic.U16, ScalarType.Basic.STRING),
                ScalarType.Basic.U128));
    return abi(type, functions, schema);
  }

  static ContractAbi abi(
      ContractType type, List<ContractAbi.Function> functions, @Nullable List<StateField> schema) {
    int constructor = -1;
    int fallback = -1;
    int receive = -1;
    for (int i = 0; i < functions.size(); i++) {
      constructor = functions.get(i).is(Attribute.CONSTRUCTOR) ? i : constructor;
      fallback = functions.get(i).is(Attribute.FALLBACK) ? i : fallback;
      receive = functions.get(i).is(Attribute.RECEIVE) ? i : receive;
    }
    return new ContractAbi(
        ContractAbi.V1_3,
        ContractAbi.Layout.EXTENDED,
        type,
        functions,
        Hash32.ZERO,
        constructor,
        fallback,
        receive,
        "lab",
        "1.2.3",
        List.of(),
        List.of(),
        schema,
        List.of());
  }

  /** Installs a contract at {@code address} whose functions are {@code body}. */
  ContractCode install(Address address, ContractAbi abi, Consumer<LabInstance> body) {
    final ContractCode code = new ContractCode(new LabModule(address.raw(), body), abi);
    contracts.put(address.raw(), code);
    final byte[] known = base.get(StateKeys.account(address));
    final Account account = known == null ? Account.empty(address) : AccountCodec.decode(known);
    base.put(StateKeys.account(address), AccountCodec.encode(account.asContract(address.raw())));
    return code;
  }

  /** A frame of {@link #SELF} with its own overlay over {@link #base}. */
  LabInstance frame(long fuel) {
    final Overlay overlay = new Overlay(new View());
    final Scope scope =
        new Scope(
            rules,
            new WaveContext(
                wave, 1_700_000_000L, Hash32.fromHex("be".repeat(32)), U128.ZERO, 31_337, 0, 0),
            Hash32.fromHex("aa".repeat(32)),
            0,
            ORIGIN,
            overlay,
            quarantined,
            ExecutionGuard.NONE,
            threshold,
            null);
    final TransactionContext tx =
        new TransactionContext(scope, (o, hash, use) -> contracts.get(hash), 1_600_000_000L);
    final ContractCode code =
        new ContractCode(
            new LabModule(SELF.raw(), instance -> {}),
            abi(
                type,
                List.of(
                    function("run", Attribute.ENTRY),
                    function("peek", Attribute.ENTRY, Attribute.VIEW))));
    CallContext context = null;
    for (int i = 0; i <= depth; i++) {
      context =
          new CallContext(
              tx,
              context,
              code,
              SELF,
              CALLER,
              U128.of(9),
              "run",
              calldata,
              view,
              free,
              CallContext.Guard.CALL);
    }
    final LabInstance instance =
        new LabInstance(
            new Launch(context, fuel, 4_096, 262_144, tx.memory, ExecutionGuard.NONE), self -> {});
    return instance;
  }

  private final class View implements StateView {
    @Override
    public byte @Nullable [] get(StateKey key) {
      return base.get(key);
    }

    @Override
    public byte @Nullable [] code(Hash32 codeHash) {
      return null;
    }
  }

  /** A module whose every export is one lambda. */
  static final class LabModule implements CompiledModule {
    private final Module module;
    private final Consumer<LabInstance> body;

    LabModule(Hash32 codeHash, Consumer<LabInstance> body) {
      final Module empty =
          ModuleValidator.validate(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}, WasmProfile.CONTRACT);
      this.module =
          new Module(
              codeHash,
              empty.bytes(),
              empty.types(),
              empty.imports(),
              empty.functions(),
              empty.tables(),
              empty.memories(),
              empty.globals(),
              empty.exports(),
              empty.start(),
              empty.elements(),
              empty.data(),
              empty.customs());
      this.body = body;
    }

    @Override
    public Module module() {
      return module;
    }

    @Override
    public @Nullable Instance instantiate(Launch launch) {
      return new LabInstance(launch, body);
    }

    @Override
    public long sizeBytes() {
      return 1;
    }
  }

  /** An instance of two pages that runs a lambda. */
  static final class LabInstance extends Instance {
    final List<String> invoked = new ArrayList<>();
    private final Consumer<LabInstance> body;

    LabInstance(Launch launch, Consumer<LabInstance> body) {
      super(launch);
      this.body = body;
      this.memory = LinearMemory.allocate(1, 1, new MemoryBudget(1L << 20));
    }

    CallContext context() {
      return (CallContext) host;
    }

    @Override
    public void start() {}

    @Override
    public long[] invoke(String export, long... arguments) {
      invoked.add(export);
      body.accept(this);
      return new long[0];
    }

    @Override
    public long exportedGlobal(String export) {
      throw new UnsupportedOperationException(export);
    }

    @Override
    public void close() {}
  }
}
