package io.tidemill.executor.abi;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;

/**
 * The canonical text of an event, {@code Transfer(address,address,uint128)}, and its first topic:
 * Blake3 of that text. Structs are written as tuples of their fields, enums as {@code enum}.
 * Sources: host-abi 6.3, manifest-and-tests 1.3 and 1.7.
 */
public final class EventSignature {
  private EventSignature() {}

  /** The canonical text of {@code event}; {@code abi} says what its own types are. */
  public static String of(ContractAbi abi, ContractAbi.Event event) {
    final StringBuilder text = new StringBuilder(event.name()).append('(');
    for (int i = 0; i < event.params().size(); i++) {
      if (i > 0) {
        text.append(',');
      }
      append(abi, event.params().get(i).type(), text, 0);
    }
    return text.append(')').toString();
  }

  /** The first topic of {@code event}. */
  public static Hash32 topic(ContractAbi abi, ContractAbi.Event event) {
    return Blake3.hash(of(abi, event).getBytes(StandardCharsets.UTF_8));
  }

  /** The canonical token of one type. */
  public static String token(ContractAbi abi, ParamType type) {
    final StringBuilder text = new StringBuilder();
    append(abi, type, text, 0);
    return text.toString();
  }

  private static void append(ContractAbi abi, ParamType type, StringBuilder text, int depth) {
    switch (type) {
      case ParamType.Primitive primitive -> text.append(primitive.token());
      case ParamType.FixedBytes fixed ->
          text.append("bytes").append(Integer.toUnsignedString(fixed.length()));
      case ParamType.Vec vec -> {
        append(abi, vec.element(), text, depth);
        text.append("[]");
      }
      case ParamType.MapOf map -> {
        text.append("map(");
        append(abi, map.key(), text, depth);
        text.append(',');
        append(abi, map.value(), text, depth);
        text.append(')');
      }
      case ParamType.Option option -> {
        text.append("option(");
        append(abi, option.element(), text, depth);
        text.append(')');
      }
      case ParamType.Custom custom -> appendCustom(abi, custom.name(), text, depth);
    }
  }

  private static void appendCustom(ContractAbi abi, String name, StringBuilder text, int depth) {
    // An ABI that was not checked may hold structs inside themselves, or sheer size.
    if (depth >= ParamType.MAX_DEPTH || text.length() > 4_096) {
      text.append(name);
      return;
    }
    switch (abi.type(name)) {
      case ContractAbi.TypeDef.Struct struct -> {
        text.append("tuple(");
        for (int i = 0; i < struct.fields().size(); i++) {
          if (i > 0) {
            text.append(',');
          }
          append(abi, struct.fields().get(i).type(), text, depth + 1);
        }
        text.append(')');
      }
      case ContractAbi.TypeDef.Enum _ -> text.append("enum");
      case null -> text.append(name);
    }
  }
}
