package io.tidemill.executor.abi;

/** Leaves the decoder early; never leaves this room. Has no stack trace. */
final class AbiFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  final transient AbiError error;

  AbiFormatException(AbiError.Rule rule, int offset, String detail) {
    super(detail, null, false, false);
    this.error = new AbiError(rule, offset, detail);
  }
}
