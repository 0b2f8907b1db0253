package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemill.server.errors.Refusal;

/** A call ran and failed: the error of the catalogue, and what only JSON can say about it. */
final class CallFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;
  private final transient ObjectNode details;

  CallFailure(Refusal refusal, ObjectNode details) {
    super(refusal.getMessage(), null, false, false);
    this.refusal = refusal;
    this.details = details;
  }

  Refusal refusal() {
    return refusal;
  }

  /** Joins the {@code data} of the error. */
  ObjectNode details() {
    return details;
  }
}
