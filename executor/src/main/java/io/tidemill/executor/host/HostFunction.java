package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostFunction.Available.EVERYWHERE;
import static io.tidemill.executor.host.HostFunction.Available.PARACHAINS;
import static io.tidemill.executor.host.HostFunction.Overload.compatible;
import static io.tidemill.executor.host.HostFunction.Overload.current;
import static io.tidemill.executor.host.HostFunction.Overload.legacy;
import static io.tidemill.executor.host.HostFunction.View.ALLOWED;
import static io.tidemill.executor.host.HostFunction.View.INHERITS;
import static io.tidemill.executor.host.HostFunction.View.REFUSED;
import static io.tidemill.executor.host.HostFunction.View.TRAPS;
import static io.tidemill.executor.host.HostFunction.View.WITHOUT_VALUE;

import io.tidemill.executor.wasm.FunctionType;
import io.tidemill.executor.wasm.HostBinding;
import io.tidemill.executor.wasm.ValType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every function that a contract of the {@code pyde} profile may import: the single source of
 * names, types of both generations, prices, availability, behavior in views and first ABI version.
 * The allowlist, the linker, the price lists, the reference page and the rules hash derive from it.
 *
 * <p>Types are written as parameters, a colon, and the result: {@code i} is i32, {@code l} is i64.
 *
 * <p>Source: host-abi 2.3 to 2.15 and 3.2; decisions H1, H8.
 */
public enum HostFunction {
  SLOAD(
      "sload",
      EVERYWHERE,
      Price.of(100).perByte(1),
      current("iii:i", ALLOWED, RawStorage.class, "sload"),
      legacy("ii:i", ALLOWED, RawStorage.class, "sloadWord")),
  SSTORE(
      "sstore",
      EVERYWHERE,
      Price.of(5_000).perByte(32),
      current("iii:", TRAPS, RawStorage.class, "sstore"),
      legacy("ii:i", REFUSED, RawStorage.class, "sstoreWord")),
  SDELETE(
      "sdelete",
      EVERYWHERE,
      Price.of(5_000),
      current("i:", TRAPS, RawStorage.class, "sdelete"),
      legacy("i:i", REFUSED, RawStorage.class, "sdeleteWord")),

  SLOAD_SCALAR("sload_scalar", Price.of(120).perByte(1), typed("iiii:i", ALLOWED, "sloadScalar")),
  SLOAD_MAP1("sload_map1", Price.of(120).perByte(1), typed("iiiiii:i", ALLOWED, "sloadMap1")),
  SLOAD_MAP2("sload_map2", Price.of(120).perByte(1), typed("iiiiiiii:i", ALLOWED, "sloadMap2")),
  SLOAD_MAP3("sload_map3", Price.of(120).perByte(1), typed("iiiiiiiiii:i", ALLOWED, "sloadMap3")),
  SSTORE_SCALAR(
      "sstore_scalar", Price.of(5_020).perByte(32), typed("iiii:i", REFUSED, "sstoreScalar")),
  SSTORE_MAP1("sstore_map1", Price.of(5_020).perByte(32), typed("iiiiii:i", REFUSED, "sstoreMap1")),
  SSTORE_MAP2(
      "sstore_map2", Price.of(5_020).perByte(32), typed("iiiiiiii:i", REFUSED, "sstoreMap2")),
  SSTORE_MAP3(
      "sstore_map3", Price.of(5_020).perByte(32), typed("iiiiiiiiii:i", REFUSED, "sstoreMap3")),
  SDELETE_SCALAR("sdelete_scalar", Price.of(5_020), typed("ii:i", REFUSED, "sdeleteScalar")),
  SDELETE_MAP1("sdelete_map1", Price.of(5_020), typed("iiii:i", REFUSED, "sdeleteMap1")),
  SDELETE_MAP2("sdelete_map2", Price.of(5_020), typed("iiiiii:i", REFUSED, "sdeleteMap2")),
  SDELETE_MAP3("sdelete_map3", Price.of(5_020), typed("iiiiiiii:i", REFUSED, "sdeleteMap3")),

