package io.tidemill.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A relay in front of a node's port that cuts connections in the middle: the first one after some
 * bytes towards the node, the second one after some bytes towards the client. Later ones live.
 */
public final class CuttingProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int nodePort;
  private final long toNode;
  private final long toClient;
  private final AtomicInteger connections = new AtomicInteger();

  /** A relay on a free loopback port. */
  public CuttingProxy(int nodePort, long toNode, long toClient) {
    this.nodePort = nodePort;
    this.toNode = toNode;
    this.toClient = toClient;
    try {
      listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    }
    Thread.ofVirtual().name("cutting-proxy").start(this::accept);
  }

  /** Where clients connect. */
  public int port() {
    return listener.getLocalPort();
  }

  /** How many connections there have been. */
  public int connections() {
    return connections.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        final Socket client = listener.accept();
        final Socket node = new Socket(InetAddress.getLoopbackAddress(), nodePort);
        final int number = connections.getAndIncrement();
        final long up = number == 0 ? toNode : Long.MAX_VALUE;
        final long down = number == 1 ? toClient : Long.MAX_VALUE;
        Thread.ofVirtual().start(() -> relay(client, node, up));
        Thread.ofVirtual().start(() -> relay(node, client, down));
      } catch (IOException e) {
        // The listener is closed, or the node is away: the client sees a closed connection.
      }
    }
  }

  private static void relay(Socket from, Socket to, long most) {
    final byte[] buffer = new byte[4_096];
    long passed = 0;
    try (from;
        to) {
      final InputStream in = from.getInputStream();
      final OutputStream out = to.getOutputStream();
      int length = in.read(buffer);
      while (length >= 0 && passed < most) {
        out.write(buffer, 0, length);
        passed += length;
        length = in.read(buffer);
      }
    } catch (IOException e) {
      // One side is gone, and with it the other.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
