package io.tidemill.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Whatever an error has to say, the caller gets its reason: clients refuse longer headers. */
class StatusMapperTest {
  /** What a client of gRPC takes unless it is told otherwise. */
  private static final int CLIENT_HEADER_BYTES = 8_192;

  @Test
  void shouldFitEveryErrorIntoTheHeadersOfAnAnswer() {
    for (String unit :
        List.of("x", "\n", "%", "\u00e9", "\u65e5", "\ud83c\udf0a", "a\ud83c\udf0a")) {
      final String detail = unit.repeat(100_000);
      final StatusRuntimeException status =
          StatusMapper.status(Refusal.of(Reason.NODE_FAULTED, "detail", detail));
      final Metadata.Key<byte[]> key =
          Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
      final byte[] details = Objects.requireNonNull(status.getTrailers()).get(key);
      final String said = Objects.requireNonNull(status.getStatus().getDescription());

      assertThat(
              URLEncoder.encode(said, StandardCharsets.UTF_8).length()
                  + Base64.getEncoder().encode(Objects.requireNonNull(details)).length)
          .as("%d times '%s'", detail.length(), unit)
          .isLessThan(CLIENT_HEADER_BYTES - 500);
      assertThat(said).contains(unit.repeat(50)).contains("...").doesNotContain("\ufffd");
      assertThat(Objects.requireNonNull(StatusProto.fromThrowable(status)).getDetailsCount())
          .isEqualTo(1);
    }
  }

  @Test
  void shouldLeaveShortTextsAlone() {
    final String detail = "wave 7: disk full \u65e5";
    assertThat(StatusMapper.status(Refusal.of(Reason.NODE_FAULTED, "detail", detail)))
        .hasMessageContaining(detail)
        .hasMessageNotContaining("...");
  }
}
