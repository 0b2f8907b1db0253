package io.tidemill.server.jsonrpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RequestMemoryTest {
  private final RequestMemory memory = new RequestMemory(1 << 20);

  @Test
  void shouldGiveWhatThereIsAndSayWhenThereIsNone() {
    assertThat(memory.take(600 << 10)).isTrue();
    assertThat(memory.take(600 << 10)).isFalse();
    assertThat(memory.taken()).isEqualTo(600 << 10);
    assertThat(memory.none().metadata())
        .containsEntry("limit", "http_memory_bytes")
        .containsEntry("maximum", Integer.toString(1 << 20));
    memory.give(600 << 10);
    assertThat(memory.take(600 << 10)).isTrue();
  }

  @Test
  void shouldLetOneThroughThatNeedsMoreThanThereIs() {
    assertThat(memory.await(1L << 40)).isTrue();
    assertThat(memory.take(1)).isFalse();
    memory.give(1L << 40);
    assertThat(memory.taken()).isZero();
  }

  @Test
  void shouldWaitForWhatIsGivenBack() throws InterruptedException {
    assertThat(memory.take(1 << 20)).isTrue();
    final boolean[] got = new boolean[1];
    final Thread waiting = Thread.startVirtualThread(() -> got[0] = memory.await(1 << 20));
    memory.give(1 << 20);
    waiting.join();
    assertThat(got[0]).isTrue();
  }
}
