package io.tidemill.executor.wasm.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.wasm.types.DataSegment;
import com.dylibso.chicory.wasm.types.PassiveDataSegment;
import io.tidemill.executor.wasm.LinearMemory;
import io.tidemill.executor.wasm.Module;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;

/**
 * Our linear memory as the interpreter wants it: one adapter per instance, also where instances
 * share a memory, because data segments are the instance's own. Addresses come as the low 32 bits
 * of a sum that never passes 2^32, so they are read as unsigned.
 */
@SuppressWarnings({
  "removal",
  "ReferenceEquality"
}) // the interface still has abstract methods that are to go; a dropped segment is told by identity
final class MemoryAdapter implements Memory {
  private final LinearMemory memory;
  private final Module module;
  private final int maxPages;
  private DataSegment[] segments = {};

  MemoryAdapter(LinearMemory memory, Module module, int maxPages) {
    this.memory = memory;
    this.module = module;
    this.maxPages = maxPages;
  }

  LinearMemory memory() {
    return memory;
  }

  private static long address(int addr) {
    return addr & 0xFFFF_FFFFL;
  }

  @Override
  public int pages() {
    return memory.pages();
  }

  @Override
  public int grow(int size) {
    return memory.grow(size);
  }

  @Override
  public int initialPages() {
    return memory.pages();
  }

  @Override
  public int maximumPages() {
    return Math.min(maxPages, RUNTIME_MAX_PAGES);
  }

  @Override
  public boolean shared() {
    return false;
  }

  @Override
  public void initialize(Instance instance, DataSegment[] dataSegments) {
    // Metered modules have passive segments only; the array is the instance's record of drops.
    segments = dataSegments;
  }

  @Override
  public void initPassiveSegment(int segmentId, int dest, int offset, int size) {
    // The interpreter's copy of a segment is cloned on every access, so ours is read.
    final boolean dropped = segments[segmentId] == PassiveDataSegment.EMPTY;
    final Module.DataSegment segment = module.data().get(segmentId);
    final long length = dropped ? 0 : segment.length();
    if (address(offset) + address(size) > length) {
      throw Trap.of(TrapCode.MEMORY_OUT_OF_BOUNDS);
    }
    memory.write(dest, module.bytes(), segment.start() + offset, size);
  }

  @Override
  public void write(int addr, byte[] data, int offset, int size) {
    memory.write(addr, data, offset, size);
  }

  @Override
  public byte read(int addr) {
    return memory.loadByte(address(addr));
  }

  @Override
  public byte[] readBytes(int addr, int len) {
    return memory.read(addr, len);
  }

  @Override
  public void writeI32(int addr, int data) {
    memory.storeInt(address(addr), data);
  }

  @Override
  public int readInt(int addr) {
    return memory.loadInt(address(addr));
  }

  @Override
  public void writeLong(int addr, long data) {
    memory.storeLong(address(addr), data);
  }

  @Override
  public long readLong(int addr) {
    return memory.loadLong(address(addr));
  }

  @Override
  public void writeShort(int addr, short data) {
    memory.storeShort(address(addr), data);
  }

  @Override
  public short readShort(int addr) {
    return memory.loadShort(address(addr));
  }

  @Override
  public long readU16(int addr) {
    return memory.loadShort(address(addr)) & 0xFFFFL;
  }

  @Override
  public void writeByte(int addr, byte data) {
    memory.storeByte(address(addr), data);
  }

  @Override
  public void writeF32(int addr, float data) {
    memory.storeInt(address(addr), Float.floatToRawIntBits(data));
  }

  @Override
  public long readF32(int addr) {
    return memory.loadInt(address(addr));
  }

  @Override
  public float readFloat(int addr) {
    return Float.intBitsToFloat(memory.loadInt(address(addr)));
  }

  @Override
  public void writeF64(int addr, double data) {
    memory.storeLong(address(addr), Double.doubleToRawLongBits(data));
  }

  @Override
  public double readDouble(int addr) {
    return Double.longBitsToDouble(memory.loadLong(address(addr)));
  }

  @Override
  public long readF64(int addr) {
    return memory.loadLong(address(addr));
  }

  @Override
  public void zero() {
    // A fresh memory is zero.
  }

  @Override
  public void fill(byte value, int fromIndex, int toIndex) {
    memory.fill(fromIndex, value, toIndex - fromIndex);
  }

  @Override
  public void copy(int dest, int src, int size) {
    memory.copy(dest, src, size);
  }

  @Override
  public void drop(int segment) {
    segments[segment] = PassiveDataSegment.EMPTY;
  }

  @Override
  @Deprecated(forRemoval = true)
  public Object lock(int address) {
    throw noThreads();
  }

  @Override
  @Deprecated(forRemoval = true)
  public int waitOn(int address, int expected, long timeout) {
    throw noThreads();
  }

  @Override
  @Deprecated(forRemoval = true)
  public int waitOn(int address, long expected, long timeout) {
    throw noThreads();
  }

  @Override
  @Deprecated(forRemoval = true)
  public int notify(int address, int maxThreads) {
    throw noThreads();
  }

  private static UnsupportedOperationException noThreads() {
    return new UnsupportedOperationException("the profile has no threads");
  }
}
