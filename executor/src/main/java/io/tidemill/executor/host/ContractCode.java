package io.tidemill.executor.host;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.StateField;
import io.tidemill.executor.wasm.CompiledModule;
import io.tidemill.executor.wasm.Module;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A contract's code, ready to run: the compiled module and its ABI with tables to look names up.
 * Immutable and shared by all workers.
 */
public final class ContractCode {
  static final String INITIALIZE = "_initialize";

  private final CompiledModule module;
  private final ContractAbi abi;
  private final boolean initializes;
  private final Map<String, ContractAbi.Function> functions = new HashMap<>();
  private final Map<String, StateField> fields = new HashMap<>();

  /** Takes a module that passed the deploy gate, with its ABI. */
  public ContractCode(CompiledModule module, ContractAbi abi) {
    this.module = module;
    this.abi = abi;
    boolean found = false;
    for (Module.Export export : module.module().exports()) {
      found |= export.kind() == Module.Kind.FUNCTION && export.name().equals(INITIALIZE);
    }
    this.initializes = found;
    for (ContractAbi.Function function : abi.functions()) {
      functions.put(function.name(), function);
    }
    if (abi.schema() != null) {
      for (StateField field : abi.schema()) {
        fields.put(
            new String(field.name().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
            field);
      }
    }
  }

  /** Blake3 of the deployed bytes. */
  public Hash32 codeHash() {
    return module.module().codeHash();
  }

  /** The module. */
  public CompiledModule module() {
    return module;
  }

  /** The ABI. */
  public ContractAbi abi() {
    return abi;
  }

  /** Whether it was deployed as a parachain. */
  boolean isParachain() {
    return abi.type() == ContractAbi.ContractType.PARACHAIN;
  }

  /** Whether {@code _initialize} runs before the entry (decisions H8). */
  boolean initializes() {
    return initializes;
  }

  /**
   * Takes the result of an entry that ended by itself. Entries of type () -> i32, which only the
   * {@code aether} profile has, succeed with 0 and revert with anything else.
   */
  void conclude(CallContext frame, long[] results) {
    if (results.length == 0 || (int) results[0] == 0) {
      return;
    }
    final int code = (int) results[0];
    frame.end = ContractRuntime.End.REVERTED;
    frame.payload =
        new byte[] {(byte) code, (byte) (code >>> 8), (byte) (code >>> 16), (byte) (code >>> 24)};
  }

  /** The schema field with these name bytes, or null. */
  @Nullable StateField field(byte[] bytes, int offset, int length) {
    // One char per byte: any bytes make a key, and equal bytes make equal keys.
    return fields.get(new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
  }

  /** The constructor, or null. */
  public ContractAbi.@Nullable Function constructor() {
    return at(abi.constructorIndex());
  }

  /**
   * The function that a call by name runs, or null: a declared function that can be called from
   * outside, else the fallback. The constructor is found too; whoever calls must refuse it. Source:
   * host-abi 1.10.
   */
  public ContractAbi.@Nullable Function resolve(String name) {
    final ContractAbi.Function function = functions.get(name);
    if (function != null && (function.attributes() & CALLABLE) != 0) {
      return function;
    }
    return at(abi.fallbackIndex());
  }

  /** The function that takes value without data, or null. */
  public ContractAbi.@Nullable Function resolveBareValue() {
    final ContractAbi.Function receive = at(abi.receiveIndex());
    return receive != null ? receive : at(abi.fallbackIndex());
  }

  private static final int CALLABLE =
      Attribute.ENTRY.bit()
          | Attribute.CONSTRUCTOR.bit()
          | Attribute.FALLBACK.bit()
          | Attribute.RECEIVE.bit();

  private ContractAbi.@Nullable Function at(int index) {
    return index < 0 ? null : abi.functions().get(index);
  }
}
