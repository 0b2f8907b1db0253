package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.PLENTY;
import static io.tidemill.executor.host.HostLab.ascii;

import io.tidemill.executor.host.HostFunction.Overload;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One use of every shape of every host function, on a frame that is prepared for it. */
final class HostUses {
  static final int SLOT = 0x100;
  static final int VALUE = 0x200;
  static final int OUT = 0x400;
  static final int ADDRESS = 0x600;
  static final int TARGET = 0x620;
  static final int AMOUNT = 0x640;
  static final int LENGTH = 0x660;
  static final int FIELD = 0x700;
  static final int KEY = 0x720;
  static final int U64_KEY = 0x760;
  static final int BOOL_KEY = 0x770;
  static final int U8_KEY = 0x778;
  static final int U16_KEY = 0x780;
  static final int TEXT_KEY = 0x788;
  static final int NAME = 0x800;
  static final int SALT = 0x820;
  static final int CHILD = 0x840;
  static final int CIPHER = 0x1000;
  static final int WIDE_OUT = 0x2000;
  static final int WIDE_LENGTH = 0x3000;

  /** What the scripted callee burns and returns. */
  static final int CALLEE_FUEL = 123;

  static final byte[] ANSWER = ascii("answer");
  static final byte[] CIPHERTEXT = new byte[1_088 + 12 + 16 + 20];

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
    wholeInputs(uses);
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
  }

  private static void wholeInputs(List<Use> uses) {
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
    messages(uses);
  }

  private static void messages(List<Use> uses) {
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

  private HostUses() {}
}
