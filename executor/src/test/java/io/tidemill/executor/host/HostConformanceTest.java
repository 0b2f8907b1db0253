package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.LIBRARY;
import static io.tidemill.executor.host.HostLab.PAGE;
import static io.tidemill.executor.host.HostLab.PLENTY;
import static io.tidemill.executor.host.HostLab.RECIPIENT;
import static io.tidemill.executor.host.HostLab.SELF;
import static io.tidemill.executor.host.HostLab.ascii;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.HostFunction.Available;
import io.tidemill.executor.host.HostFunction.Generation;
import io.tidemill.executor.host.HostFunction.Overload;
import io.tidemill.executor.host.HostFunction.View;
import io.tidemill.executor.host.HostLab.LabInstance;
import io.tidemill.executor.wasm.Halt;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.executor.wasm.ValType;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every shape of every host function: its result, its exact charge, exactly enough gas and one unit
 * less, its pointers at 0, at the last place that fits, one further and at 2^32-1, its behavior in
 * a view, and the parachain gate. Source: host-abi appendix B.
 */
class HostConformanceTest {
  private static final int SLOT = 0x100;
  private static final int VALUE = 0x200;
  private static final int OUT = 0x400;
  private static final int ADDRESS = 0x600;
  private static final int TARGET = 0x620;
  private static final int AMOUNT = 0x640;
  private static final int LENGTH = 0x660;
  private static final int FIELD = 0x700;
  private static final int KEY = 0x720;
  private static final int U64_KEY = 0x760;
  private static final int BOOL_KEY = 0x770;
  private static final int U8_KEY = 0x778;
  private static final int U16_KEY = 0x780;
  private static final int TEXT_KEY = 0x788;
  private static final int NAME = 0x800;
  private static final int SALT = 0x820;
  private static final int CHILD = 0x840;
  private static final int CIPHER = 0x1000;
  private static final int WIDE_OUT = 0x2000;
  private static final int WIDE_LENGTH = 0x3000;

  /** What the scripted callee burns and returns. */
  private static final int CALLEE_FUEL = 123;

  private static final byte[] ANSWER = ascii("answer");
  private static final byte[] CIPHERTEXT = new byte[1_088 + 12 + 16 + 20];

  /**
   * One use.
   *
   * @param pointers pairs of argument index and how many bytes are touched there
   * @param result what comes back; ignored for void
   */
  record Use(
      HostFunction function,
      int overload,
      long result,
      long charge,
      List<int[]> pointers,
      long... args) {
    Overload shape() {
      return function.overloads().get(overload);
    }

    @Override
    public String toString() {
      return function.importName() + " " + shape().type();
    }
  }

