package io.tidemill.executor.abi;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a function is and may; the bit is the one in the ABI. Source: host-abi 1.9. */
public enum Attribute {
  /** Runs without the right to change anything. */
  VIEW(0),
  /** May be called with value. */
  PAYABLE(1),
  /** May be entered again while it runs. */
  REENTRANT(2),
  /** Its gas is paid by the contract's gas tank. */
  SPONSORED(3),
  /** Runs once, at deploy. */
  CONSTRUCTOR(4),
  /** Takes calls whose name matches nothing. */
  FALLBACK(5),
  /** Takes bare value. */
  RECEIVE(6),
  /** May be called from outside. */
  ENTRY(7);

  /** Every bit that has a meaning; the others must be zero. */
  public static final int ALL = 0xff;

  private final int bit;

  Attribute(int position) {
    this.bit = 1 << position;
  }

  /** The mask of the attribute. */
  public int bit() {
    return bit;
  }

  /** The word in a manifest. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The attribute that a manifest calls {@code word}, or null. */
  public static @Nullable Attribute ofWord(String word) {
    for (Attribute attribute : values()) {
      if (attribute.word().equals(word)) {
        return attribute;
      }
    }
    return null;
  }
}
