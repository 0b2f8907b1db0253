package io.tidemill.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class NodeExceptionTest {
  @Test
  void shouldCallABrokenConnectionUnavailableWhateverTheTransportCallsIt() {
    final NodeException broken =
        NodeException.of(
            Status.UNKNOWN
                .withDescription("channel closed")
                .withCause(new ClosedChannelException())
                .asRuntimeException());
    assertThat(broken.status()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(broken.retryable()).isTrue();
  }

  @Test
  void shouldNotRepeatWhatFailedForUnknownReasons() {
    final NodeException unknown =
        NodeException.of(
            Status.UNKNOWN.withCause(new IllegalStateException("a bug")).asRuntimeException());
    assertThat(unknown.status()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(unknown.retryable()).isFalse();
  }
}
