package io.tidemill.server.clients;

import static io.tidemill.server.clients.ClientVectors.hex;
import static io.tidemill.server.clients.ClientVectors.row;
import static io.tidemill.server.clients.StateKeyRows.repeated;

import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of the types of {@link AbiContracts}: arguments, results, events; written out by hand. */
final class AbiValueRows {
  private final List<Map<String, @Nullable Object>> calls = new ArrayList<>();
  private final List<Map<String, @Nullable Object>> results = new ArrayList<>();
  private final List<Map<String, @Nullable Object>> events = new ArrayList<>();

  Map<String, List<Map<String, @Nullable Object>>> make() {
    calls();
    results();
    events();
    return Map.of("calls", calls, "results", results, "events", events);
  }

  private static String integer(String text, int bytes, BorshWriter out) {
    final BigInteger value = new BigInteger(text);
    for (int i = 0; i < bytes; i++) {
      out.u8(value.shiftRight(8 * i).intValue() & 0xFF);
    }
    return text;
  }

  private void calls() {
    final BorshWriter out = new BorshWriter(256);
    final List<@Nullable Object> arguments = new ArrayList<>();
    for (Primitive primitive : Primitive.values()) {
      switch (primitive) {
        case BOOL -> {
          out.u8(1);
          arguments.add(true);
        }
        case ADDRESS -> {
          out.fixed(repeated(0xAB).toBytes());
          arguments.add(hex(repeated(0xAB).toBytes()));
        }
        case BYTES -> {
          out.bytes(new byte[] {1, 2, 3});
          arguments.add("010203");
        }
        case STRING -> {
          out.bytes("wäve".getBytes(StandardCharsets.UTF_8));
          arguments.add("wäve");
        }
        default -> {
          final int bits = 8 * primitive.width() - (primitive.isSigned() ? 1 : 0);
          final BigInteger limit = BigInteger.ONE.shiftLeft(bits);
          final String edge =
              (primitive.isSigned() ? limit.negate() : limit.subtract(BigInteger.ONE)).toString();
          arguments.add(integer(edge, primitive.width(), out));
        }
      }
    }
    out.fixed(new byte[] {4, 5, 6, 7});
    arguments.add("04050607");
    out.u32(2).u16(1).u16(65_535);
    arguments.add(List.of("1", "65535"));
    out.u32(1).bytes(new byte[] {'k'}).u64(9);
    arguments.add(List.of(List.of("k", "9")));
    out.u8(1).u32(77).u8(0);
    arguments.add("77");
    arguments.add(null);
    integer("-3", 4, out);
    integer("4", 4, out);
    arguments.add(row("x", "-3", "y", "4"));
    out.u8(1);
    arguments.add("Green");
    call(0, "everything", arguments, out.toBytes());
    call(0, "nothing", List.of(), new byte[0]);
    final BorshWriter transfer = new BorshWriter(48).fixed(repeated(0xBB).toBytes());
    integer("100", 16, transfer);
    call(1, "transfer", List.of(hex(repeated(0xBB).toBytes()), "100"), transfer.toBytes());
  }

  private void call(
      int abi, String function, List<? extends @Nullable Object> arguments, byte[] calldata) {
    calls.add(
        row("abi", abi, "function", function, "arguments", arguments, "calldata", hex(calldata)));
  }

  private void results() {
    results.add(
        row(
            "abi",
            0,
            "function",
            "where",
            "data",
            "0100000002000000",
            "value",
            row("x", "1", "y", "2")));
    results.add(row("abi", 0, "function", "everything", "data", "01", "value", true));
    results.add(row("abi", 0, "function", "everything", "data", "02", "refused", true));
    results.add(row("abi", 0, "function", "everything", "data", "0100", "refused", true));
    results.add(
        row("abi", 1, "function", "balance_of", "data", "e803" + "00".repeat(14), "value", "1000"));
    results.add(row("abi", 1, "function", "balance_of", "data", "e803", "refused", true));
  }

  private void events() {
    final String moved = "Moved(address,int32,bytes4,tuple(int32,int32),enum)";
    event(
        0,
        "Moved",
        List.of(topic(moved), repeated(0xCC).raw(), word(-5), tag()),
        "feffffff03000000" + "00",
        row(
            "who",
            hex(repeated(0xCC).toBytes()),
            "by",
            "-5",
            "tag",
            "01020304",
            "to",
            row("x", "-2", "y", "3"),
            "color",
            "Red"));
    event(
        0,
        "Named",
        List.of(topic("Named(string,bool,uint16[])"), topic("a name"), word(1)),
        "02000000" + "0100" + "0200",
        row(
            "name",
            row("hash", hex(topic("a name").toBytes())),
            "open",
            true,
            "list",
            List.of("1", "2")));
    final Hash32 transfer = topic("Transfer(address,address,uint128)");
    final String hundred = "64" + "00".repeat(15);
    event(
        1,
        "Transfer",
        List.of(transfer, repeated(0xAA).raw(), repeated(0xBB).raw()),
        hundred,
        row(
            "from",
            hex(repeated(0xAA).toBytes()),
            "to",
            hex(repeated(0xBB).toBytes()),
            "amount",
            "100"));
    // Not what the ABI declares: another topic, a topic too few, data too short.
    event(1, null, List.of(topic("Other()")), "", null);
    event(1, null, List.of(transfer, repeated(0xAA).raw()), hundred, null);
    event(1, null, List.of(transfer, repeated(0xAA).raw(), repeated(0xBB).raw()), "64", null);
  }

  private static Hash32 topic(String text) {
    return Blake3.hash(text.getBytes(StandardCharsets.UTF_8));
  }

  /** An integer as a topic: big-endian, zeros on the left. */
  private static Hash32 word(int value) {
    final byte[] bytes = new byte[Hash32.LENGTH];
    for (int i = 0; i < 4; i++) {
      bytes[Hash32.LENGTH - 1 - i] = (byte) (value >>> 8 * i);
    }
    return Hash32.of(bytes);
  }

  private static Hash32 tag() {
    final byte[] bytes = new byte[Hash32.LENGTH];
    System.arraycopy(new byte[] {1, 2, 3, 4}, 0, bytes, Hash32.LENGTH - 4, 4);
    return Hash32.of(bytes);
  }

  private void event(
      int abi,
      @Nullable String name,
      List<Hash32> topics,
      String data,
      @Nullable Map<String, @Nullable Object> fields) {
    events.add(
        row(
            "abi",
            abi,
            "topics",
            topics.stream().map(topic -> hex(topic.toBytes())).toList(),
            "data",
            data,
            "name",
            name,
            "fields",
            fields));
  }
}
