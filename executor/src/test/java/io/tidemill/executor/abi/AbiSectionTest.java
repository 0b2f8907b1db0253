package io.tidemill.executor.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AbiSectionTest {
  private static final byte[] EMPTY = {0, 'a', 's', 'm', 1, 0, 0, 0};

  @Test
  void shouldAppendTheSectionWithMinimalNumbers() throws Exception {
    final byte[] packed = AbiSection.replace(EMPTY, new byte[492]);
    assertThat(packed).hasSize(512);
    assertThat(HexFormat.of().formatHex(packed, 8, 20))
        .isEqualTo("00f503" + "08" + "707964652e616269");
    assertThat(AbiSection.find(packed, ContractAbi.SECTION).get(0).payload()).hasSize(492);
  }

  @Test
  void shouldReplaceTheSectionAndDropTheSignatures() throws Exception {
    final byte[] once = AbiSection.replace(EMPTY, new byte[] {1, 2, 3});
    final byte[] signatures = HexFormat.of().parseHex("000d0b707964652e7369672e763161");
    final byte[] with = Arrays.copyOf(once, once.length + signatures.length);
    System.arraycopy(signatures, 0, with, once.length, signatures.length);
    assertThat(AbiSection.find(with, AbiSection.SIGNATURES)).hasSize(1);
    assertThat(AbiSection.replace(with, new byte[] {4}))
        .isEqualTo(AbiSection.replace(EMPTY, new byte[] {4}));
  }

  @Test
  void shouldNameTheByteOfAMalformedModule() {
    assertThatThrownBy(() -> AbiSection.customs(new byte[] {0, 'a', 's'}))
        .hasMessageContaining("not a wasm module of version 1 at byte 0");
    final byte[] bad = Arrays.copyOf(EMPTY, 10);
    bad[8] = 1;
    bad[9] = 5;
    assertThatThrownBy(() -> AbiSection.customs(bad)).hasMessageContaining("at byte 8");
  }
}
