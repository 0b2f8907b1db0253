package io.tidemill.server.errors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} says what the catalogue says. */
class ErrorReferencePageTest {
  private static final Path PAGE = Path.of("../docs/errors.md");

  @Test
  void shouldBeThePageThatTheCatalogueMakes() throws IOException {
    final String expected = page();
    if (Boolean.getBoolean("tidemill.update")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(PAGE)
        .as("docs/errors.md is generated; run this test with -Dtidemill.update=true")
        .hasContent(expected.strip());
  }

  private static String page() {
    final ErrorCatalogue catalogue = ErrorCatalogue.get();
    final StringBuilder page =
        new StringBuilder(
            """
            # Errors

            Generated from `proto/src/main/resources/tidemill/errors.yaml`.

            A refused gRPC call carries a `google.rpc.ErrorInfo` of domain `tidemill.io` with the reason and its metadata, and a
            `google.rpc.RetryInfo` where waiting helps. A refused JSON-RPC call carries the same in `error.data`: `reason`, `action` and the
            metadata. In the texts below `{name}` stands for the metadata of that name.

            A contract's failure is no error of a call: it is a receipt with one of the codes of the second table.

            ## Reasons

            Fates: *caller*, the request is wrong and nothing changed; *pressure*, retry later; *node*, the node cannot know and gave no answer.

            | Reason | Fate | gRPC | JSON-RPC | What is wrong | What to do |
            |---|---|---|---|---|---|
            """);
    for (ErrorCatalogue.Entry entry : catalogue.all()) {
      page.append("| `")
          .append(entry.reason())
          .append("` | ")
          .append(entry.fate().name().toLowerCase(Locale.ROOT))
          .append(" | ")
          .append(entry.grpc())
          .append(" | ")
          .append(entry.jsonRpc())
          .append(" | ")
          .append(entry.text())
          .append(" | ")
          .append(entry.action())
          .append(" |\n");
    }
    page.append(
        """

        ## Codes of receipts

        Traps of the machine are 1 to 99, refusals before or around a call 100 to 199, a contract's own revert is 200. The numbers are
        consensus data.

        | Code | Name | What to do |
        |---|---|---|
        """);
    for (ErrorCatalogue.ReceiptEntry entry : catalogue.receiptCodes()) {
      page.append("| ")
          .append(entry.code())
          .append(" | `")
          .append(entry.name())
          .append("` | ")
          .append(entry.action())
          .append(" |\n");
    }
    return page.toString();
  }
}
