package io.tidemill.executor.wasm.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No module kills the JVM or disagrees with the interpreter. Each has a JVM of its own. */
class BombTest {
  @ParameterizedTest
  @EnumSource
  void shouldSurviveAndAgreeWithTheInterpreter(Bomb.Kind kind) throws Exception {
    final ForkedJvm.Exit exit = ForkedJvm.run(List.of(), Bomb.class, kind.name());
    assertThat(exit.status()).as(exit.output()).isZero();
    final boolean fits = kind != Bomb.Kind.HUGE_BODY;
    assertThat(exit.output()).endsWith((fits ? "compiled" : "interpreted") + "\n");
  }
}
