package io.tidemill.server.author;

import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.Param;
import io.tidemill.executor.abi.EventSignature;
import io.tidemill.executor.abi.ParamType;
import io.tidemill.executor.abi.StateField;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.abi.AbiText;
import io.tidemill.server.author.TestValue.ValueException;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A contract as people use it: arguments in words to calldata, and what comes back to words, by the
 * types of its ABI. Values are written as in test files (manifest-and-tests 2.7). Safe for use by
 * many threads.
 */
public final class ContractInterface {
  private final ContractAbi abi;
  private final AbiText text;

  private ContractInterface(AbiText text) {
    this.abi = text.abi();
    this.text = text;
  }

  /** The interface in {@code wasm}, or null when it has no ABI that can be read. */
  public static @Nullable ContractInterface of(byte[] wasm) {
    final AbiText text = AbiText.of(wasm);
    return text == null ? null : new ContractInterface(text);
  }

  public ContractAbi abi() {
    return abi;
  }

  /** The constructor, or null. */
  public ContractAbi.@Nullable Function constructor() {
    final int index = abi.constructorIndex();
    return index < 0 || index >= abi.functions().size() ? null : abi.functions().get(index);
  }

  /** How a function is written: {@code transfer(address, uint128) -> bool}. */
  public String signature(ContractAbi.Function function) {
    final String returns =
        function.returns() == null ? "" : " -> " + EventSignature.token(abi, function.returns());
    return function.name()
        + function.params().stream()
            .map(param -> EventSignature.token(abi, param.type()))
            .collect(Collectors.joining(", ", "(", ")"))
        + returns;
  }

  /**
   * The calldata of {@code function} with {@code arguments}.
   *
   * @param names addresses that arguments may name
   * @throws IllegalArgumentException if they do not fit; the message says which and why
   */
  public byte[] encode(
      ContractAbi.Function function,
      List<String> arguments,
      Function<String, @Nullable Address> names) {
    if (arguments.size() != function.params().size()) {
      throw new IllegalArgumentException(
          signature(function)
              + " takes "
              + counted(function.params().size(), "argument")
              + ", got "
              + arguments.size());
    }
    final ValueEncoder encoder = new ValueEncoder(names, abi::type, text -> null);
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < arguments.size(); i++) {
      final Param param = function.params().get(i);
      try {
        out.writeBytes(encoder.encode(param.type(), new TestValue.Text(arguments.get(i))));
      } catch (ValueException e) {
        throw new IllegalArgumentException(
            "argument " + (i + 1) + " of " + signature(function) + ": " + e.detail(), e);
      }
    }
    return out.toByteArray();
  }

  private static String counted(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /** A place in storage that the state schema declares. */
  public record Field(Hash32 slot, ParamType type) {}

  /**
   * Where {@code self} keeps a field.
   *
   * @param keys of a map, in words
   * @param names addresses that keys may name
   * @throws IllegalArgumentException if there is no such field, or the keys do not fit
   */
  public Field field(
      Address self, String name, List<String> keys, Function<String, @Nullable Address> names) {
    final StateField field = abi.field(name);
    if (field == null) {
      throw new IllegalArgumentException(
          name
              + " is not declared; declared are "
              + (abi.schema() == null
                  ? List.of()
                  : abi.schema().stream().map(StateField::name).toList()));
    }
    if (field.keys().size() != keys.size()) {
      throw new IllegalArgumentException(
          name + " takes " + counted(field.keys().size(), "key") + ", got " + keys.size());
    }
    final ByteArrayOutputStream path = new ByteArrayOutputStream();
    path.writeBytes(self.toBytes());
    path.writeBytes(name.getBytes(StandardCharsets.UTF_8));
    final ValueEncoder encoder = new ValueEncoder(names, abi::type, text -> null);
    for (int i = 0; i < keys.size(); i++) {
      try {
        path.writeBytes(
            encoder.encode(
                TypeTokens.unscalar(field.keys().get(i)), new TestValue.Text(keys.get(i))));
      } catch (ValueException e) {
        throw new IllegalArgumentException("key " + (i + 1) + " of " + name + ": " + e.detail(), e);
      }
    }
    return new Field(Poseidon2.hash(path.toByteArray()), TypeTokens.unscalar(field.value()));
  }

  /** What is stored in {@code field}, in words. */
  public String value(Field field, byte[] stored) {
    return text.value(field.type(), stored);
  }

  /** A call in words, {@code transfer(0x51.., 5)}; hex where the bytes do not fit the types. */
  public String call(String name, byte[] calldata) {
    return text.call(name, calldata);
  }

  /** What {@code function} returned, in words; empty for nothing. */
  public String result(String function, byte[] returned) {
    return text.result(function, returned);
  }

  /** An event in words, {@code Transfer(from: 0x51.., amount: 5)}, or null when it is not ours. */
  public @Nullable String event(List<Hash32> topics, byte[] data) {
    return text.event(topics, data);
  }
}
