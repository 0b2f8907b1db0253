package io.tidemill.server.wire;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.tidemill.server.errors.ErrorCatalogue;
import io.tidemill.server.errors.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every failure to a gRPC status with an ErrorInfo of the catalogue: the four fates. */
public final class StatusMapper {
  /**
   * What of one text travels, in bytes of a header: a client takes 8 KiB of headers, and a status
   * says its message twice and its metadata once, two of the three as base64.
   */
  private static final int MAX_HEADER_BYTES = 1_600;

  private StatusMapper() {}

  /** The status to close a call with. */
  public static StatusRuntimeException status(Throwable failure) {
    if (failure instanceof StatusRuntimeException status) {
      return status;
    }
    if (failure instanceof StatusException status) {
      return status.getStatus().asRuntimeException(status.getTrailers());
    }
    final Refusal refusal = Refusal.from(failure);
    final ErrorCatalogue catalogue = ErrorCatalogue.get();
    final Code code = Code.valueOf(catalogue.entry(refusal.reason()).grpc());
    final Status.Builder status =
        Status.newBuilder()
            .setCode(code.value())
            .setMessage(
                fitting(String.valueOf(refusal.getMessage())) + "; " + fitting(refusal.action()))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(refusal.reason().name())
                        .setDomain(catalogue.domain())
                        .putAllMetadata(fitting(refusal.metadata()))
                        .build()));
    final String retry = refusal.metadata().get("retry_after_millis");
    if (retry != null) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(
                      Duration.newBuilder().setNanos(Integer.parseInt(retry) * 1_000_000))
                  .build()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static Map<String, String> fitting(Map<String, String> metadata) {
    final Map<String, String> fitting = new LinkedHashMap<>();
    metadata.forEach((name, value) -> fitting.put(name, fitting(value)));
    return fitting;
  }

  /** As much of {@code text} as a header takes; what is not printable ASCII is escaped there. */
  static String fitting(String text) {
    int bytes = 0;
    for (int at = 0; at < text.length(); at++) {
      final char c = text.charAt(at);
      // Two surrogates are four bytes of UTF-8, and three escaped digits stand for each byte.
      bytes += c >= ' ' && c < '~' && c != '%' ? 1 : c < 0x80 ? 3 : 9;
      if (bytes > MAX_HEADER_BYTES) {
        final int end = Character.isHighSurrogate(text.charAt(at - 1)) ? at - 1 : at;
        return text.substring(0, end) + "...";
      }
    }
    return text;
  }
}
