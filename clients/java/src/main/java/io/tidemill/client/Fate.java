package io.tidemill.client;

import java.util.Locale;

/** Whose fault an error is, which decides what to do about it. */
public enum Fate {
  /** The request is wrong; sending it again is useless. Nothing changed. */
  CALLER,
  /** The node is busy; send it again later. */
  PRESSURE,
  /** The node cannot know, or cannot be reached; ask it again, or another one. */
  NODE;

  static Fate named(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "caller" -> CALLER;
      case "pressure" -> PRESSURE;
      default -> NODE;
    };
  }
}
