package io.tidemill.executor.host;

import io.tidemill.executor.Rules;
import io.tidemill.executor.host.HostFunction.Price;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;

/**
 * What every host function costs on a chain, as data: one list per {@link Rules.HostPrices}.
 * Immutable. Source: host-abi 3.2, decisions F5.
 */
public final class HostPriceList {
  /** Section 10 of the ABI; the older shapes of five functions keep their older prices. */
  public static final HostPriceList ABI =
      new HostPriceList(abiLegacy(), new EnumMap<>(HostFunction.class));

  /** Chapter 10 of the book where it names a price, section 10 of the ABI elsewhere. */
  public static final HostPriceList CHAPTER_10 =
      new HostPriceList(new EnumMap<>(HostFunction.class), chapter10());

  private final Price[] current;
  private final Price[] legacy;

  private HostPriceList(Map<HostFunction, Price> legacyPrices, Map<HostFunction, Price> replaced) {
    final HostFunction[] functions = HostFunction.values();
    current = new Price[functions.length];
    legacy = new Price[functions.length];
    for (HostFunction function : functions) {
      final int i = function.ordinal();
      current[i] = replaced.getOrDefault(function, function.price());
      legacy[i] = legacyPrices.getOrDefault(function, current[i]);
    }
  }

  private static Map<HostFunction, Price> abiLegacy() {
    final Map<HostFunction, Price> prices = new EnumMap<>(HostFunction.class);
    prices.put(HostFunction.SLOAD, Price.of(200));
    prices.put(HostFunction.SSTORE, Price.of(5_000));
    prices.put(HostFunction.SDELETE, Price.of(150));
    // One topic of 32 bytes is priced as 32 bytes of data.
    prices.put(HostFunction.EMIT_EVENT, Price.of(100).perItem(8 * 32).perByte(8));
    return prices;
  }

  private static Map<HostFunction, Price> chapter10() {
    final Map<HostFunction, Price> prices = new EnumMap<>(HostFunction.class);
    prices.put(HostFunction.SLOAD, Price.of(100));
    prices.put(HostFunction.SSTORE, Price.of(200));
    prices.put(HostFunction.SDELETE, Price.of(150));
    for (HostFunction function : HostFunction.values()) {
      // Typed storage is the raw price and 20.
      if (function.importName().startsWith("sload_")) {
        prices.put(function, Price.of(120));
      } else if (function.importName().startsWith("sstore_")) {
        prices.put(function, Price.of(220));
      } else if (function.importName().startsWith("sdelete_")) {
        prices.put(function, Price.of(170));
      }
    }
    prices.put(HostFunction.EMIT_EVENT, Price.of(375).perByte(8));
    prices.put(HostFunction.HASH_BLAKE3, new Price(100, 0, 1, 32));
    prices.put(HostFunction.HASH_POSEIDON2, new Price(1_000, 0, 6, 32));
    prices.put(HostFunction.HASH_KECCAK256, new Price(200, 0, 3, 32));
    prices.put(HostFunction.FALCON_VERIFY, Price.of(20_000));
    prices.put(HostFunction.CROSS_CALL, Price.of(2_500));
    return prices;
  }

  /** The list that {@code rules} name. */
  public static HostPriceList of(Rules rules) {
    return of(rules.gas().hostPrices());
  }

  /** The list of that name. */
  public static HostPriceList of(Rules.HostPrices name) {
    return switch (name) {
      case ABI -> ABI;
      case CHAPTER_10 -> CHAPTER_10;
    };
  }

  /** The price of the current and compatible shapes. */
  public Price of(HostFunction function) {
    return current[function.ordinal()];
  }

  /** The price of the legacy shape. */
  public Price ofLegacy(HostFunction function) {
    return legacy[function.ordinal()];
  }

  /**
   * What two nodes must agree on: Blake3 over, per function in table order, base, item, unit (u64)
   * and unit bytes (u32) of the current and of the legacy price, little-endian. Part of the rules
   * hash.
   */
  public Hash32 digest() {
    final ByteBuffer bytes =
        ByteBuffer.allocate(current.length * 2 * 28).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < current.length; i++) {
      for (Price price : new Price[] {current[i], legacy[i]}) {
        bytes.putLong(price.base()).putLong(price.item()).putLong(price.unit());
        bytes.putInt(price.unitBytes());
      }
    }
    return Blake3.hash(bytes.array());
  }
}
