package io.tidemill.executor.host;

import io.tidemill.executor.host.HostFunction.Available;
import io.tidemill.executor.host.HostFunction.Generation;
import io.tidemill.executor.host.HostFunction.Overload;
import io.tidemill.executor.host.HostFunction.Price;
import io.tidemill.executor.wasm.TrapCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Writes {@code docs/host-abi.md} from the table of host functions. */
final class HostReferencePage {
  static final Path PAGE = Path.of("../docs/host-abi.md");

  private static final Map<String, String> WHAT =
      Map.ofEntries(
          Map.entry("sload", "slot, out, max: copies a value; its length, or -1"),
          Map.entry("sstore", "slot, value, length: writes 0 to 16,384 bytes"),
          Map.entry("sdelete", "slot: deletes"),
          Map.entry("sload_scalar", "field, length, out, max: the field of the schema"),
          Map.entry("sstore_scalar", "field, length, value, length"),
          Map.entry("sdelete_scalar", "field, length"),
          Map.entry("balance", "address, out16: u128"),
          Map.entry("transfer", "to, amount16: pays from self; -3, -5, -8"),
          Map.entry("caller", "out32: the immediate caller"),
          Map.entry("origin", "out32: the sender of the transaction"),
          Map.entry("self_address", "out32: whose storage the frame acts on"),
          Map.entry("wave_id", "the wave"),
          Map.entry("block_height", "the wave, by its older name"),
          Map.entry("wave_timestamp", "seconds"),
          Map.entry("block_timestamp", "seconds, by its older name"),
          Map.entry("chain_id", "the chain"),
          Map.entry("tx_hash", "out32"),
          Map.entry("tx_value", "out16: the value of this frame"),
          Map.entry("tx_gas_remaining", "after paying for the question"),
          Map.entry("calldata_size", "bytes"),
          Map.entry(
              "calldata_copy",
              "offset, length, out; out, length pointer; out, capacity, offset, length"),
          Map.entry("emit_event", "topics, count 1 to 4 (or 32: one topic), data, length"),
          Map.entry("hash_blake3", "in, length, out32"),
          Map.entry("hash_poseidon2", "in, length, out32"),
          Map.entry("hash_keccak256", "in, length, out32"),
          Map.entry("falcon_verify", "key 897, message, length, signature, length: 0 or -17"),
          Map.entry(
              "cross_call",
              "target, name, length, calldata, length, value16, gas, out, length pointer"),
          Map.entry(
              "cross_call_static",
              "target, name, length, calldata, length, gas, out, length pointer; fuel of the"
                  + " callee is free up to the view budget"),
          Map.entry(
              "delegate_call", "target, name, length, calldata, length, gas, out, length pointer"),
          Map.entry("return", "data, length: ends the frame"),
          Map.entry("revert", "data, length: fails the frame"),
          Map.entry("consume_gas", "amount"),
          Map.entry("beacon_get", "out32: randomness of the wave"),
          Map.entry(
              "instantiate",
              "template, salt32, init, length, value16, gas, child out32, out, length pointer"),
          Map.entry("parachain_storage_read", "key, length, out, length pointer"),
          Map.entry("parachain_storage_write", "key, length, value, length"),
          Map.entry("parachain_storage_delete", "key, length"),
          Map.entry("parachain_id", "out32"),
          Map.entry("parachain_version", "major and minor of the code, 16 bits each"),
          Map.entry("parachain_emit_event", "like emit_event"),
          Map.entry(
              "send_xparachain_message",
              "target, message, length, callback, length, gas, timeout: the id, or a code"),
          Map.entry("threshold_encrypt", "plaintext, length, out, length pointer"),
          Map.entry("threshold_decrypt", "envelope, length, out, length pointer"));

  private static final String CODES =
      """

      *P* after a name: only modules deployed as a parachain; others get -15. *legacy* and *compatible* mark the shapes of the
      first generation and of published contracts; a legacy shape costs the legacy price where one is given.

      ## Result codes

      | Code | Meaning |
      |---|---|
      | 0 | success |
      | -1 | invalid input; for loads: nothing there |
      | -3 | insufficient balance |
      | -5 | forbidden in a view; static call of a function that is no view; not combined yet |
      | -7 | output buffer too small; the length it needs is written |
      | -8 | invalid address: zero, or its record belongs to another account |
      | -9 | reentrancy blocked |
      | -10 | the callee reverted or trapped, has no code, or is too deep; its revert payload is in the buffer |
      | -11 | the callee ran out of gas, or the view budget is spent |
      | -12 | value sent to a function that is not payable |
      | -13 | no such function |
      | -14 | too many messages in this wave |
      | -15 | parachains only |
      | -16 | no envelope |
      | -17 | the signature is not valid |
      | -30 | the contract has no schema |
      | -31 | no such field |
      | -32 | the field has another number of keys |
      | -33 | a key has the wrong length (at most 256 bytes) |
      | -34 | the value has the wrong length |
      | -40 | the constructor failed; its revert payload is in the buffer |
      | -43 | the template has no code |
      | -44 | the child's address is occupied |
      | -45 | init data and no constructor |
      | -46 | the child's first 16 bytes belong to another contract |
      | -48 | more than 64 children in a transaction |

      ## Traps

      | Number | Trap |
      |---|---|
      """;

