package io.tidemill.server.chain;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What the node was doing when it ended: one record that is written in place before each wave, in
 * one write of a few microseconds and without a sync, because it is there for the death of the
 * process and not of the machine. Little-endian:
 *
 * <pre>
 *  0  8  "TMFLIGHT"
 *  8  4  1 while a wave is executed or pending, 0 after an orderly end
 * 12  4  how often the node died near here
 * 16  8  the wave
 * 24  8  the last wave that has to run on the reference interpreter
 * 32  4  CRC-32C of everything before
 * </pre>
 *
 * <p>Confined to one thread at a time.
 */
final class InFlightFile implements AutoCloseable {
  private static final long MAGIC = 0x5448_4749_4C46_4D54L; // TMFLIGHT from the low byte up
  private static final int CHECKED = 32;

  /** A record. */
  record Entry(boolean executing, long wave, long safeUntil, int deaths) {
    static final Entry NONE = new Entry(false, 0, 0, 0);
  }

  // Unlike a channel it stays open when a thread that writes is interrupted.
  private final @Nullable RandomAccessFile file;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(CHECKED + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private InFlightFile(@Nullable RandomAccessFile file) {
    this.file = file;
  }

  /** Opens {@code path}, or makes it. */
  static InFlightFile open(Path path) {
    try {
      return new InFlightFile(new RandomAccessFile(path.toFile(), "rw"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + path, e);
    }
  }

  /** For a node that keeps nothing: it never ended in the middle of anything. */
  static InFlightFile none() {
    return new InFlightFile(null);
  }

  /** What is there; {@link Entry#NONE} when nothing is, or nothing whole. */
  Entry read() {
    if (file == null) {
      return Entry.NONE;
    }
    try {
      file.seek(0);
      file.readFully(buffer.array());
    } catch (EOFException e) {
      return Entry.NONE;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the record of the wave in flight", e);
    }
    if (buffer.getLong(0) != MAGIC || buffer.getInt(CHECKED) != checksum()) {
      return Entry.NONE;
    }
    return new Entry(
        buffer.getInt(8) != 0, buffer.getLong(16), buffer.getLong(24), buffer.getInt(12));
  }

  /** Replaces what is there. */
  void write(Entry entry) {
    if (file == null) {
      return;
    }
    buffer.clear();
    buffer.putLong(MAGIC).putInt(entry.executing() ? 1 : 0).putInt(entry.deaths());
    buffer.putLong(entry.wave()).putLong(entry.safeUntil()).putInt(checksum());
    try {
      file.seek(0);
      file.write(buffer.array());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the record of the wave in flight", e);
    }
  }

  private int checksum() {
    final CRC32C crc = new CRC32C();
    crc.update(buffer.array(), 0, CHECKED);
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the record of the wave in flight", e);
    }
  }
}
