package io.tidemill.executor.wasm;

/**
 * A module that is refused: the first rule it breaks, where, and in words. The only exception that
 * decoding and validating can throw, whatever the bytes are. Carries no stack trace: a refusal is
 * an answer about bytes, and hostile bytes come in numbers.
 */
public final class InvalidModuleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ModuleRule rule;
  private final int offset;

  /** A refusal because of {@code rule} at byte {@code offset}. */
  public InvalidModuleException(ModuleRule rule, int offset, String text) {
    super(rule.label() + " at byte " + offset + ": " + text, null, false, false);
    this.rule = rule;
    this.offset = offset;
  }

  /** The rule that is broken. */
  public ModuleRule rule() {
    return rule;
  }

  /** Where in the module, in bytes from its start. */
  public int offset() {
    return offset;
  }
}
