package io.tidemill.server.author;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.author.TestSuite.Deployed;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Poseidon2;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FalconTest {
  @Test
  void shouldMakeSignaturesThatTheChainAccepts() {
    final Falcon ben = Falcon.ofName("ben");
    for (String text : new String[] {"", "x", "a longer message, of no particular length"}) {
      final byte[] message = text.getBytes(StandardCharsets.UTF_8);
      final byte[] signature = ben.sign(message);
      assertThat(FalconVerifier.INSTANCE.verify(ben.publicKey(), message, signature)).isTrue();
      signature[100] ^= 1;
      assertThat(FalconVerifier.INSTANCE.verify(ben.publicKey(), message, signature)).isFalse();
    }
  }

  @Test
  void shouldMakeTheSameKeyAndSignatureEveryTime() {
    assertThat(Falcon.ofName("ben").publicKey()).isEqualTo(Falcon.ofName("ben").publicKey());
    assertThat(Falcon.ofName("ben").publicKey()).isNotEqualTo(Falcon.ofName("ann").publicKey());
    assertThat(Falcon.ofName("ben").sign(new byte[] {1}))
        .isEqualTo(Falcon.ofName("ben").sign(new byte[] {1}));
  }

  @Test
  void shouldDigestMultisigMessagesAsTheFormatPrints() throws Exception {
    final Address harbour = Addresses.contract("harbour");
    final ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes("PYDE-MULTISIG-V1".getBytes(StandardCharsets.US_ASCII));
    message.writeBytes(harbour.toBytes());
    message.writeBytes(new byte[] {0x69, 0x7a, 0, 0, 0, 0, 0, 0});
    final byte[] ben = Blake3.hash("ben".getBytes(StandardCharsets.UTF_8)).toBytes();
    final byte[] amount = new byte[16];
    amount[0] = (byte) 0xf4;
    amount[1] = 1;
    final byte[] nonce = new byte[16];
    nonce[0] = 1;
    message.writeBytes(ben);
    message.writeBytes(amount);
    message.writeBytes(nonce);
    final byte[] digest = Poseidon2.hash(message.toByteArray()).toBytes();
    assertThat(Poseidon2.hash(message.toByteArray()).toHex())
        .isEqualTo("25f3a703bca8a25727829dd1107d25ac4a8d36ca424905eeb81a373735ef910f");
    final TestWorld world = new TestWorld(new Deployed("harbour", harbour, new byte[0], null));
    final List<Problem> problems = new ArrayList<>();
    world.accounts(
        TomlScope.parse("[accounts]\nben = { keypair = \"falcon512\" }\n", "t", problems));
    final byte[] signature =
        new SignedValues(world, List.of(ben, amount, nonce), 31_337)
            .bytes("@sig:ben:multisig_v1_digest(args.0, args.1, args.2)");
    assertThat(problems).isEmpty();
    assertThat(FalconVerifier.INSTANCE.verify(Falcon.ofName("ben").publicKey(), digest, signature))
        .isTrue();
  }
}