  BALANCE(
      "balance",
      EVERYWHERE,
      Price.of(100),
      current("ii:i", ALLOWED, Balances.class, "balance"),
      compatible("ii:", ALLOWED, Balances.class, "balanceVoid")),
  TRANSFER(
      "transfer",
      EVERYWHERE,
      Price.of(7_000),
      current("ii:i", REFUSED, Balances.class, "transfer")),

  CALLER("caller", EVERYWHERE, Price.of(5), current("i:i", ALLOWED, Surroundings.class, "caller")),
  ORIGIN("origin", EVERYWHERE, Price.of(5), current("i:i", ALLOWED, Surroundings.class, "origin")),
  SELF_ADDRESS(
      "self_address",
      EVERYWHERE,
      Price.of(5),
      current("i:i", ALLOWED, Surroundings.class, "selfAddress")),
  WAVE_ID("wave_id", EVERYWHERE, Price.of(2), scalar(":l", "waveId")),
  BLOCK_HEIGHT("block_height", EVERYWHERE, Price.of(2), scalarLegacy("blockHeight")),
  WAVE_TIMESTAMP("wave_timestamp", EVERYWHERE, Price.of(2), scalar(":l", "waveTimestamp")),
  BLOCK_TIMESTAMP("block_timestamp", EVERYWHERE, Price.of(2), scalarLegacy("blockTimestamp")),
  CHAIN_ID("chain_id", EVERYWHERE, Price.of(2), scalar(":l", "chainId")),
  TX_HASH(
      "tx_hash",
      EVERYWHERE,
      Price.of(5),
      current("i:", ALLOWED, Surroundings.class, "txHash"),
      legacy("i:i", ALLOWED, Surroundings.class, "txHashCode")),
  TX_VALUE(
      "tx_value",
      EVERYWHERE,
      Price.of(5),
      current("i:", ALLOWED, Surroundings.class, "txValue"),
      legacy("i:i", ALLOWED, Surroundings.class, "txValueCode")),
  TX_GAS_REMAINING("tx_gas_remaining", EVERYWHERE, Price.of(2), scalar(":l", "txGasRemaining")),
  CALLDATA_SIZE("calldata_size", EVERYWHERE, Price.of(2), scalar(":i", "calldataSize")),
  CALLDATA_COPY(
      "calldata_copy",
      EVERYWHERE,
      Price.of(8).perByte(1),
      current("iii:i", ALLOWED, Surroundings.class, "calldataCopy"),
      compatible("ii:i", ALLOWED, Surroundings.class, "calldataCopyAll"),
      compatible("iiii:i", ALLOWED, Surroundings.class, "calldataCopyWindow")),

  EMIT_EVENT(
      "emit_event",
      EVERYWHERE,
      Price.of(100).perItem(50).perByte(8),
      current("iiii:i", REFUSED, Events.class, "emitEvent")),

  HASH_BLAKE3(
      "hash_blake3",
      EVERYWHERE,
      Price.of(15).perWord(3),
      current("iii:", ALLOWED, Hashes.class, "blake3"),
      legacy("iii:i", ALLOWED, Hashes.class, "blake3Code")),
  HASH_POSEIDON2(
      "hash_poseidon2",
      EVERYWHERE,
      Price.of(100).perWord(30),
      current("iii:", ALLOWED, Hashes.class, "poseidon2"),
      legacy("iii:i", ALLOWED, Hashes.class, "poseidon2Code")),
  HASH_KECCAK256(
      "hash_keccak256",
      EVERYWHERE,
      Price.of(30).perWord(6),
      current("iii:", ALLOWED, Hashes.class, "keccak256"),
      legacy("iii:i", ALLOWED, Hashes.class, "keccak256Code")),

  FALCON_VERIFY(
      "falcon_verify",
      EVERYWHERE,
      Price.of(50_000),
      current("iiiii:i", ALLOWED, Signatures.class, "falconVerify")),
  CROSS_CALL(
      "cross_call",
      EVERYWHERE,
      Price.of(1_000).perByte(8),
      current("iiiiiilii:i", WITHOUT_VALUE, Calls.class, "crossCall")),
  CROSS_CALL_STATIC(
      "cross_call_static",
      EVERYWHERE,
      Price.of(50),
      current("iiiiilii:i", ALLOWED, Calls.class, "crossCallStatic")),
  DELEGATE_CALL(
      "delegate_call",
      EVERYWHERE,
      Price.of(1_200).perByte(8),
      current("iiiiilii:i", INHERITS, Calls.class, "delegateCall")),

