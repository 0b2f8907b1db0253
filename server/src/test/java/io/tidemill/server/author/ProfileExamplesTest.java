package io.tidemill.server.author;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.contract.WasmContractRuntime;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.server.author.TestSuite.Call;
import io.tidemill.server.author.TestSuite.Context;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.server.author.TestSuite.Expectation;
import io.tidemill.server.author.TestSuite.Setup;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of the small import profiles, run on chains of their profile. */
class ProfileExamplesTest {
  private static final Path PROFILES = Path.of("..", "executor", "contracts", "profiles");
  private static final Address ANN = new Address(Hash32.fromHex("aa".repeat(32)));
  private static final Address CONTRACT = Addresses.contract("example");

  private int calls;

  private static TestChain chain(Rules.Profile profile, String example) throws IOException {
    final Rules rules =
        Rules.of(31_337, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED).withProfile(profile);
    final byte[] wasm = Files.readAllBytes(PROFILES.resolve(example).resolve(example + ".wasm"));
    return new TestChain(
        rules,
        new WasmContractRuntime(rules, new ChicoryEngine()),
        new Setup(
            List.of(new Deployed("example", CONTRACT, wasm, null)),
            new TreeMap<>(),
            new TreeMap<>()));
  }

  private TestChain.Outcome call(TestChain chain, String function, String calldata) {
    return chain.run(
        "profiles",
        calls++,
        new Call(
            function,
            CONTRACT,
            ANN,
            HexFormat.of().parseHex(calldata),
            U128.ZERO,
            1_000_000,
            new Context(77, 5, 31_337),
            false,
            false,
            new Expectation(null, null, List.of(), List.of())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"aether-constant", "aether-clock"})
  void shouldRunTheGoldenModules(String example) throws IOException {
    final TestChain.Outcome outcome =
        call(chain(Rules.Profile.AETHER, example), "execute", "696e707574");
    assertThat(outcome.end()).isEqualTo(End.SUCCESS);
    assertThat(outcome.fuel()).isPositive();
  }

  @Test
  void shouldCountOnAnAetherChain() throws IOException {
    final TestChain chain = chain(Rules.Profile.AETHER, "aether-counter");
    assertThat(call(chain, "execute", "").returnData()).containsExactly(1, 0, 0, 0, 0, 0, 0, 0);
    assertThat(call(chain, "execute", "0400000000000000").returnData())
        .containsExactly(5, 0, 0, 0, 0, 0, 0, 0);
    final TestChain.Outcome malformed = call(chain, "execute", "00");
    assertThat(malformed.end()).isEqualTo(End.REVERTED);
    assertThat(malformed.returnData()).containsExactly(1, 0, 0, 0);
    assertThat(call(chain, "execute", "ffffffffffffffff").returnData()).containsExactly(2, 0, 0, 0);
    assertThat(call(chain, "execute", "").returnData()).containsExactly(6, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void shouldCountOnAnSshiChain() throws IOException {
    final TestChain chain = chain(Rules.Profile.SSHI, "sshi-counter");
    final TestChain.Outcome first = call(chain, "call", "0700000000000000");
    assertThat(first.end()).isEqualTo(End.SUCCESS);
    assertThat(first.returnData()).containsExactly(7, 0, 0, 0, 0, 0, 0, 0);
    assertThat(first.events())
        .singleElement()
        .satisfies(e -> assertThat(e.topics()).containsExactly(ANN.raw()));
    assertThat(call(chain, "query", "").returnData()).containsExactly(7, 0, 0, 0, 0, 0, 0, 0);
    assertThat(call(chain, "call", "").end()).isEqualTo(End.REVERTED);
    assertThat(call(chain, "nothing", "").end()).isEqualTo(End.REJECTED);
  }
}
