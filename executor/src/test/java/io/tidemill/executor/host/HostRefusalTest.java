package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.RECIPIENT;
import static io.tidemill.executor.host.HostLab.SELF;
import static io.tidemill.executor.host.HostLab.ascii;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.wasm.Halt;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.TrapCode;
import io.tidemill.state.hash.Blake3;
import org.junit.jupiter.api.Test;

/** What calldata, gas, events, hashes and parachain functions refuse. Source: host-abi 2, 4.1. */
class HostRefusalTest extends HostFrame {
  @Test
  void shouldRefuseCalldataPastTheEndHavingPaidTheBase() {
    frame();
    assertThat(Surroundings.calldataCopy(instance, 60, 41, OUT)).isEqualTo(-1);
    assertThat(Surroundings.calldataCopy(instance, -1, 2, OUT)).isEqualTo(-1);
    assertThat(used()).isEqualTo(16);
    assertThat(Surroundings.calldataCopy(instance, 100, 0, OUT)).isZero();
    assertThat(Surroundings.calldataCopyWindow(instance, OUT, 10, 101, 5)).isZero();
  }

  @Test
  void shouldLeaveTheSizeOfTheCalldataBehind() {
    frame();
    instance.memory.writeInt(LENGTH, 0);
    assertThat(Surroundings.calldataCopyAll(instance, OUT, LENGTH)).isZero();
    assertThat(length()).isEqualTo(100);
  }

  @Test
  void shouldBurnGasAndRefuseNegativeAmounts() {
    frame();
    assertThat(Flow.consumeGas(instance, 0)).isZero();
    assertThat(Flow.consumeGas(instance, -1)).isEqualTo(-1);
    assertThat(used()).isEqualTo(4);
    traps(TrapCode.INVALID_HOST_ARGUMENT, () -> Flow.consumeGasVoid(instance, -1));
    traps(TrapCode.OUT_OF_FUEL, () -> Flow.consumeGas(instance, Long.MAX_VALUE));
    assertThat(instance.fuel).isZero();
  }

  @Test
  void shouldBoundEvents() {
    frame();
    assertThat(Events.emitEvent(instance, A, 0, B, 0)).isEqualTo(-1);
    assertThat(Events.emitEvent(instance, A, 5, B, 0)).isEqualTo(-1);
    assertThat(Events.emitEvent(instance, A, 33, B, 0)).isEqualTo(-1);
    assertThat(Events.emitEvent(instance, A, 1, B, 8_193)).isEqualTo(-1);
    assertThat(Events.emitEvent(instance, A, 1, B, -1)).isEqualTo(-1);
    assertThat(used()).isEqualTo(500);
    assertThat(Events.emitEvent(instance, A, 4, B, 8_192)).isZero();
    assertThat(Events.emitEvent(instance, A, 32, B, 0)).isZero();
    final var events = instance.context().tx.overlay.events();
    assertThat(events.get(0).topics()).hasSize(4);
    assertThat(events.get(1).topics()).hasSize(1);
    assertThat(events.get(0).contract()).isEqualTo(SELF);
  }

  @Test
  void shouldBoundHashInputsAndPayloads() {
    frame();
    traps(TrapCode.HASH_INPUT_TOO_LARGE, () -> Hashes.blake3(instance, A, (1 << 20) + 1, OUT));
    traps(TrapCode.HASH_INPUT_TOO_LARGE, () -> Hashes.poseidon2(instance, A, -1, OUT));
    assertThat(used()).isEqualTo(115);
    traps(TrapCode.RETURN_DATA_TOO_LARGE, () -> Flow.finish(instance, A, 16_385));
    assertThatThrownBy(() -> Flow.finish(instance, 0, 16_384)).isSameAs(Halt.RETURNED);
  }

  @Test
  void shouldRoundHashPricesUpToWords() {
    for (int[] pair : new int[][] {{0, 0}, {1, 1}, {8, 1}, {9, 2}}) {
      frame();
      Hashes.blake3(instance, A, pair[0], OUT);
      assertThat(used()).isEqualTo(15 + 3 * pair[1]);
      assertThat(instance.memory.read(OUT, 32)).isEqualTo(Blake3.hash(new byte[pair[0]]).toBytes());
    }
  }

