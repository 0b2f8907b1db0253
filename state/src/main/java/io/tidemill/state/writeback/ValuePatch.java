package io.tidemill.state.writeback;

import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value as what it does not share with another value of the same key: an account whose balance
 * changed keeps its public key, which is most of its record. Numbers are big-endian.
 *
 * <pre>
 * prefix u32 | suffix u32 | the bytes between
 * </pre>
 *
 * <p>What two values share they share both ways, so one patch serves to make the newer of the older
 * and the older of the newer.
 *
 * @param prefix bytes at the beginning that both values have
 * @param suffix bytes at the end that both have
 */
public record ValuePatch(int prefix, int suffix) {
  private static final int HEADER = 8;

  /** What a patch must save before another value is read for it. */
  private static final int WORTH = 128;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /** How {@code value} follows from {@code base}, or null when it is better kept whole. */
  public static @Nullable ValuePatch between(byte @Nullable [] base, byte @Nullable [] value) {
    if (base == null || value == null) {
      return null;
    }
    final int most = Math.min(base.length, value.length);
    if (most < HEADER + WORTH) {
      return null;
    }
    final int different = Arrays.mismatch(base, value);
    final int prefix = different < 0 ? most : Math.min(different, most);
    int suffix = 0;
    while (suffix + Long.BYTES <= most - prefix
        && (long) LONG.get(base, base.length - suffix - Long.BYTES)
            == (long) LONG.get(value, value.length - suffix - Long.BYTES)) {
      suffix += Long.BYTES;
    }
    return prefix + suffix < HEADER + WORTH ? null : new ValuePatch(prefix, suffix);
  }

  /**
   * How the values of {@code delta} follow from those before, entry for entry; null where a value
   * is better kept whole.
   *
   * @param before the value under a key before, where that is at hand, or null
   */
  public static @Nullable ValuePatch[] all(
      StateDelta delta, Function<StateKey, byte @Nullable []> before) {
    final @Nullable ValuePatch[] patches = new ValuePatch[delta.size()];
    for (int i = 0; i < patches.length; i++) {
      final StateDelta.Entry entry = delta.get(i);
      patches[i] = between(before.apply(entry.key()), entry.value());
    }
    return patches;
  }

  /** Whether it makes {@code value} of {@code base} and both are equal. */
  public boolean changesNothing(byte[] base, byte[] value) {
    return prefix == base.length && prefix == value.length;
  }

  /** The length of the stored form for {@code value}. */
  public int encodedLength(byte[] value) {
    return HEADER + value.length - prefix - suffix;
  }

  /** Writes the stored form for {@code value}. */
  public void put(ByteBuffer out, byte[] value) {
    out.putInt(prefix).putInt(suffix).put(value, prefix, value.length - prefix - suffix);
  }

  /**
   * The value that the rest of {@code patch} makes of {@code base}.
   *
   * @throws IllegalArgumentException if it is the patch of another value
   */
  public static byte[] apply(ByteBuffer patch, byte @Nullable [] base) {
    if (base == null || patch.remaining() < HEADER) {
      throw new IllegalArgumentException("a patch without the value that it changes");
    }
    final int prefix = patch.getInt();
    final int suffix = patch.getInt();
    if (prefix < 0 || suffix < 0 || (long) prefix + suffix > base.length) {
      throw new IllegalArgumentException(
          "a patch that keeps " + prefix + " and " + suffix + " bytes of " + base.length);
    }
    final int between = patch.remaining();
    final byte[] value = new byte[Math.addExact(prefix + suffix, between)];
    System.arraycopy(base, 0, value, 0, prefix);
    patch.get(value, prefix, between);
    System.arraycopy(base, base.length - suffix, value, prefix + between, suffix);
    return value;
  }
}
