package io.tidemill.state;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.hash.Hash32;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventQueryTest {
  @Test
  void shouldRejectEventQueriesOverTheLimits() {
    final List<Hash32> nine = java.util.Collections.nCopies(9, Hash32.ZERO);
    assertThatThrownBy(() -> new EventQuery(0, 5000, null, List.of(), null, 1))
        .hasMessageContaining("5000 waves");
    assertThatThrownBy(() -> new EventQuery(0, 1, null, List.of(nine), null, 1))
        .hasMessageContaining("8 values");
    assertThatThrownBy(() -> new EventQuery(0, 1, null, List.of(), null, 1001))
        .hasMessageContaining("limit");
    assertThatThrownBy(() -> new EventQuery(2, 1, null, List.of(), null, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