  @Test
  void shouldRefuseParachainStorageByLength() {
    frame();
    assertThat(Parachains.storageRead(instance, A, 0, OUT, LENGTH)).isEqualTo(-1);
    assertThat(Parachains.storageRead(instance, A, 1_025, OUT, LENGTH)).isEqualTo(-1);
    assertThat(Parachains.storageWrite(instance, A, 4, B, 16_385)).isEqualTo(-1);
    assertThat(Parachains.storageRead(instance, A, 4, OUT, LENGTH)).isZero();
    assertThat(length()).isZero();
    assertThat(Parachains.storageWrite(instance, A, 4, B, 65)).isZero();
    instance.memory.writeInt(LENGTH, 64);
    assertThat(Parachains.storageRead(instance, A, 4, OUT, LENGTH)).isEqualTo(-7);
    assertThat(length()).isEqualTo(65);
    assertThat(Parachains.storageRead(instance, A, 4, OUT, LENGTH)).isZero();
    assertThat(Parachains.storageDelete(instance, A, 4)).isZero();
    assertThat(Parachains.storageDelete(instance, A, 4)).isZero();
  }

  @Test
  void shouldLimitMessagesPerWaveAndNameThemApart() {
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    instance.memory.write(NAME, ascii("runnope"));
    assertThat(send(C, 0, 0)).isEqualTo(-1);
    assertThat(send(A, 4, 4)).isEqualTo(-13);
    final java.util.TreeSet<Long> ids = new java.util.TreeSet<>();
    for (int i = 0; i < 64; i++) {
      ids.add(send(A, 0, 3));
    }
    assertThat(ids).hasSize(64).allMatch(id -> id > 0);
    assertThat(send(A, 0, 3)).isEqualTo(-14);
    assertThat(instance.context().tx.overlay.messages()).hasSize(64);
    lab.base.put(
        StateKeys.messageMeter(SELF),
        instance.context().tx.overlay.get(StateKeys.messageMeter(SELF)));
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    assertThat(send(A, 0, 0)).isEqualTo(-14);
    lab.wave++;
    frame();
    instance.memory.write(A, RECIPIENT.toBytes());
    assertThat(send(A, 0, 0)).isPositive();
  }

  private long send(int target, int callback, int callbackLength) {
    return Parachains.sendMessage(
        instance, target, B, 8, NAME + callback - (callback == 4 ? 1 : 0), callbackLength, 1, 1);
  }

  @Test
  void shouldRefuseThresholdWorkWithoutACommittee() {
    frame();
    assertThat(ThresholdCrypto.encrypt(instance, A, 8, OUT, LENGTH)).isEqualTo(-5);
    assertThat(ThresholdCrypto.decrypt(instance, A, 8, OUT, LENGTH)).isEqualTo(-16);
    assertThat(ThresholdCrypto.decrypt(instance, A, 1_136, OUT, LENGTH)).isEqualTo(-5);
  }

  @Test
  void shouldReadVersionsOfParachains() {
    assertThat(Parachains.version("1.2.3")).isEqualTo(0x00010002);
    assertThat(Parachains.version("10.20")).isEqualTo(0x000a0014);
    assertThat(Parachains.version("7")).isZero();
    assertThat(Parachains.version("a.b")).isZero();
    assertThat(Parachains.version("")).isZero();
  }

  @Test
  void shouldChargeByChapterTenWhenTheChainSaysSo() {
    final var gas = lab.rules.gas();
    lab.rules =
        TestRules.withGas(
            lab.rules,
            new io.tidemill.executor.Rules.Gas(
                gas.fuelPerGas(),
                gas.minGasLimit(),
                gas.maxGasLimit(),
                gas.intrinsic(),
                gas.deployBase(),
                gas.deployPerByte(),
                io.tidemill.executor.Rules.HostPrices.CHAPTER_10,
                0,
                gas.paymasterGas(),
                gas.waveGasLimit(),
                gas.maxDataBytes(),
                gas.maxTransactionBytes(),
                gas.maxDeployWasmBytes()));
    frame();
    RawStorage.sstore(instance, A, B, 32);
    assertThat(used()).isEqualTo(200);
    RawStorage.sload(instance, A, OUT, 32);
    assertThat(used()).isEqualTo(300);
    RawStorage.sdelete(instance, A);
    assertThat(used()).isEqualTo(450);
    assertThat(HostPriceList.ABI.digest()).isNotEqualTo(HostPriceList.CHAPTER_10.digest());
  }

  @Test
  void shouldHandOutContextThroughTheInstance() {
    final Instance any = frame();
    assertThat(((CallContext) any.host).self).isEqualTo(SELF);
  }
}
