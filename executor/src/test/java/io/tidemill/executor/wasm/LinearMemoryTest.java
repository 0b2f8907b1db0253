package io.tidemill.executor.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Memory of one tenant is never seen by the next, whatever was written and however. */
class LinearMemoryTest {
  private static final int PAGES = 17;

  @Test
  void shouldHandOutZerosAfterAnyKindOfWrite() {
    final SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 2_000; round++) {
      final MemoryBudget budget = new MemoryBudget(40L * LinearMemory.PAGE);
      final LinearMemory memory = LinearMemory.allocate(PAGES, 40, budget);
      assertZero(memory, round);
      for (int i = random.nextInt(20); i >= 0; i--) {
        write(memory, random);
      }
      memory.release();
      assertThat(budget.bytesLeft()).isEqualTo(40L * LinearMemory.PAGE);
    }
  }

  private static void assertZero(LinearMemory memory, int round) {
    final byte[] all = memory.read(0, (int) memory.size());
    for (int i = 0; i < all.length; i++) {
      if (all[i] != 0) {
        throw new AssertionError("round " + round + ": byte " + i + " is " + all[i]);
      }
    }
    for (int i = (int) memory.size(); i < memory.bytes.length; i++) {
      if (memory.bytes[i] != 0) {
        throw new AssertionError("round " + round + ": byte " + i + " past the size");
      }
    }
  }

  private static void write(LinearMemory memory, SplittableRandom random) {
    final int size = (int) memory.size();
    final int at = random.nextBoolean() ? random.nextInt(size) : size - random.nextInt(1, 12);
    try {
      switch (random.nextInt(9)) {
        case 0 -> memory.storeByte(at, (byte) -1);
        case 1 -> memory.storeShort(at, (short) -1);
        case 2 -> memory.storeInt(at, -1);
        case 3 -> memory.storeLong(at, -1);
        case 4 -> memory.fill(at, (byte) -1, random.nextInt(20_000));
        case 5 -> memory.copy(random.nextInt(size), at, random.nextInt(9_000));
        case 6 -> memory.write(at, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
        case 7 -> memory.grow(random.nextInt(3));
        default -> memory.writeLong(at, -1);
      }
    } catch (Trap e) {
      // Past the end: nothing was written.
    }
  }
}
