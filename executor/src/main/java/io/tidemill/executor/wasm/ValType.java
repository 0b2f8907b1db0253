package io.tidemill.executor.wasm;

/** A value type of the profile, with its byte in the binary format. */
public enum ValType {
  I32(0x7F),
  I64(0x7E),
  F32(0x7D),
  F64(0x7C);

  private final int code;

  ValType(int code) {
    this.code = code;
  }

  /** The byte that stands for the type in a module. */
  public int code() {
    return code;
  }
}
