package io.tidemill.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.client.json.JsonRpcException;
import io.tidemill.client.testing.CallOutcome;
import io.tidemill.client.testing.DevChain;
import io.tidemill.client.testing.DevChainExtension;
import io.tidemill.client.testing.TestContract;
import io.tidemill.server.testing.ProjectFolder;
import io.tidemill.server.testing.TestLauncher;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of {@code docs/dev.md}, and the rest of what contract authors have for tests. */
@ExtendWith(TestLauncher.class)
// docs:begin counter
@ExtendWith(DevChainExtension.class)
class CounterExampleTest {
  @BeforeAll
  static void deploy(DevChain chain) {
    chain.deployExample("counter", 7);
  }

  @Test
  void shouldCountAndSayWhoCounted(DevChain chain) {
    final CallOutcome sent = chain.contract("counter").from("#3").send("add", 35);
    assertThat(sent.orFail().result()).isEqualTo("42");
    assertThat(sent.events()).containsExactly("counter.Counted(who: #3, count: 42)");
  }

  @Test
  void shouldLetOnlyTheOwnerReset(DevChain chain) {
    final TestContract counter = chain.contract("counter");
    final CallOutcome refused = counter.from("#3").send("reset");
    assertThat(refused.reason()).contains("only the owner may reset");
    assertThat(refused.backtrace().getLast()).startsWith("counter.reset +");
    chain.withSnapshot(() -> counter.send("reset").orFail());
    assertThat(counter.call("get").result()).isEqualTo("7"); // whatever other tests did
  }

  // docs:end

  @Test
  void shouldDeployModulesAndMoveMoneyAndTime(DevChain chain) {
    final Path multisig = Path.of("executor/contracts/multisig/multisig.wasm");
    final TestContract purse =
        chain.deploy("purse", ProjectFolder.path().resolve(multisig), 2, List.of("#1", "#2"));
    purse.from("#4").with(500).send("fund").orFail();
    assertThat(purse.from("#1").send("propose", "#5", 300).orFail().result()).isEqualTo("1");
    final BigInteger before = chain.balance("#5");
    assertThat(purse.from("#2").send("confirm", 1).orFail().gas()).isPositive();
    assertThat(chain.balance("#5").subtract(before)).isEqualTo(BigInteger.valueOf(300));
    chain.setBalance("#5", BigInteger.TEN);
    assertThat(chain.balance("#5")).isEqualTo(BigInteger.TEN);
    final String stranger = "0x" + "77".repeat(32);
    assertThatThrownBy(() -> purse.from(stranger).send("fund"))
        .isInstanceOf(JsonRpcException.class)
        .hasMessageContaining("impersonate it first");
    chain.impersonate(stranger);
    assertThat(purse.from(stranger).send("fund").succeeded()).isTrue();
    chain.advance(3_600);
    chain.mine(2);
    assertThatThrownBy(() -> purse.from(stranger).send("confirm", 1).orFail())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("only owners may")
        .hasMessageContaining("at purse.confirm");
    assertThatThrownBy(() -> chain.deployExample("counter", 1)).isInstanceOf(AssertionError.class);
  }
}
