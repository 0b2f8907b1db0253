package io.tidemill.executor.abi;

import static io.tidemill.executor.abi.Attribute.CONSTRUCTOR;
import static io.tidemill.executor.abi.Attribute.FALLBACK;
import static io.tidemill.executor.abi.Attribute.PAYABLE;
import static io.tidemill.executor.abi.Attribute.RECEIVE;
import static io.tidemill.executor.abi.Attribute.REENTRANT;
import static io.tidemill.executor.abi.Attribute.SPONSORED;
import static io.tidemill.executor.abi.Attribute.VIEW;

import java.util.List;

/**
 * Which attributes go together, as data. Pairs that are not listed are allowed. Source: host-abi
 * 1.9.
 */
public final class AttributeMatrix {
  private AttributeMatrix() {}

  /** What a pair means. */
  public enum Verdict {
    /** Never on one function. */
    REJECT,
    /** Legal; tools point at it. */
    WARN
  }

  /** Two attributes on one function, and why they do not go together. */
  public record Pair(Attribute a, Attribute b, Verdict verdict, String reason) {
    /** Whether {@code attributes} has both. */
    public boolean matches(int attributes) {
      return (attributes & a.bit()) != 0 && (attributes & b.bit()) != 0;
    }
  }

  /** Every pair that is not simply allowed. */
  public static final List<Pair> PAIRS =
      List.of(
          new Pair(VIEW, PAYABLE, Verdict.REJECT, "a view cannot take value"),
          new Pair(VIEW, CONSTRUCTOR, Verdict.REJECT, "a constructor writes"),
          new Pair(VIEW, REENTRANT, Verdict.REJECT, "a view can always be entered again"),
          new Pair(VIEW, SPONSORED, Verdict.REJECT, "a view is free"),
          new Pair(VIEW, FALLBACK, Verdict.REJECT, "a fallback may write"),
          new Pair(VIEW, RECEIVE, Verdict.REJECT, "taking value writes"),
          new Pair(CONSTRUCTOR, REENTRANT, Verdict.REJECT, "a constructor runs once"),
          new Pair(CONSTRUCTOR, SPONSORED, Verdict.REJECT, "there is no gas tank yet"),
          new Pair(CONSTRUCTOR, FALLBACK, Verdict.REJECT, "a constructor runs once"),
          new Pair(CONSTRUCTOR, RECEIVE, Verdict.REJECT, "a constructor runs once"),
          new Pair(FALLBACK, RECEIVE, Verdict.REJECT, "one function cannot be both"),
          new Pair(RECEIVE, REENTRANT, Verdict.REJECT, "receiving value must not nest"),
          new Pair(PAYABLE, REENTRANT, Verdict.WARN, "value can arrive in a nested call"),
          new Pair(SPONSORED, REENTRANT, Verdict.WARN, "nested calls drain the gas tank"));
}
