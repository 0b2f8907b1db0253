package io.tidemill.executor.contract;

import static io.tidemill.executor.contract.Puppets.function;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.abi.Attribute;
import io.tidemill.executor.abi.ContractAbi.ContractType;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.host.ContractRuntime.Deploy;
import io.tidemill.executor.host.ContractRuntime.End;
import io.tidemill.executor.host.ContractRuntime.Result;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a deploy costs, refuses and does to the state. Source: host-abi 1.11, decisions F4, S4. */
class DeploymentTest {
  private static final byte[] NONE = {};

  private final TestChain chain = new TestChain();

  private static ModuleAssembler plain() {
    return new ModuleAssembler()
        .function("run", ":")
        .abi(Puppets.abi(ContractType.CONTRACT, function("run", Attribute.ENTRY)));
  }

  @Test
  void shouldRefuseNamesCheaply() {
    for (String name : new String[] {"", "-a", "a-", "a--b", "A", "a_b", "a".repeat(33)}) {
      final Result result = chain.deploy(name, plain().done(), NONE);
      assertThat(result.code()).isEqualTo(RejectCode.INVALID_NAME.number());
      assertThat(result.fuelUsed()).isEqualTo(21_000);
    }
    chain.install("taken", plain().done(), NONE);
    final Result result = chain.deploy("taken", plain().done(), NONE);
    assertThat(result.code()).isEqualTo(RejectCode.NAME_TAKEN.number());
    assertThat(result.fuelUsed()).isEqualTo(21_000);
    assertThat(chain.runtime.check(chain.rules, "-", plain().done(), 0).violations().getFirst())
        .satisfies(violation -> assertThat(violation.row()).isEqualTo(5));
  }

  @Test
  void shouldRunOutOfGasBeforeLookingAtTheModule() {
    final byte[] wasm = {1, 2, 3};
    final Result result =
        chain.deploy(
            new Deploy(TestChain.ALICE, "name", wasm, 0, NONE, U128.ZERO, 32_000 + 600 - 1));
    assertThat(result.end()).isEqualTo(End.OUT_OF_FUEL);
    assertThat(result.fuelUsed()).isEqualTo(32_599);
  }

  @Test
  void shouldRefuseOccupiedAddressesAndPrefixes() {
    final Address address = io.tidemill.executor.account.Addresses.contract("name");
    chain.state.put(
        StateKeys.account(address),
        AccountCodec.encode(Account.empty(address).asContract(Hash32.fromHex("11".repeat(32)))));
    assertThat(chain.deploy("name", plain().done(), NONE).code())
        .isEqualTo(RejectCode.ADDRESS_OCCUPIED.number());
    final byte[] twin = address.toBytes();
    twin[20] ^= 1;
    final Address other = Address.at(twin, 0);
    chain.state.put(StateKeys.account(address), AccountCodec.encode(Account.empty(other)));
    assertThat(chain.deploy("name", plain().done(), NONE).code())
        .isEqualTo(RejectCode.PREFIX_COLLISION.number());
    chain.state.remove(StateKeys.account(address));
    chain.state.put(StateKeys.prefixOwner(address), other.toBytes());
    assertThat(chain.deploy("name", plain().done(), NONE).code())
        .isEqualTo(RejectCode.PREFIX_COLLISION.number());
    chain.state.remove(StateKeys.prefixOwner(address));
    chain.fund(address, U128.of(77));
    TestChain.installed(chain.deploy("name", plain().done(), NONE));
    assertThat(chain.balance(address)).isEqualTo(U128.of(77));
  }

  @Test
  void shouldWriteTheContractItsRecordItsNamesAndItsPrefix() {
    final byte[] wasm = plain().done();
    final Rules rules = Rules.of(31_337, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED);
    final TestChain dev = new TestChain(rules);
    final Result result = dev.deploy("name", wasm, NONE);
    final Address address = TestChain.installed(result);
    assertThat(result.returnData()).isEqualTo(address.toBytes());
    assertThat(result.fuelUsed()).isEqualTo(32_000 + 200L * wasm.length);
    assertThat(dev.code(Blake3.hash(wasm))).isEqualTo(wasm);
    assertThat(dev.state.get(StateKeys.nameToAddress("name"))).isEqualTo(address.toBytes());
    assertThat(dev.state.get(StateKeys.addressToName(address)))
        .isEqualTo("name".getBytes(StandardCharsets.UTF_8));
    assertThat(dev.state.get(StateKeys.prefixOwner(address))).isEqualTo(address.toBytes());
    final ContractRecord record = ContractRecord.decode(dev.state.get(StateKeys.contract(address)));
    assertThat(record).isEqualTo(ContractRecord.of(TestChain.ALICE, U128.of(10_000)));
    assertThat(TestChain.RICH.minus(dev.balance(TestChain.ALICE))).isEqualTo(U128.of(11_000));
    assertThat(dev.balance(io.tidemill.executor.account.Addresses.TREASURY))
        .isEqualTo(U128.of(1_000));
  }

  @Test
  void shouldUndoEverythingWhenTheConstructorFails() {
    final TestChain puppets = new TestChain(Puppets.rules());
    final TreeMap<?, ?> before = new TreeMap<>(puppets.state);
    final byte[] wasm = Puppets.wasm();
    final Result reverted =
        puppets.deploy(
            "puppet",
            wasm,
            0,
            Puppets.script().store(Hash32.ZERO, new byte[1]).revert().done(),
            U128.of(500));
    assertThat(reverted.end()).isEqualTo(End.REVERTED);
    assertThat(reverted.fuelUsed()).isGreaterThan(32_000 + 200L * wasm.length);
    final Result trapped =
        puppets.deploy("puppet", wasm, 0, Puppets.script().trap().done(), U128.of(500));
    assertThat(trapped.end()).isEqualTo(End.TRAPPED);
    final Result spent =
        puppets.deploy(
            new Deploy(
                TestChain.ALICE,
                "puppet",
                wasm,
                0,
                Puppets.script().burn(1_000_000).done(),
                U128.of(500),
                1_000_000));
    assertThat(spent.end()).isEqualTo(End.OUT_OF_FUEL);
    assertThat(spent.fuelUsed()).isEqualTo(1_000_000);
    assertThat(puppets.state).isEqualTo(before);
    final Address address =
        TestChain.installed(
            puppets.deploy(
                "puppet",
                wasm,
                0,
                Puppets.script().emit(Hash32.ZERO, new byte[0]).done(),
                U128.of(500)));
    assertThat(puppets.balance(address)).isEqualTo(U128.of(500));
    assertThat(puppets.events).hasSize(1);
  }

  @Test
  void shouldSkipQuarantinedCode() {
    final byte[] wasm = plain().done();
    chain.quarantined.add(Blake3.hash(wasm));
    final Result result = chain.deploy("name", wasm, NONE);
    assertThat(result.end()).isEqualTo(End.QUARANTINED);
    assertThat(result.fuelUsed()).isZero();
  }
}
