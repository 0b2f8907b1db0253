package io.tidemill.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The node refused or could not answer. A contract's failure is never this: it is in the receipt.
 */
public final class NodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String DOMAIN = "tidemill.io";

  private final String reason;
  private final Fate fate;
  private final Status.Code status;
  private final transient Map<String, String> metadata;

  NodeException(
      String message,
      String reason,
      Fate fate,
      Status.Code status,
      Map<String, String> metadata,
      @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.fate = fate;
    this.status = status;
    this.metadata = metadata;
  }

  /** The reason of the error catalogue, for instance WAVE_GAP; the gRPC code when there is none. */
  public String reason() {
    return reason;
  }

  /** Whose fault it is. */
  public Fate fate() {
    return fate;
  }

  /** The gRPC code. */
  public Status.Code status() {
    return status;
  }

  /** The values in the text of the catalogue, by name. */
  public Map<String, String> metadata() {
    return metadata == null ? Map.of() : metadata;
  }

  /** What to do about it, from the catalogue; empty when the reason is unknown. */
  public String remedy() {
    ErrorCatalog.Entry entry = ErrorCatalog.shipped().find(reason);
    String text = entry == null ? "" : entry.remedy();
    for (Map.Entry<String, String> value : metadata().entrySet()) {
      text = text.replace("{" + value.getKey() + "}", value.getValue());
    }
    return text;
  }

  /** Whether the same request may succeed later. */
  public boolean retryable() {
    return fate == Fate.PRESSURE
        || (fate == Fate.NODE
            && status == Status.Code.UNAVAILABLE
            && !reason.equals("NODE_FAULTED"));
  }

  static NodeException of(Throwable failure) {
    return switch (failure) {
      case NodeException already -> already;
      case StatusException checked ->
          of(checked.getStatus(), StatusProto.fromThrowable(checked), checked);
      case StatusRuntimeException unchecked ->
          of(unchecked.getStatus(), StatusProto.fromThrowable(unchecked), unchecked);
      default ->
          of(Status.UNKNOWN.withDescription(String.valueOf(failure.getMessage())), null, failure);
    };
  }

  /** The transport calls a connection that broke while a call began UNKNOWN: nobody was reached. */
  private static Status unreached(Status status) {
    final boolean broken =
        status.getCode() == Status.Code.UNKNOWN && status.getCause() instanceof IOException;
    return broken
        ? Status.UNAVAILABLE.withDescription(status.getDescription()).withCause(status.getCause())
        : status;
  }

  private static NodeException of(
      Status said, com.google.rpc.@Nullable Status details, Throwable cause) {
    Status status = unreached(said);
    String text = status.getDescription() == null ? "" : ": " + status.getDescription();
    ErrorInfo info = details == null ? null : errorInfo(details);
    if (info == null) {
      Fate fate =
          switch (status.getCode()) {
            case RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED -> Fate.PRESSURE;
            case UNAVAILABLE, INTERNAL, UNKNOWN, DATA_LOSS, CANCELLED -> Fate.NODE;
            default -> Fate.CALLER;
          };
      String name = status.getCode().name();
      return new NodeException(name + text, name, fate, status.getCode(), Map.of(), cause);
    }
    ErrorCatalog.Entry entry = ErrorCatalog.shipped().find(info.getReason());
    return new NodeException(
        info.getReason() + text,
        info.getReason(),
        entry == null ? Fate.NODE : entry.fate(),
        status.getCode(),
        Map.copyOf(info.getMetadataMap()),
        cause);
  }

  private static @Nullable ErrorInfo errorInfo(com.google.rpc.Status details) {
    for (Any detail : details.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          if (info.getDomain().equals(DOMAIN)) {
            return info;
          }
        } catch (InvalidProtocolBufferException e) {
          return null;
        }
      }
    }
    return null;
  }
}
