package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.snapshot.SnapshotFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory around the database: whose it is, who holds it, and how far it was acknowledged.
 * All refusals happen here, before the database is touched.
 *
 * <pre>
 * FORMAT   text: "tidemill-state 3", "chain 31337"      checked at every open
 * LOCK     held by the process that has it open; its pid as text
 * HEAD     wave u64 BE | root 32 | Blake3 of these 40    the last acknowledged wave, not synced
 * db/      RocksDB
 * </pre>
 *
 * HEAD is written after each synced commit. It survives a killed process, so a log that lost synced
 * records (a flipped bit drops everything after it) is found at the next open, and not only by the
 * consensus client.
 */
final class StoreDirectory implements AutoCloseable {
  /**
   * The format this build writes. It reads format 1, which has no log of dirty waves, and format 2,
   * which has no patches of values, and stamps them anew before it writes: an older build would not
   * know what it reads.
   */
  static final int FORMAT = 3;

  private static final String NAME = "tidemill-state ";
  private static final String CHAIN = "chain ";
  private static final int HEAD_BODY = 8 + Hash32.LENGTH;

  /** The names that RocksDB gives its files. */
  private static final Pattern DATABASE_FILE =
      Pattern.compile(
          "CURRENT|IDENTITY|LOCK|LOG(\\.old\\.\\d+)?|(MANIFEST|OPTIONS)-\\d+(\\.dbtmp)?|"
              + "\\d+\\.(sst|log|blob|dbtmp)|archive|lost");

  private final Path root;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private @Nullable FileChannel headChannel;

  private StoreDirectory(Path root, FileChannel lockChannel, FileLock lock) {
    this.root = root;
    this.lockChannel = lockChannel;
    this.lock = lock;
  }

  /** Takes the directory for this process, or says why not. Creates it when it is not there. */
  static StoreDirectory take(Path root, long chainId) {
    try {
      if (!Files.exists(root.resolve("FORMAT"))) {
        refuseForeignFiles(root);
        Files.createDirectories(root);
      } else {
        checkStamp(root, chainId);
        checkDatabase(root.resolve("db"), root.resolve("HEAD"));
      }
      final StoreDirectory directory = lock(root);
      if (!Files.exists(root.resolve("FORMAT"))) {
        writeStamp(root, chainId);
      }
      return directory;
    } catch (IOException e) {
      throw new StateException("cannot use the state directory " + root + ": " + e, e);
    }
  }

  /**
   * Stamps a directory of an older format anew. The caller has opened the database, so that one
   * that cannot be opened stays as it is.
   */
  void upgrade(long chainId) {
    try {
      if (!Files.readString(root.resolve("FORMAT")).equals(stamp(chainId))) {
        writeStamp(root, chainId);
      }
    } catch (IOException e) {
      throw new StateException("cannot stamp the state directory " + root + ": " + e, e);
    }
  }

  /** Whether the database has been created. */
  boolean hasDatabase() {
    return Files.exists(database()) && Files.exists(root.resolve("HEAD"));
  }

  Path database() {
    return root.resolve("db");
  }

  private static void refuseForeignFiles(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    if (!Files.isDirectory(root)) {
      throw new StateException(root + " is not a directory; give a directory for the state");
    }
    try (Stream<Path> files = Files.list(root)) {
      for (final Path file : (Iterable<Path>) files.sorted()::iterator) {
        // A volume of its own begins with a folder for what a file system check finds.
        if (!file.getFileName().toString().matches("LOCK|lost\\+found")) {
          throw new StateException(
              root
                  + " is not empty and not a state directory (no FORMAT file; found "
                  + file.getFileName()
                  + "); give an empty directory, or restore the FORMAT file");
        }
      }
    }
  }

  /** Whether there is a database where one was, with files of a database alone. */
  private static void checkDatabase(Path database, Path head) throws IOException {
    if (!Files.exists(database)) {
      if (Files.exists(head) && readHead(head) >= 0) {
        throw new StateException(
            database
                + " is missing, but "
                + head
                + " says that wave "
                + readHead(head)
                + " was acknowledged; restore the folder from a backup, or restore a snapshot into"
                + " an empty directory");
      }
      return;
    }
    try (Stream<Path> files = Files.list(database)) {
      for (final Path file : (Iterable<Path>) files.sorted()::iterator) {
        if (!DATABASE_FILE.matcher(file.getFileName().toString()).matches()) {
          throw new StateException(
              file + " is not a file of the database; move it somewhere else and start again");
        }
      }
    }
  }

  private static void checkStamp(Path root, long chainId) throws IOException {
    final long chain = chainOf(root);
    if (chain != chainId) {
      throw new StateException(
          root.resolve("FORMAT")
              + " belongs to chain "
              + Long.toUnsignedString(chain)
              + ", this node is configured for chain "
              + Long.toUnsignedString(chainId)
              + "; give another directory or correct the chain id");
    }
  }

