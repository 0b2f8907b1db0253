package io.tidemill.server.abi;

import io.tidemill.executor.abi.AbiDecoder;
import io.tidemill.executor.abi.AbiDecoding;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.EventSignature;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.ParamType.Primitive;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What goes into one contract and comes out of it, in words. Safe for use by many threads. */
public final class AbiText {
  private final ContractAbi abi;
  private final ValuePrinter printer;
  private final Map<Hash32, ContractAbi.Event> events = new HashMap<>();

  private AbiText(ContractAbi abi) {
    this.abi = abi;
    this.printer = new ValuePrinter(abi::type);
    for (ContractAbi.Event event : abi.events()) {
      events.putIfAbsent(EventSignature.topic(abi, event), event);
    }
  }

  /** The words for the contract in {@code wasm}, or null when it has no ABI that can be read. */
  public static @Nullable AbiText of(byte[] wasm) {
    try {
      for (AbiSection.Custom section : AbiSection.find(wasm, ContractAbi.SECTION)) {
        if (AbiDecoder.decode(section.payload(), ContractAbi.V1_3)
            instanceof AbiDecoding.Decoded(ContractAbi abi)) {
          return new AbiText(abi);
        }
      }
    } catch (AbiSection.MalformedModuleException e) {
      return null;
    }
    return null;
  }

  public ContractAbi abi() {
    return abi;
  }

  /** A call in words, {@code transfer(0x51.., 5)}; hex where the bytes do not fit the types. */
  public String call(String name, byte[] calldata) {
    final ContractAbi.Function function = abi.function(name);
    final String inside = function == null ? null : values(function.params(), calldata);
    return name + "(" + (inside == null ? hexOrNothing(calldata) : inside) + ")";
  }

  /** What {@code function} returned, in words; empty for nothing. */
  public String result(String function, byte[] returned) {
    final ContractAbi.Function known = abi.function(function);
    final ParamType type = known == null ? null : known.returns();
    return type == null ? hexOrNothing(returned) : printer.print(type, returned);
  }

  /** A value of {@code type} in words; plain hex when the bytes are not exactly one. */
  public String value(ParamType type, byte[] bytes) {
    return printer.print(type, bytes);
  }

  /** An event in words, {@code Transfer(from: 0x51.., amount: 5)}, or null when it is not ours. */
  public @Nullable String event(List<Hash32> topics, byte[] data) {
    final ContractAbi.Event event = topics.isEmpty() ? null : events.get(topics.getFirst());
    return event == null ? null : event(event, topics, data);
  }

  private @Nullable String event(ContractAbi.Event event, List<Hash32> topics, byte[] data) {
    final StringBuilder text = new StringBuilder(event.name()).append('(');
    int topic = 1;
    int at = 0;
    for (int i = 0; i < event.params().size(); i++) {
      final Param param = event.params().get(i);
      final String value;
      if (event.indexed(i)) {
        if (topic >= topics.size()) {
          return null;
        }
        value = topic(param.type(), topics.get(topic++).toBytes());
      } else {
        final int end = printer.skip(param.type(), data, at);
        if (end < 0) {
          return null;
        }
        value = printer.print(param.type(), Arrays.copyOfRange(data, at, end));
        at = end;
      }
      text.append(i == 0 ? "" : ", ").append(param.name()).append(": ").append(value);
    }
    return at == data.length ? text.append(')').toString() : null;
  }

  /** A topic in words: integers come little-endian, or big-endian at the other end. */
  private String topic(ParamType type, byte[] topic) {
    if (!(type instanceof Primitive primitive) || primitive.width() <= 0) {
      return ValuePrinter.hex(topic);
    }
    final int width = primitive.width();
    boolean bigEndian = width < topic.length;
    for (int i = 0; i < topic.length - width && bigEndian; i++) {
      bigEndian = topic[i] == 0;
    }
    final byte[] value = new byte[width];
    for (int i = 0; i < width; i++) {
      value[i] = bigEndian ? topic[topic.length - 1 - i] : topic[i];
    }
    return printer.print(type, value);
  }

  private @Nullable String values(List<Param> params, byte[] bytes) {
    final StringBuilder text = new StringBuilder();
    int at = 0;
    for (Param param : params) {
      final int end = printer.skip(param.type(), bytes, at);
      if (end < 0) {
        return null;
      }
      text.append(text.isEmpty() ? "" : ", ")
          .append(printer.print(param.type(), Arrays.copyOfRange(bytes, at, end)));
      at = end;
    }
    return at == bytes.length ? text.toString() : null;
  }

  private static String hexOrNothing(byte[] bytes) {
    return bytes.length == 0 ? "" : ValuePrinter.hex(bytes);
  }
}
