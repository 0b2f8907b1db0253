package io.tidemill.server.grpc;

import io.tidemill.server.config.NodeFacts;
import io.tidemill.server.errors.Refusal;

/** Page tokens that are a position. */
final class Pages {
  /** A page ends when its items take this much: below the default message limit of clients. */
  static final int BYTES = 3 << 20;

  private Pages() {}

  /**
   * Items in a page of which the caller wants {@code asked}, unsigned: at most what a page holds.
   */
  static int size(int asked) {
    return Integer.compareUnsigned(asked, NodeFacts.MAX_PAGE) > 0 ? NodeFacts.MAX_PAGE : asked;
  }

  /** The position in a token; an empty token is the beginning. */
  static int index(String token) {
    if (token.isEmpty()) {
      return 0;
    }
    try {
      final int index = Integer.parseInt(token);
      if (index >= 0) {
        return index;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Refusal.field("page_token", "is not one that this node gave");
  }
}
