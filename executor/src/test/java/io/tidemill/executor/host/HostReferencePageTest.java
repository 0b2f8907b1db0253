package io.tidemill.executor.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The reference page says what the table says. */
class HostReferencePageTest {
  @Test
  void shouldBeWhatTheTableGenerates() throws IOException {
    if (Boolean.getBoolean("tidemill.update")) {
      HostReferencePage.main(new String[0]);
    }
    assertThat(Files.readString(HostReferencePage.PAGE))
        .as("docs/host-abi.md is generated; run this test with -Dtidemill.update=true")
        .isEqualTo(HostReferencePage.text());
  }
}
