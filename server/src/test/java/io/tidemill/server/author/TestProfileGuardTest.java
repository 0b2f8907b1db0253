package io.tidemill.server.author;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.Rules;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tests may do, no real chain may. */
class TestProfileGuardTest {
  private static Rules rules(long chainId) {
    return Rules.of(chainId, Rules.Lifecycle.MAINNET, Rules.Signatures.VERIFY);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void shouldRefuseTheTestProfileOnARealChain(long chainId) {
    assertThatThrownBy(() -> WasmContractRuntime.forTests(rules(chainId), new ChicoryEngine()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no test chain");
  }

  @Test
  void shouldAllowTheTestProfileOnATestChain() {
    assertThat(WasmContractRuntime.forTests(rules(31_337), new ChicoryEngine())).isNotNull();
  }
}
