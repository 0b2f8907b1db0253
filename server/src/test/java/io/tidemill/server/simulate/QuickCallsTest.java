package io.tidemill.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuickCallsTest {
  private static final String KIND = "pyde_call.token.balance_of";

  private final QuickCalls calls = new QuickCalls();

  private void learn() {
    calls.watch(KIND, () -> {});
    assertThat(calls.contains(KIND)).isTrue();
  }

  @Test
  void shouldLearnAKindFromOneQuickRun() {
    assertThat(calls.contains(KIND)).isFalse();
    learn();
    assertThat(calls.contains("pyde_call.token.transfer")).isFalse();
  }

  @Test
  void shouldForgiveASlowMomentAndForgetAKindThatIsSlow() {
    learn();
    for (int i = 0; i < 4; i++) {
      calls.slow(KIND);
    }
    assertThat(calls.contains(KIND)).isTrue();
    calls.slow(KIND);
    assertThat(calls.contains(KIND)).isFalse();
    learn();
  }

  @Test
  void shouldForgetAKindThatIsSlowEverySecondTime() {
    learn();
    int slow = 0;
    while (calls.contains(KIND)) {
      calls.slow(KIND);
      calls.quick(KIND);
      slow++;
    }
    assertThat(slow).isLessThan(10);
  }

  @Test
  void shouldKeepAKindThatIsSlowNowAndThen() {
    learn();
    for (int i = 0; i < 1_000; i++) {
      calls.slow(KIND);
      for (int j = 0; j < 20; j++) {
        calls.quick(KIND);
      }
    }
    assertThat(calls.contains(KIND)).isTrue();
  }
}
