package io.tidemill.executor.contract;

import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.AbiEncoder;
import io.tidemill.executor.abi.AbiSection;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.host.TestRules;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The contract that does what its calldata says, and its scripts; see puppet.c. */
public final class Puppets {
  public static final int CROSS = 0;
  public static final int STATIC = 1;
  public static final int DELEGATE = 2;
  public static final int RUN = 0;
  public static final int ONCE = 1;
  public static final int PEEK = 2;
  public static final String[] NAMES = {"run", "once", "peek"};

  private Puppets() {}

  /** The module with its ABI section. */
  public static byte[] wasm() {
    return packed(resource("puppet.wasm"), abi(ContractType.CONTRACT));
  }

  public static ContractAbi abi(ContractType type) {
    return abi(
        type,
        function("init", Attribute.CONSTRUCTOR, Attribute.PAYABLE),
        function("run", Attribute.ENTRY, Attribute.PAYABLE, Attribute.REENTRANT),
        function("once", Attribute.ENTRY, Attribute.PAYABLE),
        function("peek", Attribute.ENTRY, Attribute.VIEW));
  }

  public static ContractAbi abi(ContractType type, ContractAbi.Function... functions) {
    int constructor = -1;
    for (int i = 0; i < functions.length; i++) {
      constructor = functions[i].is(Attribute.CONSTRUCTOR) ? i : constructor;
    }
    return new ContractAbi(
        ContractAbi.V1_3,
        ContractAbi.Layout.EXTENDED,
        type,
        Arrays.asList(functions),
        Hash32.ZERO,
        constructor,
        -1,
        -1,
        "puppet",
        "1.0.0",
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  public static ContractAbi.Function function(String name, Attribute... attributes) {
    int bits = 0;
    for (Attribute attribute : attributes) {
      bits |= attribute.bit();
    }
    return new ContractAbi.Function(
        name, ContractAbi.selectorOf(name), bits, List.of(), null, List.of());
  }

  public static byte[] packed(byte[] wasm, ContractAbi abi) {
    try {
      return AbiSection.replace(wasm, AbiEncoder.encode(abi));
    } catch (AbiSection.MalformedModuleException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static byte[] resource(String name) {
    try (InputStream in = Puppets.class.getResourceAsStream("/contracts/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no test contract " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Rules under which the puppet deploys: its view can reach everything, so strict views are off.
   */
  public static Rules rules() {
    final Rules rules =
        Rules.of(31_337, new Rules.Lifecycle(U128.ZERO, U128.ZERO, 10), Rules.Signatures.TRUSTED);
    final Rules.Execution e = rules.execution();
    return TestRules.withExecution(
        rules,
        new Rules.Execution(
            e.maxCallDepth(),
            e.maxTransactionMemoryBytes(),
            e.maxWasmFrames(),
            e.maxStackSlots(),
            e.maxStorageValueBytes(),
            e.maxEventDataBytes(),
            e.maxTopics(),
            e.maxReturnDataBytes(),
            e.maxHashInputBytes(),
            e.maxFalconMessageBytes(),
            e.maxInitCalldataBytes(),
            e.maxInstantiatesPerTransaction(),
            e.maxParachainMessagesPerWave(),
            e.maxFunctionNameBytes(),
            e.maxTypedKeyBytes(),
            e.maxParachainKeyBytes(),
            e.maxAbiVersion(),
            e.viewFuelCap(),
            e.viewFuelPerTransaction(),
            false));
  }

  /** A script under construction. */
  public static final class Script {
    private final ByteBuffer bytes = ByteBuffer.allocate(8_192).order(ByteOrder.LITTLE_ENDIAN);

    public Script store(Hash32 key, byte[] value) {
      bytes.put((byte) 1).put(key.toBytes()).put((byte) value.length).put(value);
      return this;
    }

    public Script delete(Hash32 key) {
      bytes.put((byte) 2).put(key.toBytes());
      return this;
    }

    public Script transfer(Address to, long amount) {
      bytes.put((byte) 3).put(to.toBytes()).put(U128.of(amount).toBytes());
      return this;
    }

    public Script emit(Hash32 topic, byte[] data) {
      bytes.put((byte) 4).put(topic.toBytes()).put((byte) data.length).put(data);
      return this;
    }

    public Script call(
        int kind, Address target, long value, long gas, int function, byte[] script) {
      bytes.put((byte) 5).put((byte) kind).put(target.toBytes()).put(U128.of(value).toBytes());
      bytes.putLong(gas).put((byte) function).putShort((short) script.length).put(script);
      return this;
    }

    public Script instantiate(Address template, Hash32 salt, long value, long gas, byte[] script) {
      bytes.put((byte) 6).put(template.toBytes()).put(salt.toBytes());
      bytes.put(U128.of(value).toBytes()).putLong(gas);
      bytes.putShort((short) script.length).put(script);
      return this;
    }

    public Script revert() {
      bytes.put((byte) 7);
      return this;
    }

    public Script trap() {
      bytes.put((byte) 8);
      return this;
    }

    public Script burn(long amount) {
      bytes.put((byte) 9).putLong(amount);
      return this;
    }

    public Script load(Hash32 key) {
      bytes.put((byte) 10).put(key.toBytes());
      return this;
    }

    public Script balance(Address of) {
      bytes.put((byte) 11).put(of.toBytes());
      return this;
    }

    public int length() {
      return bytes.position();
    }

    public byte[] done() {
      return Arrays.copyOf(bytes.array(), bytes.position());
    }
  }

  public static Script script() {
    return new Script();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
