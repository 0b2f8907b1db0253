package io.tidemill.server.jsonrpc;

import java.util.List;

/**
 * What the HTTP listener has beyond that of every node.
 *
 * @param methods more methods
 * @param explorer whether it serves the explorer at {@code /ui}
 */
public record Extension(List<Method> methods, SocketLimits sockets, boolean explorer) {
  /** Nothing: what a node in production has. */
  public static final Extension NONE = new Extension(List.of(), SocketLimits.DEFAULT, false);

  /** The explorer and nothing else. */
  public static final Extension EXPLORER = new Extension(List.of(), SocketLimits.DEFAULT, true);

  public Extension {
    methods = List.copyOf(methods);
  }
}
