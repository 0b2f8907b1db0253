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

/** Every failure to a gRPC status with an ErrorInfo of the catalogue: the four fates. */
public final class StatusMapper {
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
            .setMessage(refusal.getMessage() + "; " + refusal.action())
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason(refusal.reason().name())
                        .setDomain(catalogue.domain())
                        .putAllMetadata(refusal.metadata())
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
}
