package io.tidemill.server.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * POSTs the same few bodies over and over on several connections that stay open, one thread each.
 * As little work as possible per request: both cores belong to whoever answers.
 */
final class HttpLoad {
  private final int port;
  private final int connections;
  private final byte[][] requests;
  private final String expected;

  /**
   * A load.
   *
   * @param bodies sent in turn
   * @param expected what every answer must contain
   */
  HttpLoad(int port, int connections, List<String> bodies, String expected) {
    this.port = port;
    this.connections = connections;
    this.expected = expected;
    this.requests = new byte[bodies.size()][];
    for (int i = 0; i < requests.length; i++) {
      final String body = bodies.get(i);
      requests[i] =
          ("POST / HTTP/1.1\r\nHost: localhost:"
                  + port
                  + "\r\nContent-Type: application/json\r\nContent-Length: "
                  + body.length()
                  + "\r\n\r\n"
                  + body)
              .getBytes(StandardCharsets.US_ASCII);
    }
  }

  /**
   * What was measured.
   *
   * @param perSecond answers per second
   * @param p50Nanos half of the answers came within this time
   * @param p99Nanos all but one in a hundred did
   */
  record Result(double perSecond, long p50Nanos, long p99Nanos) {}

  /** As many as the other side answers, for {@code millis}. */
  Result flatOut(long millis) {
    return run(millis, 0);
  }

  /**
   * {@code perSecond} requests at fixed times; an answer that comes late makes the ones behind it
   * late too, and their time counts from when they were due.
   */
  Result paced(long millis, double perSecond) {
    return run(millis, (long) (1e9 * connections / perSecond));
  }

  private Result run(long millis, long intervalNanos) {
    final long[][] times = new long[connections][];
    final Thread[] threads = new Thread[connections];
    final long start = System.nanoTime();
    final long end = start + millis * 1_000_000;
    for (int i = 0; i < connections; i++) {
      final int id = i;
      threads[i] =
          Thread.ofPlatform()
              .name("load-" + i)
              .start(() -> times[id] = connection(id, start, end, intervalNanos));
    }
    for (Thread thread : threads) {
      join(thread);
    }
    final long[] all =
        Arrays.stream(times)
            .filter(Objects::nonNull)
            .flatMapToLong(Arrays::stream)
            .sorted()
            .toArray();
    if (all.length == 0) {
      throw new IllegalStateException("nothing was answered on port " + port);
    }
    return new Result(
        all.length * 1e9 / (System.nanoTime() - start),
        all[all.length / 2],
        all[Math.min(all.length - 1, all.length * 99 / 100)]);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private long[] connection(int id, long start, long end, long intervalNanos) {
    long[] times = new long[1 << 16];
    int count = 0;
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      final InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
      long due = start + intervalNanos * id / connections;
      for (int i = id; ; i++) {
        long from = System.nanoTime();
        if (from > end) {
          return Arrays.copyOf(times, count);
        }
        if (intervalNanos > 0) {
          while (from < due) {
            LockSupport.parkNanos(due - from);
            from = System.nanoTime();
          }
          from = due;
          due += intervalNanos;
        }
        socket.getOutputStream().write(requests[i % requests.length]);
        final String body = answer(in);
        if (!body.contains(expected)) {
          throw new IllegalStateException("not the expected answer: " + body);
        }
        if (count == times.length) {
          times = Arrays.copyOf(times, 2 * count);
        }
        times[count++] = System.nanoTime() - from;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String answer(InputStream in) throws IOException {
    int length = -1;
    while (true) {
      final String line = line(in);
      if (line.isEmpty()) {
        break;
      }
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      } else if (line.toLowerCase(Locale.ROOT).startsWith("transfer-encoding:")) {
        throw new IOException("a chunked answer");
      }
    }
    if (length < 0) {
      throw new IOException("an answer without a length");
    }
    return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
  }

  private static String line(InputStream in) throws IOException {
    final StringBuilder line = new StringBuilder(64);
    while (true) {
      final int next = in.read();
      if (next < 0) {
        throw new EOFException("the connection was closed");
      }
      if (next == '\n') {
        return line.toString();
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
  }
}
