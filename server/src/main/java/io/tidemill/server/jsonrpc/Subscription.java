package io.tidemill.server.jsonrpc;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Something that a connection follows. Every item carries a cursor: a subscription that begins
 * after it gets what follows, nothing twice. Confined to the thread that sends.
 */
interface Subscription {
  /** Where a subscription that replaces this one would begin. */
  String cursor();

  /** The next item, or null when there is nothing new. */
  @Nullable ObjectNode next();

  /** The item that says that everything above {@code wave} is void. */
  ObjectNode unwind(long wave);

  /** An item of this kind, to be completed. */
  static ObjectNode item(String kind) {
    return JsonViews.NODES.objectNode().put("kind", kind);
  }
}