  RETURN("return", EVERYWHERE, Price.of(0), current("ii:", ALLOWED, Flow.class, "finish")),
  REVERT("revert", EVERYWHERE, Price.of(0), current("ii:", ALLOWED, Flow.class, "revert")),
  CONSUME_GAS(
      "consume_gas",
      EVERYWHERE,
      Price.of(2),
      current("l:i", ALLOWED, Flow.class, "consumeGas"),
      compatible("l:", ALLOWED, Flow.class, "consumeGasVoid")),
  BEACON_GET(
      "beacon_get",
      EVERYWHERE,
      Price.of(50),
      current("i:i", ALLOWED, Surroundings.class, "beaconGet")),
  INSTANTIATE(
      "instantiate",
      EVERYWHERE,
      Price.of(20_000).perByte(8),
      current("iiiiiliii:i", TRAPS, Factory.class, "instantiate")),

  PARACHAIN_STORAGE_READ(
      "parachain_storage_read",
      PARACHAINS,
      Price.of(250).perByte(1),
      current("iiii:i", ALLOWED, Parachains.class, "storageRead")),
  PARACHAIN_STORAGE_WRITE(
      "parachain_storage_write",
      PARACHAINS,
      Price.of(5_500).perByte(10),
      current("iiii:i", REFUSED, Parachains.class, "storageWrite")),
  PARACHAIN_STORAGE_DELETE(
      "parachain_storage_delete",
      PARACHAINS,
      Price.of(250),
      current("ii:i", REFUSED, Parachains.class, "storageDelete")),
  PARACHAIN_ID(
      "parachain_id", PARACHAINS, Price.of(5), current("i:i", ALLOWED, Parachains.class, "id")),
  PARACHAIN_VERSION(
      "parachain_version",
      PARACHAINS,
      Price.of(5),
      current(":i", ALLOWED, Parachains.class, "version")),
  PARACHAIN_EMIT_EVENT(
      "parachain_emit_event",
      PARACHAINS,
      Price.of(100).perItem(50).perByte(8),
      current("iiii:i", REFUSED, Events.class, "parachainEmitEvent")),
  SEND_XPARACHAIN_MESSAGE(
      "send_xparachain_message",
      PARACHAINS,
      Price.of(10_000).perByte(8),
      current("iiiiill:l", REFUSED, Parachains.class, "sendMessage")),
  THRESHOLD_ENCRYPT(
      "threshold_encrypt",
      PARACHAINS,
      Price.of(80_000).perByte(100),
      current("iiii:i", ALLOWED, ThresholdCrypto.class, "encrypt")),
  THRESHOLD_DECRYPT(
      "threshold_decrypt",
      PARACHAINS,
      Price.of(100_000).perByte(50),
      current("iiii:i", ALLOWED, ThresholdCrypto.class, "decrypt"));

  /** The import module of every function here. */
  public static final String MODULE = "pyde";

  private static final int ABI_1_0 = 0x00010000;
  private static final int ABI_1_3 = 0x00010003;

  /** Which modules may import it. */
  public enum Available {
    EVERYWHERE,
    /** Only modules whose ABI section says Parachain. */
    PARACHAINS
  }

  /** What happens when a frame in view mode calls it. Source: host-abi 2.2. */
  public enum View {
    ALLOWED,
    /** Returns -5. */
    REFUSED,
    /** Traps with VIEW_FUNCTION_STATE_MODIFY. */
    TRAPS,
    /** Returns -5 when it carries value. */
    WITHOUT_VALUE,
    /** The callee is in view mode too. */
    INHERITS
  }

  /** Which generation of the public ABI has this shape; COMPATIBLE is seen in contracts only. */
  public enum Generation {
    CURRENT,
    LEGACY,
    COMPATIBLE
  }

