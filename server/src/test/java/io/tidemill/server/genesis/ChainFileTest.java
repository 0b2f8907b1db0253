package io.tidemill.server.genesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.client.keys.FalconKey;
import io.tidemill.executor.Rules;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.U128;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ChainFileTest {
  private static final FalconKey ALICE = FalconKey.devnet(0);
  private static final FalconKey BOB = FalconKey.devnet(1);

  private static String hex(byte[] bytes) {
    return "\"0x" + HexFormat.of().formatHex(bytes) + "\"";
  }

  private static String file(String extra) {
    return """
        version: 1
        chain: {id: 31337, name: example}
        timestamp: 1700000000
        beacon_seed: "%s"
        total_supply: "1000000000000000000"
        base_fee: 100
        rules:
          - {wave: 0, signatures: trusted, epoch_length_waves: 100}
          - {wave: 5000, gas_target: 200000000, signatures: verify}
        accounts:
          - {public_key: %s, balance: "980000000000000000"}
        treasury: {signers: [%s], threshold: 1, balance: "10000000000000000"}
        committee:
          - {public_key: %s, operator: %s, stake: 10000000000000000}
        %s
        """
        .formatted(
            "00".repeat(32),
            hex(ALICE.publicKey()),
            hex(ALICE.publicKey()),
            hex(BOB.publicKey()),
            hex(ALICE.address().toBytes()),
            extra);
  }

  @Test
  void shouldReadRulesByWaveAndASoundGenesis() {
    final ChainFile file = ChainFile.parse(file(""));
    final Rules first = file.specification().rulesAt(4_999);
    final Rules second = file.specification().rulesAt(5_000);
    assertThat(first.signatures()).isEqualTo(Rules.Signatures.TRUSTED);
    assertThat(second.signatures()).isEqualTo(Rules.Signatures.VERIFY);
    assertThat(second.staking().epochLengthWaves()).isEqualTo(100);
    assertThat(second.fees().gasTarget()).isEqualTo(200_000_000L);
    assertThat(first.hash()).isNotEqualTo(second.hash());
    assertThat(file.genesis().totalSupply()).isEqualTo(U128.of(1_000_000_000_000_000_000L));
    assertThat(file.genesis().state(first).size()).isGreaterThan(5);
  }

  @Test
  void shouldNameWhatIsWrong() {
    assertThatThrownBy(() -> ChainFile.parse(file("treasure: 1")))
        .hasMessage("unknown field treasure");
    assertThatThrownBy(() -> ChainFile.parse(file("").replace("timestamp", "time")))
        .hasMessage("missing field timestamp");
    assertThatThrownBy(() -> ChainFile.parse(file("").replace("980000000000000000", "98")))
        .hasMessageContaining("sum to 20000000000000098");
    assertThatThrownBy(() -> ChainFile.parse(file("").replace("threshold: 1", "threshold: 2")))
        .hasMessageContaining("treasury.threshold is 2 for 1 signers");
    assertThatThrownBy(() -> ChainFile.parse(file("").replace("id: 31337", "id: 1")))
        .hasMessageContaining("signatures must be verified");
    assertThatThrownBy(() -> ChainFile.parse(file("").replace("wave: 5000", "wave: 0")))
        .hasMessageContaining("rules:");
    assertThatThrownBy(() -> ChainFile.parse(file("").replace("stake: 1000", "stake: ")))
        .hasMessageContaining("sum to");
    assertThatThrownBy(() -> ChainFile.parse("[")).isInstanceOf(ChainFileException.class);
    assertThatThrownBy(() -> ChainFile.parse("7")).hasMessageContaining("must be a mapping");
  }

  @Test
  void shouldVerifyWhatTheClientSigns() {
    final byte[] message = {1, 2, 3};
    for (int i = 0; i < 20; i++) {
      assertThat(FalconVerifier.INSTANCE.verify(ALICE.publicKey(), message, ALICE.sign(message)))
          .isTrue();
    }
    assertThat(FalconVerifier.INSTANCE.verify(BOB.publicKey(), message, ALICE.sign(message)))
        .isFalse();
  }
}
