package io.tidemill.executor.contract;

import static io.tidemill.executor.contract.TestChain.ALICE;
import static io.tidemill.executor.contract.TestChain.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The token of the example contracts, from its deploy to its refusals. */
class TokenContractTest {
  private final TestChain chain = new TestChain();
  private Address token = Address.ZERO;

  @BeforeEach
  void deploy() throws IOException {
    token =
        chain.install(
            "token", Files.readAllBytes(Path.of("contracts/token/token.wasm")), amount(1_000));
  }

  private static byte[] amount(long value) {
    return U128.of(value).toBytes();
  }

  private static byte[] args(Address to, long value) {
    return new BorshWriter().hash32(to.raw()).fixed(amount(value)).toBytes();
  }

  private long balanceOf(Address owner) {
    final Result result = chain.call(token, "balance_of", owner.toBytes());
    assertThat(result.end()).isEqualTo(End.SUCCESS);
    return U128.at(result.returnData(), 0).low();
  }

  @Test
  void shouldGiveTheSupplyToTheDeployer() {
    assertThat(token.toString())
        .isEqualTo("160a5e525504942f5eb2de8df002c391337a13866640177820c53ddfb5461c47");
    assertThat(balanceOf(ALICE)).isEqualTo(1_000);
    assertThat(balanceOf(BOB)).isZero();
  }

  @Test
  void shouldMoveTokensAndEmitTheTransfer() {
    final Result result = chain.call(token, "transfer", args(BOB, 30));
    assertThat(result.end()).isEqualTo(End.SUCCESS);
    assertThat(result.returnData()).containsExactly(1);
    assertThat(chain.events).hasSize(1);
    assertThat(chain.events.getFirst().topics().getFirst().toHex())
        .isEqualTo("71fba72c0005dd55aea688392321923169fb06ab0ec0c3e330731ca5979f4db9");
    assertThat(chain.events.getFirst().topics().subList(1, 3))
        .containsExactly(ALICE.raw(), BOB.raw());
    assertThat(balanceOf(ALICE)).isEqualTo(970);
    assertThat(balanceOf(BOB)).isEqualTo(30);
  }

  @Test
  void shouldLeaveNothingBehindWhenTheTransferReverts() {
    final var before = chain.state.clone();
    final Result result = chain.call(token, "transfer", args(BOB, 1_001));
    assertThat(result.end()).isEqualTo(End.REVERTED);
    assertThat(result.code()).isEqualTo(RejectCode.REVERTED.number());
    assertThat(new String(result.returnData(), StandardCharsets.UTF_8))
        .isEqualTo("insufficient balance");
    assertThat(chain.events).isEmpty();
    assertThat(chain.state).isEqualTo(before);
  }

  @Test
  void shouldRefuseValueConstructorAndUnknownFunctions() {
    assertThat(chain.call(ALICE, token, "transfer", args(BOB, 1), U128.of(5), 1_000_000).code())
        .isEqualTo(RejectCode.NOT_PAYABLE.number());
    assertThat(chain.call(token, "init", amount(5)).code())
        .isEqualTo(RejectCode.CONSTRUCTOR_LOCKOUT.number());
    assertThat(chain.call(token, "mint", amount(5)).code())
        .isEqualTo(RejectCode.INVALID_FUNCTION_NAME.number());
  }

  @Test
  void shouldSpendExactlyTheSameFuelEveryTimeAndStopOneShort() {
    final Result first = chain.call(ALICE, token, "transfer", args(BOB, 1), U128.ZERO, 1_000_000);
    final Result second = chain.call(ALICE, token, "transfer", args(BOB, 1), U128.ZERO, 1_000_000);
    // The second one copies the 16 bytes of a balance that exists, and makes no new slot.
    assertThat(second.fuelUsed()).isEqualTo(first.fuelUsed() - 1_000 + 16);
    final long exact = second.fuelUsed();
    assertThat(chain.call(ALICE, token, "transfer", args(BOB, 1), U128.ZERO, exact).end())
        .isEqualTo(End.SUCCESS);
    final Result short1 = chain.call(ALICE, token, "transfer", args(BOB, 1), U128.ZERO, exact - 1);
    assertThat(short1.end()).isEqualTo(End.OUT_OF_FUEL);
    assertThat(short1.fuelUsed()).isEqualTo(exact - 1);
  }
}