  /**
   * A price: {@code base}, then {@code item} per topic and {@code unit} per started {@code
   * unitBytes} bytes.
   */
  public record Price(long base, long item, long unit, int unitBytes) {
    static Price of(long base) {
      return new Price(base, 0, 0, 1);
    }

    Price perByte(long price) {
      return new Price(base, item, price, 1);
    }

    Price perWord(long price) {
      return new Price(base, item, price, 8);
    }

    Price perItem(long price) {
      return new Price(base, price, unit, unitBytes);
    }
  }

  /** One shape of a function with the Java method behind it. */
  public record Overload(
      FunctionType type, Generation generation, View view, Class<?> owner, String method) {
    static Overload current(String type, View view, Class<?> owner, String method) {
      return new Overload(parse(type), Generation.CURRENT, view, owner, method);
    }

    static Overload legacy(String type, View view, Class<?> owner, String method) {
      return new Overload(parse(type), Generation.LEGACY, view, owner, method);
    }

    static Overload compatible(String type, View view, Class<?> owner, String method) {
      return new Overload(parse(type), Generation.COMPATIBLE, view, owner, method);
    }

    /** The type that {@code type} spells: {@code iil:i}. */
    public static FunctionType parse(String type) {
      final int colon = type.indexOf(':');
      return new FunctionType(
          parseValues(type.substring(0, colon)), parseValues(type.substring(colon + 1)));
    }

    private static List<ValType> parseValues(String letters) {
      final List<ValType> types = new ArrayList<>(letters.length());
      for (int i = 0; i < letters.length(); i++) {
        types.add(letters.charAt(i) == 'l' ? ValType.I64 : ValType.I32);
      }
      return types;
    }
  }

  private final String importName;
  private final Available available;
  private final Price price;
  private final List<Overload> overloads;

  HostFunction(String importName, Available available, Price price, Overload... overloads) {
    this.importName = importName;
    this.available = available;
    this.price = price;
    this.overloads = List.of(overloads);
  }

  HostFunction(String importName, Price price, Overload overload) {
    this(importName, EVERYWHERE, price, overload);
  }

  private static Overload typed(String type, View view, String method) {
    return current(type, view, TypedStorage.class, method);
  }

  private static Overload scalar(String type, String method) {
    return current(type, ALLOWED, Surroundings.class, method);
  }

  private static Overload scalarLegacy(String method) {
    return legacy(":l", ALLOWED, Surroundings.class, method);
  }

  /** The function imported as {@code name}, or null. */
  public static @Nullable HostFunction named(String name) {
    for (HostFunction function : values()) {
      if (function.importName.equals(name)) {
        return function;
      }
    }
    return null;
  }

  /** The name a module imports. */
  public String importName() {
    return importName;
  }

  /** Which modules may import it. */
  public Available available() {
    return available;
  }

  /** What it costs by section 10 of the ABI, for the current shape. */
  public Price price() {
    return price;
  }

  /** Every shape that links. */
  public List<Overload> overloads() {
    return overloads;
  }

  /** The first ABI version that has it; high half major, low half minor. */
  public int since() {
    return this == INSTANTIATE ? ABI_1_3 : ABI_1_0;
  }

  /** Whether a view function must not reach it (host-abi 8 row 22). */
  public boolean mutates() {
    final View view = overloads.getFirst().view();
    return view == REFUSED || view == TRAPS;
  }

  /** Whether it reads or writes the caller's memory. */
  public boolean takesPointers() {
    final FunctionType type = overloads.getFirst().type();
    return type.params().contains(ValType.I32);
  }

  /** The overload with exactly this type, or null. */
  public @Nullable Overload overload(FunctionType type) {
    for (Overload overload : overloads) {
      if (overload.type().equals(type)) {
        return overload;
      }
    }
    return null;
  }

  /** How an engine calls the overload with exactly this type, or null when there is none. */
  public @Nullable HostBinding binding(FunctionType type) {
    final Overload overload = overload(type);
    return overload == null
        ? null
        : new HostBinding(MODULE, importName, type, overload.owner(), overload.method());
  }
}
