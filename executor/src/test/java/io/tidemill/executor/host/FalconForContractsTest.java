package io.tidemill.executor.host;

import static io.tidemill.executor.host.HostLab.PLENTY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.host.HostLab.LabInstance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** falcon_verify on the published triple and on what is almost it. Source: host-abi 2.9, 7.4. */
class FalconForContractsTest {
  private static final int KEY = 0;
  private static final int MESSAGE = 0x1000;
  private static final int SIGNATURE = 0x2000;

  private final String triple = read();
  private final byte[] key = field("pk");
  private final byte[] message = field("msg");
  private final byte[] signature = field("sig");

  private static String read() {
    try (InputStream in =
        Objects.requireNonNull(
            FalconForContractsTest.class.getResourceAsStream("/falcon/falcon.json"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private byte[] field(String name) {
    final Matcher matcher =
        Pattern.compile("\"" + name + "\"\\s*:\\s*\"(?:0x)?([0-9a-f]*)\"").matcher(triple);
    assertThat(matcher.find()).as(name).isTrue();
    return HexFormat.of().parseHex(matcher.group(1));
  }

  private LabInstance frame() {
    final LabInstance instance = new HostLab().frame(PLENTY);
    instance.memory.write(KEY, key);
    instance.memory.write(MESSAGE, message);
    instance.memory.write(SIGNATURE, signature);
    return instance;
  }

  private int verify(LabInstance instance, int messageLength, int length) {
    return Signatures.falconVerify(instance, KEY, MESSAGE, messageLength, SIGNATURE, length);
  }

  @Test
  void shouldAcceptThePublishedSignatureForItsFlatPrice() {
    final LabInstance instance = frame();
    assertThat(verify(instance, message.length, signature.length)).isZero();
    assertThat(PLENTY - instance.fuel).isEqualTo(50_000);
  }

  @Test
  void shouldRefuseEveryFlippedByteAndEveryOtherLength() {
    for (int at : new int[] {KEY, KEY + 500, MESSAGE, SIGNATURE, SIGNATURE + 1, SIGNATURE + 400}) {
      final LabInstance instance = frame();
      instance.memory.write(at, new byte[] {(byte) (instance.memory.read(at, 1)[0] ^ 1)});
      assertThat(verify(instance, message.length, signature.length)).isEqualTo(-17);
    }
    final LabInstance instance = frame();
    for (int length : new int[] {0, 499, 1_001, -1, signature.length - 1, signature.length + 1}) {
      assertThat(verify(instance, message.length, length)).isEqualTo(-17);
    }
    assertThat(verify(instance, message.length - 1, signature.length)).isEqualTo(-17);
    assertThatThrownBy(() -> verify(instance, 65_537, signature.length))
        .isSameAs(Trap.of(TrapCode.MESSAGE_TOO_LARGE));
  }
}
