package io.tidemill.executor.wasm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The linear memory of one instance: little-endian, grown by pages of 64 KiB. Addresses are
 * unsigned; the effective address is {@code (base & 0xFFFFFFFFL) + offset} and never wraps.
 * Confined to one thread.
 *
 * <p>The bytes come from the thread's {@link MemoryPool} and go back zeroed. So that this does not
 * cost in proportion to the declared size, every write first makes sure that its address lies in
 * the range that {@link #release} will clear; the range grows by whole 4 KiB.
 */
public final class LinearMemory {
  /** The bytes of one page. */
  public static final int PAGE = 65_536;

  /** The most pages a Java array holds; only scripts of the spec testsuite ask for more. */
  private static final int MOST_PAGES = Integer.MAX_VALUE / PAGE;

  private static final int GRAIN = 4_096;

  /** What a store may write past the byte that {@link #touch} was told. */
  private static final int WIDEST = 7;

  /** The memory of a module that declares none. */
  public static final LinearMemory NONE = new LinearMemory(0, 0, new MemoryBudget(0));

  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private final MemoryBudget budget;
  private final int maxPages;

  /**
   * At least {@link #limit} bytes, and exactly as many when the memory starts at its greatest size;
   * another array after {@link #grow}. Public for compiled code, which checks every index and calls
   * {@link #touch} when it writes.
   */
  public byte[] bytes;

  /** The current size in bytes. Public for compiled code, which only reads it. */
  public int limit;

  // What may be other than zero: the bytes from the first to the last and WIDEST more, or nothing.
  private int dirtyFirst = Integer.MAX_VALUE;
  private int dirtyLast = -1;

  private LinearMemory(int pages, int maxPages, MemoryBudget budget) {
    this.budget = budget;
    this.maxPages = Math.min(maxPages, MOST_PAGES);
    this.limit = pages * PAGE;
    this.bytes = MemoryPool.take(pages == this.maxPages ? limit : roomToGrow(limit));
  }

  /** So that a memory that grows page by page is copied a few times only. */
  private static int roomToGrow(int size) {
    final int pages = size / PAGE;
    final long room = pages < 2 ? pages : 2L * Integer.highestOneBit(pages - 1);
    return (int) Math.min(room, MOST_PAGES) * PAGE;
  }

  private static VarHandle view(Class<?> type) {
    return MethodHandles.byteArrayViewVarHandle(type, ByteOrder.LITTLE_ENDIAN);
  }

  /** A zeroed memory, or {@link #NONE} when the budget refuses. */
  public static LinearMemory allocate(int pages, int maxPages, MemoryBudget budget) {
    if (pages > MOST_PAGES || !budget.reserve((long) pages * PAGE)) {
      return NONE;
    }
    return new LinearMemory(pages, maxPages, budget);
  }

  /** The current size in bytes. */
  public long size() {
    return limit;
  }

  /** The current size in pages. */
  public int pages() {
    return limit / PAGE;
  }

  /** Whether {@link #grow} by {@code delta} pages (unsigned) would succeed. */
  public boolean canGrow(int delta) {
    final long pages = pages() + (delta & 0xFFFFFFFFL);
    return pages <= maxPages && budget.bytesLeft() >= (delta & 0xFFFFFFFFL) * PAGE;
  }

  /** The old size in pages, or -1 when the module's or the transaction's limit refuses. */
  public int grow(int delta) {
    final int old = pages();
    if (!canGrow(delta) || !budget.reserve((long) delta * PAGE)) {
      return -1;
    }
    limit += delta * PAGE;
    if (limit > bytes.length) {
      final byte[] larger = MemoryPool.take(roomToGrow(limit));
      if (dirtyLast >= 0) {
        System.arraycopy(bytes, dirtyFirst, larger, dirtyFirst, dirtyEnd() - dirtyFirst);
      }
      clear();
      MemoryPool.give(bytes);
      bytes = larger;
    }
    return old;
  }

  /** Gives the memory back to the budget and the pool; it must not be used after. */
  public void release() {
    budget.release(limit);
    limit = 0;
    clear();
    dirtyFirst = Integer.MAX_VALUE;
    dirtyLast = -1;
    MemoryPool.give(bytes);
    bytes = MemoryPool.EMPTY;
  }

  private void clear() {
    if (dirtyLast >= 0) {
      Arrays.fill(bytes, dirtyFirst, dirtyEnd(), (byte) 0);
    }
  }

  private int dirtyEnd() {
    return (int) Math.min(bytes.length, 1L + dirtyLast + WIDEST);
  }

  /**
   * Notes that up to 8 bytes from {@code index}, which lies inside the memory, are about to be
   * written. Small enough to be inlined whole: a call in a loop of stores, however rare, has
   * everything that lives in registers saved around it.
   */
  public void touch(int index) {
    if (index < dirtyFirst) {
      dirtyFirst = index & -GRAIN;
    }
    if (index > dirtyLast) {
      dirtyLast = index | GRAIN - 1;
    }
  }

  /** Notes that {@code length} bytes from {@code from}, all inside, are about to be written. */
  private void touchRange(int from, int length) {
    touch(from);
    touch(from + length - 1);
  }

  /** Fills {@code length} bytes from {@code pointer}, or traps. */
  public void fill(int pointer, byte value, int length) {
    check(pointer, length);
    if (length != 0) {
      touchRange(pointer, length);
      Arrays.fill(bytes, pointer, pointer + length, value);
    }
  }

  /** Copies within the memory as if through a buffer, or traps. */
  public void copy(int target, int source, int length) {
    check(source, length);
    check(target, length);
    if (length != 0) {
      touchRange(target, length);
      System.arraycopy(bytes, source, bytes, target, length);
    }
  }

  /** Traps unless {@code length} bytes from {@code pointer} (both unsigned) lie inside. */
  public void check(int pointer, int length) {
    if ((pointer & 0xFFFFFFFFL) + (length & 0xFFFFFFFFL) > limit) {
      throw Trap.of(TrapCode.MEMORY_OUT_OF_BOUNDS);
    }
  }

  /** A copy of {@code length} bytes from {@code pointer}, or a trap. */
  public byte[] read(int pointer, int length) {
    check(pointer, length);
    return length == 0 ? new byte[0] : Arrays.copyOfRange(bytes, pointer, pointer + length);
  }

  /** Copies all of {@code source} to {@code pointer}, or traps. */
  public void write(int pointer, byte[] source) {
    write(pointer, source, 0, source.length);
  }

  /** Copies a part of {@code source} to {@code pointer}, or traps. */
  public void write(int pointer, byte[] source, int offset, int length) {
    check(pointer, length);
    if (length != 0) {
      touchRange(pointer, length);
      System.arraycopy(source, offset, bytes, pointer, length);
    }
  }

  /** Copies {@code length} bytes from {@code pointer} to {@code target}, or traps. */
  public void read(int pointer, byte[] target, int offset, int length) {
    check(pointer, length);
    if (length != 0) {
      System.arraycopy(bytes, pointer, target, offset, length);
    }
  }

  /** The u32 at {@code pointer}, or a trap. */
  public int readInt(int pointer) {
    check(pointer, 4);
    return (int) INT.get(bytes, pointer);
  }

  /** Writes a u32 at {@code pointer}, or traps. */
  public void writeInt(int pointer, int value) {
    check(pointer, 4);
    touch(pointer);
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
    touch(pointer);
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
    final int index = index(address, 1);
    touch(index);
    bytes[index] = value;
  }

  /** Stores 16 bits at {@code address}, or traps. */
  public void storeShort(long address, short value) {
    final int index = index(address, 2);
    touch(index);
    SHORT.set(bytes, index, value);
  }

  /** Stores 32 bits at {@code address}, or traps. */
  public void storeInt(long address, int value) {
    final int index = index(address, 4);
    touch(index);
    INT.set(bytes, index, value);
  }

  /** Stores 64 bits at {@code address}, or traps. */
  public void storeLong(long address, long value) {
    final int index = index(address, 8);
    touch(index);
    LONG.set(bytes, index, value);
  }

  private int index(long address, int width) {
    if (address < 0 || address + width > limit) {
      throw Trap.of(TrapCode.MEMORY_OUT_OF_BOUNDS);
    }
    return (int) address;
  }
}
