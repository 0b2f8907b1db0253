package io.tidemill.executor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.ContractLifecycle.Violation;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.host.TestRules;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.executor.wasm.Engine;
import io.tidemill.executor.wasm.chicory.ChicoryEngine;
import io.tidemill.executor.wasm.jvm.JvmEngine;
import io.tidemill.state.hash.Blake3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The two small profiles, on both backends. Source: profiles. */
class ProfilesTest {
  private static final byte[] NONE = {};

  static List<Engine> engines() {
    return List.of(new ChicoryEngine(), new JvmEngine(new ChicoryEngine()));
  }

  private static TestChain chain(Rules.Profile profile, Engine engine) {
    return new TestChain(
        TestRules.withProfile(
            Rules.of(
                31_337, new Rules.Lifecycle(U128.ZERO, U128.ZERO, 10), Rules.Signatures.TRUSTED),
            profile),
        engine);
  }

  private static byte[] example(String name) {
    try {
      return Files.readAllBytes(Path.of("contracts/profiles", name, name + ".wasm"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] u64(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  @ParameterizedTest
  @MethodSource("engines")
  void shouldRunTheGoldenModulesOfAether(Engine engine) {
    final TestChain chain = chain(Rules.Profile.AETHER, engine);
    for (String name : new String[] {"aether-constant", "aether-clock"}) {
      final Address contract = chain.install(name, example(name), NONE);
      final Result result =
          chain.call(
              contract, "execute", "input".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThat(result.end()).isEqualTo(End.SUCCESS);
      assertThat(result.returnData()).isEmpty();
      assertThat(result.fuelUsed()).isPositive();
      assertThat(chain.call(contract, "other", NONE).code())
          .isEqualTo(RejectCode.INVALID_FUNCTION_NAME.number());
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void shouldCountOnAether(Engine engine) {
    final TestChain chain = chain(Rules.Profile.AETHER, engine);
    final Address contract = chain.install("counter", example("aether-counter"), NONE);
    assertThat(chain.call(contract, "execute", u64(41)).returnData()).isEqualTo(u64(41));
    assertThat(chain.call(contract, "execute", NONE).returnData()).isEqualTo(u64(42));
    assertThat(chain.state.get(StateKeys.slot(contract, Blake3.hash(Puppets.ascii("count")))))
        .isEqualTo(u64(42));
    final Result malformed = chain.call(contract, "execute", new byte[3]);
    assertThat(malformed.end()).isEqualTo(End.REVERTED);
    assertThat(malformed.returnData()).containsExactly(1, 0, 0, 0);
    final Result overflow = chain.call(contract, "execute", u64(-1));
    assertThat(overflow.returnData()).containsExactly(2, 0, 0, 0);
    assertThat(chain.call(contract, "execute", NONE).returnData()).isEqualTo(u64(43));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void shouldCountOnSshiAndKeepQueriesFromWriting(Engine engine) {
    final TestChain chain = chain(Rules.Profile.SSHI, engine);
    final Address contract = chain.install("counter", example("sshi-counter"), NONE);
    assertThat(chain.call(contract, "query", NONE).returnData()).isEqualTo(u64(0));
    assertThat(chain.call(contract, "call", u64(7)).returnData()).isEqualTo(u64(7));
    assertThat(chain.events.getFirst().topics()).containsExactly(TestChain.ALICE.raw());
    assertThat(chain.call(contract, "query", NONE).returnData()).isEqualTo(u64(7));
    assertThat(chain.call(contract, "call", NONE).end()).isEqualTo(End.REVERTED);
    final byte[] writer =
        new ModuleAssembler()
            .importFunction("env", "storage_write", "iii:")
            .function("query", ":", 0x41, 0, 0x41, 0, 0x41, 4, 0x10, 0)
            .memory(1, "memory")
            .done();
    final Address sneaky = chain.install("sneaky", writer, NONE);
    final Result refused = chain.call(sneaky, "query", NONE);
    assertThat(refused.end()).isEqualTo(End.TRAPPED);
    assertThat(refused.code())
        .isEqualTo(io.tidemill.executor.wasm.TrapCode.VIEW_FUNCTION_STATE_MODIFY.number());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void shouldRefuseWhatTheProfileDoesNotOffer(Engine engine) {
    final TestChain sshi = chain(Rules.Profile.SSHI, engine);
    assertThat(first(sshi, example("aether-constant")).code())
        .isEqualTo(RejectCode.DECLARED_FUNCTION_MISSING.number());
    assertThat(first(sshi, example("aether-clock")).code())
        .isEqualTo(RejectCode.FORBIDDEN_IMPORT.number());
    assertThat(
            first(sshi, new ModuleAssembler().function("call", ":", 0x43, 0, 0, 0, 0, 0x1A).done())
                .code())
        .isEqualTo(RejectCode.FEATURE_DISABLED.number());
    assertThat(
            first(
                    sshi,
                    new ModuleAssembler()
                        .importFunction("env", "caller", "i:i")
                        .function("call", ":")
                        .memory(1, "memory")
                        .done())
                .code())
        .isEqualTo(RejectCode.IMPORT_TYPE_MISMATCH.number());
    final TestChain aether = chain(Rules.Profile.AETHER, engine);
    assertThat(first(aether, new ModuleAssembler().function("execute", ":").done()).code())
        .isEqualTo(RejectCode.INVALID_ENTRY_POINT_SIGNATURE.number());
    assertThat(first(aether, example("sshi-counter")).row()).isEqualTo(9);
  }

  private static Violation first(TestChain chain, byte[] wasm) {
    return chain.runtime.check(chain.rules, "name", wasm, 0).violations().getFirst();
  }
}