  private static List<int[]> at(int... pairs) {
    final List<int[]> list = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      list.add(new int[] {pairs[i], pairs[i + 1]});
    }
    return list;
  }

  static Stream<Use> uses() {
    final List<Use> uses = new ArrayList<>();
    storage(uses);
    typed(uses);
    surroundings(uses);
    calls(uses);
    parachains(uses);
    return uses.stream();
  }

  private static void storage(List<Use> uses) {
    final HostFunction load = HostFunction.SLOAD;
    uses.add(new Use(load, 0, 64, 100 + 64, at(0, 32, 1, 64), SLOT, OUT, 64));
    uses.add(new Use(load, 0, 64, 100 + 10, at(0, 32, 1, 10), SLOT, OUT, 10));
    uses.add(new Use(load, 1, 0, 200, at(0, 32, 1, 32), SLOT, OUT));
    uses.add(
        new Use(HostFunction.SSTORE, 0, 0, 5_000 + 32 * 40, at(0, 32, 1, 40), SLOT, VALUE, 40));
    uses.add(new Use(HostFunction.SSTORE, 1, 0, 5_000, at(0, 32, 1, 32), SLOT, VALUE));
    uses.add(new Use(HostFunction.SDELETE, 0, 0, 5_000, at(0, 32), SLOT));
    uses.add(new Use(HostFunction.SDELETE, 1, 0, 150, at(0, 32), SLOT));
    uses.add(new Use(HostFunction.BALANCE, 0, 0, 100, at(0, 32, 1, 16), ADDRESS, OUT));
    uses.add(new Use(HostFunction.BALANCE, 1, 0, 100, at(0, 32, 1, 16), ADDRESS, OUT));
    uses.add(new Use(HostFunction.TRANSFER, 0, 0, 7_000, at(0, 32, 1, 16), ADDRESS, AMOUNT));
  }

  private static void typed(List<Use> uses) {
    final int[] none = {};
    final int[] one = {KEY, 32};
    final int[] two = {U64_KEY, 8, BOOL_KEY, 1};
    final int[] three = {U8_KEY, 1, U16_KEY, 2, TEXT_KEY, 7};
    final HostFunction[][] families = {
      {HostFunction.SLOAD_SCALAR, HostFunction.SSTORE_SCALAR, HostFunction.SDELETE_SCALAR},
      {HostFunction.SLOAD_MAP1, HostFunction.SSTORE_MAP1, HostFunction.SDELETE_MAP1},
      {HostFunction.SLOAD_MAP2, HostFunction.SSTORE_MAP2, HostFunction.SDELETE_MAP2},
      {HostFunction.SLOAD_MAP3, HostFunction.SSTORE_MAP3, HostFunction.SDELETE_MAP3}
    };
    final int[][] keys = {none, one, two, three};
    final int[] fields = {FIELD, FIELD + 5, FIELD + 8, FIELD + 11};
    final int[] lengths = {5, 3, 3, 5};
    for (int i = 0; i < families.length; i++) {
      final int count = 2 + keys[i].length;
      final long[] args = new long[count + 2];
      final List<int[]> pointers = new ArrayList<>(at(0, lengths[i]));
      args[0] = fields[i];
      args[1] = lengths[i];
      for (int k = 0; k < keys[i].length; k += 2) {
        args[2 + k] = keys[i][k];
        args[3 + k] = keys[i][k + 1];
        pointers.addAll(at(2 + k, keys[i][k + 1]));
      }
      uses.add(
          new Use(
              families[i][2],
              0,
              0,
              5_020,
              List.copyOf(pointers),
              java.util.Arrays.copyOf(args, count)));
      // A read of another field finds nothing and looks at no output, so only inputs move.
      args[count] = VALUE;
      args[count + 1] = 16;
      final List<int[]> all = new ArrayList<>(pointers);
      all.addAll(at(count, 16));
      uses.add(new Use(families[i][1], 0, 0, 5_020 + 32 * 16, all, args.clone()));
      args[count] = OUT;
      uses.add(new Use(families[i][0], 0, 16, 120 + 16, all, args.clone()));
    }
  }

  private static void surroundings(List<Use> uses) {
    uses.add(new Use(HostFunction.CALLER, 0, 0, 5, at(0, 32), OUT));
    uses.add(new Use(HostFunction.ORIGIN, 0, 0, 5, at(0, 32), OUT));
    uses.add(new Use(HostFunction.SELF_ADDRESS, 0, 0, 5, at(0, 32), OUT));
    uses.add(new Use(HostFunction.WAVE_ID, 0, 7, 2, at()));
    uses.add(new Use(HostFunction.BLOCK_HEIGHT, 0, 7, 2, at()));
    uses.add(new Use(HostFunction.WAVE_TIMESTAMP, 0, 1_700_000_000L, 2, at()));
    uses.add(new Use(HostFunction.BLOCK_TIMESTAMP, 0, 1_700_000_000L, 2, at()));
    uses.add(new Use(HostFunction.CHAIN_ID, 0, 31_337, 2, at()));
    uses.add(new Use(HostFunction.TX_HASH, 0, 0, 5, at(0, 32), OUT));
    uses.add(new Use(HostFunction.TX_HASH, 1, 0, 5, at(0, 32), OUT));
    uses.add(new Use(HostFunction.TX_VALUE, 0, 0, 5, at(0, 16), OUT));
    uses.add(new Use(HostFunction.TX_VALUE, 1, 0, 5, at(0, 16), OUT));
    uses.add(new Use(HostFunction.TX_GAS_REMAINING, 0, PLENTY - 2, 2, at()));
    uses.add(new Use(HostFunction.CALLDATA_SIZE, 0, 100, 2, at()));
    final HostFunction copy = HostFunction.CALLDATA_COPY;
    uses.add(new Use(copy, 0, 0, 8 + 50, at(2, 50), 10, 50, OUT));
    uses.add(new Use(copy, 1, 0, 8 + 64, at(0, 64, 1, 4), OUT, LENGTH));
    uses.add(new Use(copy, 2, 10, 8 + 10, at(0, 10), OUT, 30, 90, 50));
    uses.add(
        new Use(
            HostFunction.EMIT_EVENT,
            0,
            0,
            100 + 2 * 50 + 20 * 8,
            at(0, 64, 2, 20),
            SLOT,
            2,
            VALUE,
            20));
    uses.add(
        new Use(
            HostFunction.EMIT_EVENT,
            0,
            0,
            100 + 8 * (32 + 20),
            at(0, 32, 2, 20),
            SLOT,
            32,
            VALUE,
            20));
    for (int i = 0; i < 2; i++) {
      uses.add(new Use(HostFunction.HASH_BLAKE3, i, 0, 15 + 2 * 3, at(0, 9, 2, 32), VALUE, 9, OUT));
      uses.add(
          new Use(HostFunction.HASH_POSEIDON2, i, 0, 100 + 2 * 30, at(0, 9, 2, 32), VALUE, 9, OUT));
      uses.add(
          new Use(HostFunction.HASH_KECCAK256, i, 0, 30 + 2 * 6, at(0, 9, 2, 32), VALUE, 9, OUT));
    }
    uses.add(
        new Use(
            HostFunction.FALCON_VERIFY,
            0,
            -17,
            50_000,
            at(0, 897, 1, 9, 3, 600),
            CIPHER,
            VALUE,
            9,
            CIPHER,
            600));
    uses.add(new Use(HostFunction.CONSUME_GAS, 0, 0, 2 + 77, at(), 77));
    uses.add(new Use(HostFunction.CONSUME_GAS, 1, 0, 2 + 77, at(), 77));
    uses.add(new Use(HostFunction.BEACON_GET, 0, 0, 50, at(0, 32), OUT));
    uses.add(new Use(HostFunction.RETURN, 0, 0, 0, at(0, 40), VALUE, 40));
    uses.add(new Use(HostFunction.REVERT, 0, 0, 0, at(0, 40), VALUE, 40));
  }

  private static void calls(List<Use> uses) {
    uses.add(
        new Use(
            HostFunction.CROSS_CALL,
            0,
            0,
            1_000 + 8 * 5 + CALLEE_FUEL,
            at(0, 32, 1, 3, 3, 5, 5, 16, 7, 64, 8, 4),
            TARGET,
            NAME,
            3,
            VALUE,
            5,
            AMOUNT,
            -1,
            OUT,
            LENGTH));
    uses.add(
        new Use(
            HostFunction.CROSS_CALL_STATIC,
            0,
            0,
            50,
            at(0, 32, 1, 4, 3, 5, 6, 64, 7, 4),
            TARGET,
            NAME + 3,
            4,
            VALUE,
            5,
            -1,
            OUT,
            LENGTH));
    uses.add(
        new Use(
            HostFunction.DELEGATE_CALL,
            0,
            0,
            1_200 + 8 * 5 + CALLEE_FUEL,
            at(0, 32, 1, 3, 3, 5, 6, 64, 7, 4),
            TARGET,
            NAME,
            3,
            VALUE,
            5,
            -1,
            OUT,
            LENGTH));
    uses.add(
        new Use(
            HostFunction.INSTANTIATE,
            0,
            0,
            20_000 + 8 * 5 + CALLEE_FUEL,
            at(0, 32, 1, 32, 2, 5, 4, 16, 6, 32, 7, 64, 8, 4),
            TARGET,
            SALT,
            VALUE,
            5,
            AMOUNT,
            -1,
            CHILD,
            OUT,
            LENGTH));
  }

  private static void parachains(List<Use> uses) {
    uses.add(
        new Use(
            HostFunction.PARACHAIN_STORAGE_READ,
            0,
            0,
            250 + 64,
            at(0, 5, 2, 64, 3, 4),
            KEY,
            5,
            OUT,
            LENGTH));
    uses.add(
        new Use(
            HostFunction.PARACHAIN_STORAGE_WRITE,
            0,
            0,
            5_500 + 10 * 40,
            at(0, 5, 2, 40),
            KEY,
            5,
            VALUE,
            40));
    uses.add(new Use(HostFunction.PARACHAIN_STORAGE_DELETE, 0, 0, 250, at(0, 5), KEY, 5));
    uses.add(new Use(HostFunction.PARACHAIN_ID, 0, 0, 5, at(0, 32), OUT));
    uses.add(new Use(HostFunction.PARACHAIN_VERSION, 0, 0x00010002, 5, at()));
    uses.add(
        new Use(
            HostFunction.PARACHAIN_EMIT_EVENT,
            0,
            0,
            100 + 2 * 50 + 20 * 8,
            at(0, 64, 2, 20),
            SLOT,
            2,
            VALUE,
            20));
    uses.add(
        new Use(
            HostFunction.SEND_XPARACHAIN_MESSAGE,
            0,
            1,
            10_000 + 8 * 20,
            at(0, 32, 1, 20, 3, 3),
            TARGET,
            VALUE,
            20,
            NAME,
            3,
            1_000,
            10));
    uses.add(
        new Use(
            HostFunction.THRESHOLD_ENCRYPT,
            0,
            0,
            80_000 + 100 * 20,
            at(0, 20, 2, 1_136, 3, 4),
            VALUE,
            20,
            WIDE_OUT,
            WIDE_LENGTH));
    uses.add(
        new Use(
            HostFunction.THRESHOLD_DECRYPT,
            0,
            0,
            100_000 + 50L * CIPHERTEXT.length,
            at(0, CIPHERTEXT.length, 2, 20, 3, 4),
            CIPHER,
            CIPHERTEXT.length,
            OUT,
            LENGTH));
  }

  private static HostLab lab() {
    final HostLab lab = new HostLab();
    lab.fund(SELF, 1_000);
    lab.fund(RECIPIENT, 10);
    final ByteArrayOutputStream script = new ByteArrayOutputStream();
    script.writeBytes(ANSWER);
    lab.install(
        LIBRARY,
        HostLab.abi(
            ContractType.CONTRACT,
            List.of(
                HostLab.function("run", Attribute.ENTRY, Attribute.PAYABLE, Attribute.REENTRANT),
                HostLab.function("peek", Attribute.ENTRY, Attribute.VIEW),
                HostLab.function("init", Attribute.CONSTRUCTOR))),
        callee -> {
          callee.charge(CALLEE_FUEL);
          callee.context().payload = script.toByteArray();
          throw Halt.RETURNED;
        });
    final byte[] stored = new byte[64];
    stored[63] = 9;
    lab.base.put(StateKeys.slot(SELF, slot()), stored);
    lab.base.put(StateKeys.parachainSlot(SELF.raw(), key()), stored);
    final byte[] amount = new byte[16];
    typedSlot(lab, amount, ascii("total"));
    typedSlot(lab, amount, ascii("one"), addressKey());
    typedSlot(lab, amount, ascii("two"), new byte[] {3, 0, 0, 0, 0, 0, 0, 0}, new byte[] {1});
    typedSlot(
        lab,
        amount,
        ascii("three"),
        new byte[] {5},
        new byte[] {6, 7},
        new byte[] {3, 0, 0, 0, 'a', 'b', 'c'});
    lab.threshold =
        new Threshold() {
          @Override
          public byte[] committeeKey() {
            return new byte[1_184];
          }

          @Override
          public byte[] plaintext(Hash32 ciphertextHash) {
            return new byte[20];
          }
        };
    return lab;
  }

  private static Hash32 slot() {
    return Hash32.fromHex("5a".repeat(32));
  }

  private static byte[] key() {
    return new byte[] {1, 2, 3, 4, 5};
  }

  private static byte[] addressKey() {
    final byte[] bytes = new byte[32];
    System.arraycopy(key(), 0, bytes, 0, 5);
    return bytes;
  }

  private static void typedSlot(HostLab lab, byte[] value, byte[]... parts) {
    final ByteArrayOutputStream path = new ByteArrayOutputStream();
    path.writeBytes(SELF.toBytes());
    for (byte[] part : parts) {
      path.writeBytes(part);
    }
    lab.base.put(StateKeys.slot(SELF, Poseidon2.hash(path.toByteArray())), value);
  }

  private static LabInstance prepared(HostLab lab, long fuel) {
    final LabInstance instance = lab.frame(fuel);
    final LinearMemory memory = instance.memory;
    memory.write(SLOT, slot().toBytes());
    memory.write(VALUE, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    memory.write(ADDRESS, RECIPIENT.toBytes());
    memory.write(TARGET, LIBRARY.toBytes());
    memory.write(AMOUNT, new byte[] {7});
    memory.writeInt(LENGTH, 64);
    memory.writeInt(WIDE_LENGTH, 1_136);
    memory.write(FIELD, ascii("totalonetwothree"));
    memory.write(KEY, addressKey());
    memory.write(U64_KEY, new byte[] {3});
    memory.write(BOOL_KEY, new byte[] {1});
    memory.write(U8_KEY, new byte[] {5});
    memory.write(U16_KEY, new byte[] {6, 7});
    memory.write(TEXT_KEY, new byte[] {3, 0, 0, 0, 'a', 'b', 'c'});
    memory.write(NAME, ascii("runpeek"));
    return instance;
  }

  private static long invoke(Use use, LabInstance instance, long[] args) {
    final List<ValType> types = use.shape().type().params();
    assertThat(args).hasSize(types.size());
    final Object[] values = new Object[args.length + 1];
    values[0] = instance;
    for (int i = 0; i < args.length; i++) {
      values[i + 1] = types.get(i) == ValType.I64 ? (Object) args[i] : (Object) (int) args[i];
    }
    try {
      final Object result = method(use.shape()).invoke(null, values);
      return result instanceof Number number ? number.longValue() : 0;
    } catch (InvocationTargetException e) {
      throw (RuntimeException) e.getCause();
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Method method(Overload shape) {
    final List<Class<?>> types = new ArrayList<>();
    types.add(io.tidemill.executor.wasm.Instance.class);
    for (ValType type : shape.type().params()) {
      types.add(type == ValType.I64 ? long.class : int.class);
    }
    try {
      final Method method = shape.owner().getMethod(shape.method(), types.toArray(Class[]::new));
      final Class<?> expected =
          shape.type().results().isEmpty()
              ? void.class
              : shape.type().results().getFirst() == ValType.I64 ? long.class : int.class;
      assertThat(method.getReturnType()).isEqualTo(expected);
      return method;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(shape.toString(), e);
    }
  }

  /** The result, where a halt counts as 0 and a trap throws. */
  private static long run(Use use, LabInstance instance, long[] args) {
    try {
      return invoke(use, instance, args);
    } catch (Halt halt) {
      return 0;
    }
  }

  private static void assertUntouched(LabInstance instance) {
    final var overlay = instance.context().tx.overlay;
    assertThat(overlay.sortedWrites()).isEmpty();
    assertThat(overlay.events()).isEmpty();
    assertThat(overlay.messages()).isEmpty();
  }

  @Test
  void shouldCoverEveryShapeOfEveryFunction() {
    final TreeSet<String> covered = new TreeSet<>();
    uses().forEach(use -> covered.add(use.function() + "/" + use.overload()));
    for (HostFunction function : HostFunction.values()) {
      for (int i = 0; i < function.overloads().size(); i++) {
        assertThat(covered).contains(function + "/" + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldAnswerAndChargeExactly(Use use) {
    final LabInstance instance = prepared(lab(), PLENTY);
    final long result = run(use, instance, use.args());
    if (use.function() == HostFunction.SEND_XPARACHAIN_MESSAGE) {
      assertThat(result).isPositive();
    } else {
      assertThat(result).isEqualTo(use.result());
    }
    assertThat(PLENTY - instance.fuel).isEqualTo(use.charge());
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldDoWithExactlyEnoughAndTrapOneShort(Use use) {
    final LabInstance enough = prepared(lab(), use.charge());
    final long result = run(use, enough, use.args());
    if (use.function() != HostFunction.TX_GAS_REMAINING
        && use.function() != HostFunction.SEND_XPARACHAIN_MESSAGE) {
      assertThat(result).isEqualTo(use.result());
    }
    assertThat(enough.fuel).isZero();
    if (use.charge() == 0) {
      return;
    }
    final LabInstance poor = prepared(lab(), use.charge() - 1);
    if (use.function() == HostFunction.CROSS_CALL || use.function() == HostFunction.DELEGATE_CALL) {
      // The callee runs out, not the caller.
      assertThat(run(use, poor, use.args())).isEqualTo(-11);
    } else if (use.function() == HostFunction.INSTANTIATE) {
      assertThat(run(use, poor, use.args())).isEqualTo(-40);
    } else {
      assertTraps(use, poor, use.args(), TrapCode.OUT_OF_FUEL);
    }
    assertThat(poor.fuel).isZero();
    assertUntouched(poor);
  }

  private static void assertTraps(Use use, LabInstance instance, long[] args, TrapCode code) {
    try {
      final long result = run(use, instance, args);
      fail("expected " + code + ", got " + result);
    } catch (Trap trap) {
      assertThat(trap.code()).isEqualTo(code);
    }
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldAcceptPointersToTheLastByteAndTrapBeyond(Use use) {
    for (int[] pointer : use.pointers()) {
      for (long place : new long[] {0, PAGE - pointer[1]}) {
        final long[] args = use.args().clone();
        args[pointer[0]] = place;
        assertInBounds(use, args);
      }
      for (long place : new long[] {PAGE - pointer[1] + 1, 0xFFFFFFFFL}) {
        final long[] args = use.args().clone();
        args[pointer[0]] = place;
        final LabInstance instance = prepared(lab(), PLENTY);
        assertTraps(use, instance, args, TrapCode.MEMORY_OUT_OF_BOUNDS);
        assertUntouched(instance);
      }
    }
  }

  private static void assertInBounds(Use use, long[] args) {
    try {
      run(use, prepared(lab(), PLENTY), args);
    } catch (Trap trap) {
      // Other bytes may well be a refusal, but never a wrong pointer.
      assertThat(trap.code()).isNotEqualTo(TrapCode.MEMORY_OUT_OF_BOUNDS);
    }
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldKeepViewsFromChangingAnything(Use use) {
    final HostLab lab = lab();
    lab.view = true;
    final LabInstance instance = prepared(lab, PLENTY);
    switch (use.shape().view()) {
      case View.REFUSED, View.WITHOUT_VALUE ->
          assertThat(run(use, instance, use.args())).isEqualTo(-5);
      case View.TRAPS ->
          assertTraps(use, instance, use.args(), TrapCode.VIEW_FUNCTION_STATE_MODIFY);
      case View.ALLOWED, View.INHERITS ->
          assertThat(run(use, instance, use.args())).isEqualTo(use.result());
    }
    assertUntouched(instance);
  }

  @ParameterizedTest
  @MethodSource("uses")
  void shouldGateParachainFunctions(Use use) {
    final HostLab lab = lab();
    lab.type = ContractType.CONTRACT;
    final LabInstance instance = prepared(lab, PLENTY);
    final long result = run(use, instance, use.args());
    if (use.function().available() == Available.PARACHAINS) {
      assertThat(result).isEqualTo(-15);
      assertThat(PLENTY - instance.fuel).isEqualTo(use.function().price().base());
      assertUntouched(instance);
    } else {
      assertThat(result).isEqualTo(use.result());
    }
  }

  @Test
  void shouldNameEveryGenerationOnce() {
    for (HostFunction function : HostFunction.values()) {
      assertThat(HostFunction.named(function.importName())).isEqualTo(function);
      for (Overload overload : function.overloads()) {
        assertThat(function.overload(overload.type())).isEqualTo(overload);
        assertThat(overload.generation()).isIn((Object[]) Generation.values());
      }
    }
    assertThat(HostFunction.named("debug_log")).isNull();
  }
}
