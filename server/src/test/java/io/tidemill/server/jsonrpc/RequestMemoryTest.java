package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequestMemoryTest {
  private final RequestMemory memory = new RequestMemory(2 << 20);

  @Test
  void shouldGiveWhatThereIsAndSayWhenThereIsNone() {
    assertThat(memory.hold(600 << 10)).isTrue();
    assertThat(memory.hold(600 << 10)).isFalse();
    assertThat(memory.taken()).isEqualTo(600 << 10);
    assertThat(memory.none().metadata())
        .containsEntry("limit", "http_memory_bytes")
        .containsEntry("maximum", Integer.toString(2 << 20));
    memory.release(600 << 10);
    assertThat(memory.hold(600 << 10)).isTrue();
  }

  @Test
  void shouldLetOneThroughThatNeedsMoreThanThereIs() {
    assertThat(memory.begin(1L << 40)).isTrue();
    assertThat(memory.hold(1L << 40)).as("the other half").isTrue();
    assertThat(memory.hold(1)).isFalse();
    memory.end(1L << 40);
    memory.release(1L << 40);
    assertThat(memory.taken()).isZero();
  }

  @Test
  void shouldWaitForWhatIsGivenBack() throws InterruptedException {
    assertThat(memory.begin(1 << 20)).isTrue();
    final boolean[] got = new boolean[1];
    final Thread waiting = Thread.startVirtualThread(() -> got[0] = memory.begin(1 << 20));
    memory.end(1 << 20);
    waiting.join();
    assertThat(got[0]).isTrue();
  }
}
