package io.tidemill.executor.wasm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * The linear memory of one instance: little-endian, grown by pages of 64 KiB. Addresses are
 * unsigned; the effective address is {@code (base & 0xFFFFFFFFL) + offset} and never wraps.
 * Confined to one thread.
 */
public final class LinearMemory {
  /** The bytes of one page. */
  public static final int PAGE = 65_536;

  /** The memory of a module that declares none. */
  public static final LinearMemory NONE = new LinearMemory(0, 0, new MemoryBudget(0));

  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private final MemoryBudget budget;
  private final int maxPages;
  private byte[] bytes;
  private long size;

  private LinearMemory(int pages, int maxPages, MemoryBudget budget) {
    this.budget = budget;
    this.maxPages = maxPages;
    this.bytes = new byte[pages * PAGE];
    this.size = bytes.length;
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
  }

  /** A zeroed memory, or {@link #NONE} when the budget refuses. */
  public static LinearMemory allocate(int pages, int maxPages, MemoryBudget budget) {
    return budget.reserve((long) pages * PAGE) ? new LinearMemory(pages, maxPages, budget) : NONE;
  }

  /** The current size in bytes. */
  public long size() {
    return size;
  }

  /** The current size in pages. */
  public int pages() {
    return (int) (size / PAGE);
  }

  /** Whether {@link #grow} by {@code delta} pages (unsigned) would succeed. */
  public boolean canGrow(int delta) {
    final long pages = pages() + (delta & 0xFFFFFFFFL);
    return pages <= maxPages && budget.bytesLeft() >= (delta & 0xFFFFFFFFL) * PAGE;
  }

  /** The old size in pages, or -1 when the module's or the transaction's limit refuses. */
  public int grow(int delta) {
    final int old = pages();
    if (!canGrow(delta)) {
      return -1;
    }
    final long wanted = (long) delta * PAGE;
    if (!budget.reserve(wanted)) {
      return -1;
    }
    size += wanted;
    if (size > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.max(size, Math.min(2L * bytes.length, (long) maxPages * PAGE)));
    }
    return old;
  }

  /** Gives the memory back to the budget; it must not be used after. */
  public void release() {
    budget.release(size);
    size = 0;
  }

  /** Traps unless {@code length} bytes from {@code pointer} (both unsigned) lie inside. */
  public void check(int pointer, int length) {
    if ((pointer & 0xFFFFFFFFL) + (length & 0xFFFFFFFFL) > size) {
      throw Trap.of(TrapCode.MEMORY_OUT_OF_BOUNDS);
    }
  }

  /** A copy of {@code length} bytes from {@code pointer}, or a trap. */
  public byte[] read(int pointer, int length) {
    check(pointer, length);
    return Arrays.copyOfRange(bytes, pointer, pointer + length);
  }

  /** Copies all of {@code source} to {@code pointer}, or traps. */
  public void write(int pointer, byte[] source) {
    write(pointer, source, 0, source.length);
  }

  /** Copies a part of {@code source} to {@code pointer}, or traps. */
  public void write(int pointer, byte[] source, int offset, int length) {
    check(pointer, length);
    System.arraycopy(source, offset, bytes, pointer, length);
  }

  /** Copies {@code length} bytes from {@code pointer} to {@code target}, or traps. */
  public void read(int pointer, byte[] target, int offset, int length) {
    check(pointer, length);
    System.arraycopy(bytes, pointer, target, offset, length);
  }

  /** Sets {@code length} bytes from {@code pointer} to {@code value}, or traps and sets none. */
  public void fill(int pointer, byte value, int length) {
    check(pointer, length);
    Arrays.fill(bytes, pointer, pointer + length, value);
  }

  /** Copies {@code length} bytes, which may overlap, or traps and copies none. */
  public void copy(int target, int source, int length) {
    check(source, length);
    check(target, length);
    System.arraycopy(bytes, source, bytes, target, length);
  }

  /** The u32 at {@code pointer}, or a trap. */
  public int readInt(int pointer) {
    check(pointer, 4);
    return (int) INT.get(bytes, pointer);
  }

  /** Writes a u32 at {@code pointer}, or traps. */
  public void writeInt(int pointer, int value) {
    check(pointer, 4);
    INT.set(bytes, pointer, value);
  }

  /** The u64 at {@code pointer}, or a trap. */
  public long readLong(int pointer) {
    check(pointer, 8);
    return (long) LONG.get(bytes, pointer);
  }

  /** Writes a u64 at {@code pointer}, or traps. */
  public void writeLong(int pointer, long value) {
    check(pointer, 8);
    LONG.set(bytes, pointer, value);
  }

  /** The byte at {@code address}, or a trap. */
  public byte loadByte(long address) {
    return bytes[index(address, 1)];
  }

  /** The 16-bit value at {@code address}, or a trap. */
  public short loadShort(long address) {
    return (short) SHORT.get(bytes, index(address, 2));
  }

  /** The 32-bit value at {@code address}, or a trap. */
  public int loadInt(long address) {
    return (int) INT.get(bytes, index(address, 4));
  }

  /** The 64-bit value at {@code address}, or a trap. */
  public long loadLong(long address) {
    return (long) LONG.get(bytes, index(address, 8));
  }

  /** Stores one byte at {@code address}, or traps. */
  public void storeByte(long address, byte value) {
    bytes[index(address, 1)] = value;
  }

  /** Stores 16 bits at {@code address}, or traps. */
  public void storeShort(long address, short value) {
    SHORT.set(bytes, index(address, 2), value);
  }

  /** Stores 32 bits at {@code address}, or traps. */
  public void storeInt(long address, int value) {
    INT.set(bytes, index(address, 4), value);
  }

  /** Stores 64 bits at {@code address}, or traps. */
  public void storeLong(long address, long value) {
    LONG.set(bytes, index(address, 8), value);
  }

  private int index(long address, int width) {
    if (address + width > size) {
      throw Trap.of(TrapCode.MEMORY_OUT_OF_BOUNDS);
    }
    return (int) Objects.checkIndex(address, bytes.length);
  }
}