  private HostReferencePage() {}

  /** Rewrites the page. */
  public static void main(String[] args) throws IOException {
    Files.writeString(PAGE, text());
  }

  static String text() {
    final StringBuilder page = new StringBuilder();
    page.append(
        """
        # Host ABI

        Every function that a contract of the `pyde` profile may import from the module `pyde`. This page is generated from
        `HostFunction`, the one table that the linker, the deploy gate and the price lists use as well; `HostReferencePage` writes
        it and a test compares it.

        A function is bound by its name *and* its declared type, so that both generations of the public ABI link. Pointers and
        lengths are unsigned 32-bit numbers; a range outside the caller's memory is a trap, never a code. Numbers are little-endian.

        Each function acts in this order: base price; parachain gate and depth; lengths that need no memory (a wrong one costs the
        base only); the price per unit; inputs are read; view mode; the work; outputs are checked before anything changes; outputs are
        written.

        Prices are gas. `n` counts bytes (or words of 8 or 32 bytes, rounded up), `t` topics. A write to a slot that is absent costs
        the surcharge of the chain's rules on top (1,000 by default). Calls add what the callee used.

        ## Functions

        | Function | Arguments | Types | Price | Chapter 10 | In a view | Since |
        |---|---|---|---|---|---|---|
        """);
    for (HostFunction function : HostFunction.values()) {
      row(page, function);
    }
    page.append(CODES);
    for (TrapCode code : TrapCode.values()) {
      page.append("| ").append(code.number()).append(" | `").append(code).append("` |\n");
    }
    return page.toString();
  }

  private static void row(StringBuilder page, HostFunction function) {
    page.append("| `").append(function.importName()).append('`');
    page.append(function.available() == Available.PARACHAINS ? " *P*" : "");
    page.append(" | ").append(what(function)).append(" | ");
    String separator = "";
    for (Overload overload : function.overloads()) {
      page.append(separator).append('`').append(overload.type()).append('`');
      if (overload.generation() != Generation.CURRENT) {
        page.append(' ').append(overload.generation().name().toLowerCase(Locale.ROOT));
      }
      separator = "<br>";
    }
    final Price price = HostPriceList.ABI.of(function);
    final Price legacy = HostPriceList.ABI.ofLegacy(function);
    page.append(" | ").append(price(price));
    if (!legacy.equals(price)) {
      page.append("<br>legacy ").append(price(legacy));
    }
    final Price chapter = HostPriceList.CHAPTER_10.of(function);
    page.append(" | ").append(chapter.equals(price) ? "same" : price(chapter));
    page.append(" | ");
    separator = "";
    for (Overload overload : function.overloads()) {
      final String view = view(overload.view());
      if (!separator.endsWith(view)) {
        page.append(separator.isEmpty() ? "" : "<br>").append(view);
      }
      separator = view;
    }
    page.append(" | ")
        .append(function.since() >>> 16)
        .append('.')
        .append(function.since() & 0xFFFF);
    page.append(" |\n");
  }

  private static String what(HostFunction function) {
    final String name = function.importName();
    final String text = WHAT.get(name);
    if (text != null) {
      return text;
    }
    final int map = name.indexOf("_map");
    if (map < 0) {
      throw new IllegalStateException("no words for " + name);
    }
    return "like `"
        + name.substring(0, map)
        + "_scalar`, with "
        + name.substring(map + 4)
        + " pairs of key and length after the field";
  }

  private static String price(Price price) {
    final StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%,d", price.base()));
    if (price.item() > 0) {
      text.append(" + ").append(price.item()).append("t");
    }
    if (price.unit() > 0) {
      text.append(" + ").append(price.unit()).append("n");
      text.append(price.unitBytes() == 1 ? "" : "/" + price.unitBytes());
    }
    return text.toString();
  }

  private static String view(HostFunction.View view) {
    return switch (view) {
      case ALLOWED -> "yes";
      case REFUSED -> "-5";
      case TRAPS -> "trap";
      case WITHOUT_VALUE -> "without value, else -5";
      case INHERITS -> "yes, inherited";
    };
  }
}
