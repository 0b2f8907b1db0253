package io.tidemill.client.json;

import org.jspecify.annotations.Nullable;

/** The node answered a JSON-RPC request with an error. */
public final class JsonRpcException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final transient @Nullable Object data;

  JsonRpcException(int code, String message, @Nullable Object data) {
    super(message + " (" + code + ")");
    this.code = code;
    this.data = data;
  }

  /** The code of the error catalogue, or of JSON-RPC itself. */
  public int code() {
    return code;
  }

  /** What came with it, as {@link Json} reads it. */
  public @Nullable Object data() {
    return data;
  }
}