  /** The chain of the state in {@code directory}; a refusal when there is none. */
  static long chainOfState(Path directory) {
    try {
      return chainOf(directory);
    } catch (IOException e) {
      throw new StateException(
          directory + " is not a state directory (no FORMAT file); give the node's state directory",
          e);
    }
  }

  private static long chainOf(Path root) throws IOException {
    final Path file = root.resolve("FORMAT");
    final List<String> lines = Files.readString(file, StandardCharsets.UTF_8).lines().toList();
    if (lines.size() < 2 || !lines.get(0).startsWith(NAME) || !lines.get(1).startsWith(CHAIN)) {
      throw new StateException(file + " is not a format stamp; restore it from a backup");
    }
    final long format = number(file, lines.get(0).substring(NAME.length()));
    if (format > FORMAT) {
      throw new StateException(
          file
              + " says format "
              + format
              + ", this build reads up to "
              + FORMAT
              + "; use the newer build that wrote it");
    }
    return number(file, lines.get(1).substring(CHAIN.length()));
  }

  private static long number(Path file, String text) {
    try {
      return Long.parseUnsignedLong(text.strip());
    } catch (NumberFormatException e) {
      throw new StateException(file + " is not a format stamp; restore it from a backup", e);
    }
  }

  private static String stamp(long chainId) {
    return NAME + FORMAT + "\n" + CHAIN + Long.toUnsignedString(chainId) + "\n";
  }

  private static void writeStamp(Path root, long chainId) throws IOException {
    final Path temporary = root.resolve("FORMAT.tmp");
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(ByteBuffer.wrap(stamp(chainId).getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    Files.move(temporary, root.resolve("FORMAT"), StandardCopyOption.ATOMIC_MOVE);
    SnapshotFolder.syncNames(root);
  }

  private static StoreDirectory lock(Path root) throws IOException {
    final Path file = root.resolve("LOCK");
    final FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      final ByteBuffer holder = ByteBuffer.allocate(32);
      channel.read(holder, 0);
      channel.close();
      throw new StateException(
          file
              + " is held by process "
              + new String(holder.array(), 0, holder.position(), StandardCharsets.UTF_8).strip()
              + "; stop that process, or give this one another directory");
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)),
        0);
    return new StoreDirectory(root, channel, lock);
  }

  /** The acknowledged wave, or -1 when the file is absent or damaged. */
  long acknowledgedWave() {
    return acknowledgedWave(root);
  }

  /** The same of the directory {@code root}, which need not be held. */
  static long acknowledgedWave(Path root) {
    try {
      final Path file = root.resolve("HEAD");
      return Files.exists(file) ? readHead(file) : -1;
    } catch (IOException e) {
      throw new StateException("cannot read " + root.resolve("HEAD") + ": " + e, e);
    }
  }

  private static long readHead(Path file) throws IOException {
    final byte[] bytes = Files.readAllBytes(file);
    final boolean sound =
        bytes.length == HEAD_BODY + Hash32.LENGTH
            && Blake3.hash(bytes, 0, HEAD_BODY).equals(Hash32.at(bytes, HEAD_BODY));
    return sound ? ByteBuffer.wrap(bytes).getLong() : -1;
  }

  /** Notes that {@code wave} is acknowledged; -1 before the genesis. */
  void acknowledge(long wave, Hash32 stateRoot, boolean force) {
    final ByteBuffer buffer = ByteBuffer.allocate(HEAD_BODY + Hash32.LENGTH);
    buffer.putLong(wave).put(stateRoot.toBytes());
    buffer.put(Blake3.hash(buffer.array(), 0, HEAD_BODY).toBytes()).flip();
    try {
      FileChannel channel = headChannel;
      if (channel == null) {
        channel =
            FileChannel.open(
                root.resolve("HEAD"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        headChannel = channel;
      }
      channel.write(buffer, 0);
      if (force) {
        channel.force(true);
        SnapshotFolder.syncNames(root);
      }
    } catch (IOException e) {
      throw new StateException("cannot write " + root.resolve("HEAD") + ": " + e, e);
    }
  }

  /** What to say when the database holds less than was acknowledged. */
  StateException lostWaves(long found, long acknowledged) {
    return new StateException(
        database()
            + " holds waves up to "
            + found
            + ", but wave "
            + acknowledged
            + " was acknowledged: its log is damaged or was replaced. Restore a snapshot or a"
            + " backup, or delete "
            + root.resolve("HEAD")
            + " to go on from wave "
            + found
            + " and let the consensus client replay the rest");
  }

  @Override
  public void close() {
    try {
      if (headChannel != null) {
        headChannel.close();
      }
      lock.release();
      lockChannel.close();
    } catch (IOException e) {
      throw new StateException("cannot release " + root + ": " + e, e);
    }
  }
}
