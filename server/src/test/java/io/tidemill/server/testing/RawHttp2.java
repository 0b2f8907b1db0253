package io.tidemill.server.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** HTTP/2 frames by hand, so that anything can be sent. Source: RFC 9113, RFC 7541. */
public final class RawHttp2 implements AutoCloseable {
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int CONTINUATION = 9;
  public static final int END_STREAM = 1;
  public static final int END_HEADERS = 4;

  /** GOAWAY with this code tells a peer that it asks for too much. */
  public static final int ENHANCE_YOUR_CALM = 11;

  private final Socket socket;
  private final DataInputStream in;

  /** A connection with the preface and empty settings sent. */
  public RawHttp2(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    socket
        .getOutputStream()
        .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    frame(SETTINGS, 0, 0, new byte[0]);
  }

  /** Sends a frame. */
  public void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    final byte[] frame = new byte[9 + payload.length];
    frame[0] = (byte) (payload.length >>> 16);
    frame[1] = (byte) (payload.length >>> 8);
    frame[2] = (byte) payload.length;
    frame[3] = (byte) type;
    frame[4] = (byte) flags;
    for (int i = 0; i < 4; i++) {
      frame[5 + i] = (byte) (stream >>> (24 - 8 * i));
    }
    System.arraycopy(payload, 0, frame, 9, payload.length);
    socket.getOutputStream().write(frame);
  }

  /** The header block of a gRPC call, nothing indexed and nothing compressed. */
  public static byte[] call(String method) {
    final ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/" + method);
    header(block, ":authority", "localhost");
    header(block, "te", "trailers");
    header(block, "content-type", "application/grpc");
    return block.toByteArray();
  }

  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    block.write(name.length());
    block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    block.write(value.length());
    block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Reads until the server says goodbye.
   *
   * @return the error code of its GOAWAY; -1 when it closed the connection without one
   */
  public int awaitGoodbye() throws IOException {
    try {
      while (true) {
        final int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        final int type = in.readUnsignedByte();
        in.readUnsignedByte();
        in.readInt();
        final byte[] payload = in.readNBytes(length);
        if (type == GOAWAY) {
          return payload[7] & 0xff;
        }
      }
    } catch (EOFException | SocketException closed) {
      return -1;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
