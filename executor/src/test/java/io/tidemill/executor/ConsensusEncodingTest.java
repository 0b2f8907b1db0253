package io.tidemill.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.wasm.TrapCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The table of decisions O7 says what the code does. */
class ConsensusEncodingTest {
  private static String document() throws IOException {
    final Path here = Path.of("docs", "consensus-encoding.md");
    return Files.readString(Files.exists(here) ? here : Path.of("..").resolve(here));
  }

  @Test
  void shouldListEveryNumberThatStandsInARecord() throws IOException {
    final String document = document();
    for (RejectCode code : RejectCode.values()) {
      assertThat(document)
          .contains("| " + code.number() + " | " + code.name() + " | " + code.outcome() + " |");
    }
    for (TrapCode code : TrapCode.values()) {
      assertThat(document).contains("| " + code.number() + " | " + code.name() + " |");
    }
    for (TransactionType type : TransactionType.values()) {
      assertThat(document).contains(String.format("| 0x%02X | %s |", type.tag(), type.name()));
    }
    for (SystemSlot slot : SystemSlot.values()) {
      assertThat(document)
          .contains(String.format("| 0x%02X | %s |", slot.discriminator(), slot.name()));
    }
  }
}
