package io.tidemill.server.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * POSTs the same few bodies over and over on several connections that stay open. As little work as
 * possible per request: both cores belong to whoever answers.
 */
final class HttpLoad {
  /** More than are ever busy at once, unless the other side has fallen behind. */
  private static final int PACED_CONNECTIONS = 64;

  private static final long LOOK_NANOS = 250_000;

  private final int port;
  private final int connections;
  private final byte[][] requests;
  private final byte[] expected;

  /**
   * A load.
   *
   * @param bodies sent in turn
   * @param expected what every answer must contain, in small letters
   */
  HttpLoad(int port, int connections, List<String> bodies, String expected) {
    this.port = port;
    this.connections = connections;
    this.expected = expected.getBytes(StandardCharsets.US_ASCII);
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
   * @param answers how many answers there were
   * @param perSecond the same per second
   * @param p50Nanos half of the answers came within this time
   * @param p99Nanos all but one in a hundred did
   */
  record Result(int answers, double perSecond, long p50Nanos, long p99Nanos) {}

  /** As many as the other side answers, for {@code millis}. */
  Result flatOut(long millis) {
    final long[][] times = new long[connections][];
    final Thread[] threads = new Thread[connections];
    final long start = System.nanoTime();
    final long end = start + millis * 1_000_000;
    for (int i = 0; i < connections; i++) {
      final int id = i;
      threads[i] =
          Thread.ofPlatform().name("load-" + i).start(() -> times[id] = backToBack(id, end));
    }
    for (Thread thread : threads) {
      join(thread);
    }
    return result(
        start,
        Arrays.stream(times).filter(Objects::nonNull).flatMapToLong(Arrays::stream).toArray());
  }

  /**
   * {@code perSecond} requests at fixed times, whatever the other side does: what finds no free
   * connection goes out late, and every time counts from when the request was due. One thread looks
   * four times in a millisecond for answers and for what is due, so that it costs the other side
   * little of the cores; a time is that much too long.
   */
  Result paced(long millis, double perSecond) {
    final long interval = (long) (1e9 / perSecond);
    final int count = (int) Math.min(Integer.MAX_VALUE, (long) (millis * perSecond / 1e3));
    final long[] times = new long[count];
    final Deque<Exchange> free = new ArrayDeque<>();
    final List<Exchange> busy = new ArrayList<>();
    try {
      for (int i = 0; i < PACED_CONNECTIONS; i++) {
        free.add(new Exchange(port, false));
      }
      final long start = System.nanoTime();
      int sent = 0;
      int answered = 0;
      while (answered < count) {
        long now = System.nanoTime();
        for (int i = busy.size() - 1; i >= 0; i--) {
          final Exchange exchange = busy.get(i);
          if (exchange.answered(expected)) {
            times[answered++] = now - exchange.due;
            busy.set(i, busy.getLast());
            busy.removeLast();
            free.push(exchange);
          }
        }
        now = System.nanoTime();
        while (sent < count && start + sent * interval <= now && !free.isEmpty()) {
          final Exchange exchange = free.pop();
          exchange.due = start + sent * interval;
          exchange.send(requests[sent++ % requests.length]);
          busy.add(exchange);
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      return result(start, times);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      free.forEach(Exchange::close);
      busy.forEach(Exchange::close);
    }
  }

  private Result result(long start, long[] times) {
    final long nanos = System.nanoTime() - start;
    Arrays.sort(times);
    if (times.length == 0) {
      throw new IllegalStateException("nothing was answered on port " + port);
    }
    return new Result(
        times.length,
        times.length * 1e9 / nanos,
        times[times.length / 2],
        times[Math.min(times.length - 1, times.length * 99 / 100)]);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private long[] backToBack(int id, long end) {
    long[] times = new long[1 << 16];
    int count = 0;
    try (Exchange exchange = new Exchange(port, true)) {
      for (int i = id; ; i++) {
        final long from = System.nanoTime();
        if (from > end) {
          return Arrays.copyOf(times, count);
        }
        exchange.send(requests[i % requests.length]);
        exchange.answered(expected);
        if (count == times.length) {
          times = Arrays.copyOf(times, 2 * count);
        }
        times[count++] = System.nanoTime() - from;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One connection: two system calls a request, and no object. */
  private static final class Exchange implements AutoCloseable {
    private static final byte[] LENGTH = "\r\ncontent-length:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 14);
    private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
    private final byte[] answer = new byte[1 << 16];

    /** When what it carries was due. */
    private long due;

    private int length;
    private int whole;

    /** An open connection; one that does not block is asked again and again for its answer. */
    Exchange(int port, boolean blocks) throws IOException {
      channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(blocks);
    }

    void send(byte[] request) throws IOException {
      length = 0;
      whole = Integer.MAX_VALUE;
      out.clear().put(request).flip();
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }

    /**
     * Reads what there is of the answer; whether it is whole, which it always is on a connection
     * that blocks.
     */
    boolean answered(byte[] expected) throws IOException {
      while (length < whole) {
        in.clear();
        final int read = channel.read(in);
        if (read < 0) {
          throw new EOFException("the connection was closed");
        }
        if (read == 0) {
          return false;
        }
        in.flip().get(answer, length, read);
        length += read;
        if (whole == Integer.MAX_VALUE) {
          final int body = find(END, 0, length);
          whole = body < 0 ? whole : body + END.length + contentLength(body + 2);
        }
      }
      if (find(expected, 0, whole) < 0) {
        throw new IllegalStateException(
            "not the expected answer: "
                + new String(answer, 0, whole, StandardCharsets.ISO_8859_1));
      }
      return true;
    }

    private int contentLength(int end) throws IOException {
      int at = find(LENGTH, 0, end);
      if (at < 0) {
        throw new IOException("an answer without a length");
      }
      int length = 0;
      for (at += LENGTH.length; at < end; at++) {
        if (answer[at] >= '0' && answer[at] <= '9') {
          length = 10 * length + answer[at] - '0';
        } else if (answer[at] == '\r') {
          break;
        }
      }
      return length;
    }

    /** Where {@code wanted} begins in the answer, -1 if nowhere; wanted letters are small ones. */
    private int find(byte[] wanted, int from, int end) {
      for (int i = from; i <= end - wanted.length; i++) {
        int j = 0;
        while (j < wanted.length && small(answer[i + j]) == wanted[j]) {
          j++;
        }
        if (j == wanted.length) {
          return i;
        }
      }
      return -1;
    }

    private static int small(byte letter) {
      return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
