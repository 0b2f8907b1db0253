package io.tidemill.server.chain;

import io.tidemill.executor.wasm.ArtifactStore;
import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled modules that outlive the process: a folder of {@link ArtifactFile}s, and the list {@code
 * recent} of what consensus used. Bounded by bytes, the longest unused out first. A file that is
 * lost, stale or damaged only costs the time to compile. Source: decisions S5.
 *
 * <p>The folder belongs to the node's user alone: whoever can write here can run code in the node,
 * so a folder that others can write to is not used. The hash in a file guards against accidents.
 *
 * <p>Files are read by whoever asks and written by a thread of its own; when that falls behind,
 * artefacts are dropped. Safe for use by many threads.
 */
final class ArtifactFolder implements ArtifactStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ArtifactFolder.class);
  private static final String SUFFIX = ".artifact";
  private static final String RECENT = "recent";
  private static final String TEMPORARY = ".tmp";
  private static final int MOST_WAITING = 256;
  private static final long LIST_DELAY_MILLIS = 1_000;
  private static final long STOP_SECONDS = 10;
  private static final long MOST_FILE_BYTES = 256L << 20;

  /**
   * Figures for metrics.
   *
   * @param loaded modules that were not compiled again
   * @param saved files written
   * @param damaged files that were not what was written
   * @param bytes what the folder holds
   */
  record Counters(long loaded, long saved, long damaged, long bytes) {}

  private final Path folder;
  private final Hash32 build;
  private final long maxBytes;
  private final ScheduledThreadPoolExecutor writer;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean listing = new AtomicBoolean();
  private final AtomicLong loaded = new AtomicLong();
  private final AtomicLong saved = new AtomicLong();
  private final AtomicLong damaged = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private volatile Supplier<List<ModuleCache.Key>> inUse = List::of;

  private ArtifactFolder(Path folder, Hash32 build, long maxBytes) {
    this.folder = folder;
    this.build = build;
    this.maxBytes = maxBytes;
    this.writer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tidemill-artifacts").factory());
    writer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Opens {@code folder}, or makes it.
   *
   * @param build what artefacts depend on beside their module and the rules
   * @param maxBytes what the files may weigh together
   * @throws IOException if it cannot be used; a node does without it
   */
  static ArtifactFolder open(Path folder, Hash32 build, long maxBytes) throws IOException {
    final boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (!Files.isDirectory(folder)) {
      if (posix) {
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectory(folder);
      }
    }
    if (posix) {
      final Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
      if (permissions.contains(PosixFilePermission.OTHERS_WRITE)
          || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
        throw new IOException(folder + " can be written by others; take that away or remove it");
      }
    }
    final ArtifactFolder opened = new ArtifactFolder(folder, build, maxBytes);
    for (Path file : opened.files(TEMPORARY)) {
      Files.deleteIfExists(file);
    }
    opened.shrink();
    return opened;
  }

  /** Says where the list of what consensus uses comes from; it is kept beside the files. */
  void follow(Supplier<List<ModuleCache.Key>> consensusModules) {
    inUse = consensusModules;
  }

  @Override
  public byte @Nullable [] load(ModuleCache.Key key) {
    final Path file = file(key);
    try {
      if (Files.size(file) > MOST_FILE_BYTES) {
        return refuse(file);
      }
      return switch (ArtifactFile.decode(build, key, Files.readAllBytes(file))) {
        case ArtifactFile.Intact(byte[] artifact) -> {
          Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
          loaded.incrementAndGet();
          noteUse();
          yield artifact;
        }
        case ArtifactFile.Stale() -> {
          Files.deleteIfExists(file);
          yield null;
        }
        case ArtifactFile.Damaged() -> refuse(file);
      };
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      LOG.warn("cannot read the compiled module {}: {}", file, e.toString());
      return null;
    }
  }

  private byte @Nullable [] refuse(Path file) throws IOException {
    damaged.incrementAndGet();
    LOG.warn("the compiled module {} is damaged; it is compiled again", file);
    Files.deleteIfExists(file);
    return null;
  }

  @Override
  public void save(ModuleCache.Key key, byte[] artifact) {
    if (waiting.incrementAndGet() > MOST_WAITING) {
      waiting.decrementAndGet();
      return;
    }
    writer.execute(
        () -> {
          try {
            final byte[] file = ArtifactFile.encode(build, key, artifact);
            replace(file(key), file);
            saved.incrementAndGet();
            if (bytes.addAndGet(file.length) > maxBytes) {
              shrink();
            }
          } catch (IOException e) {
            LOG.warn("cannot keep a compiled module in {}: {}", folder, e.toString());
          } finally {
            waiting.decrementAndGet();
          }
        });
    noteUse();
  }

  /** What consensus used when the last process ended or shortly before, oldest use first. */
  List<ModuleCache.Key> recent() {
    final List<ModuleCache.Key> keys = new ArrayList<>();
    try {
      final List<String> lines = Files.readAllLines(folder.resolve(RECENT));
      if (lines.isEmpty() || !lines.getLast().equals(digest(lines.subList(0, lines.size() - 1)))) {
        return List.of();
      }
      for (String line : lines.subList(0, lines.size() - 1)) {
        final int space = line.indexOf(' ');
        keys.add(
            new ModuleCache.Key(
                Hash32.fromHex(line.substring(0, space)),
                Hash32.fromHex(line.substring(space + 1))));
      }
      return keys;
    } catch (IOException | RuntimeException e) {
      // Absent, or not what we wrote: nothing is warmed.
      return List.of();
    }
  }

  Counters counters() {
    return new Counters(loaded.get(), saved.get(), damaged.get(), bytes.get());
  }

  /** Writes what waits, and stops. */
  @Override
  public void close() {
    writer.execute(this::writeRecent);
    writer.shutdown();
    try {
      if (!writer.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      writer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** The list changes in bursts; one writing serves all of a burst. */
  private void noteUse() {
    if (listing.compareAndSet(false, true)) {
      final ScheduledFuture<?> _ =
          writer.schedule(this::writeRecent, LIST_DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void writeRecent() {
    listing.set(false);
    final List<String> lines = new ArrayList<>();
    for (ModuleCache.Key key : inUse.get()) {
      lines.add(key.codeHash().toHex() + ' ' + key.rules().toHex());
    }
    lines.add(digest(lines));
    try {
      replace(
          folder.resolve(RECENT),
          (String.join("\n", lines) + '\n').getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      LOG.warn("cannot list the modules in use in {}: {}", folder, e.toString());
    }
  }

  private static String digest(List<String> lines) {
    return Blake3.hash(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)).toHex();
  }

  /** The file is the old or the new one at any time, whatever happens. */
  private static void replace(Path file, byte[] content) throws IOException {
    final Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      final ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path file(ModuleCache.Key key) {
    return folder.resolve(
        key.codeHash().toHex() + '-' + key.rules().toHex().substring(0, 16) + SUFFIX);
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  /** Weighs the folder and takes the longest unused away until there is room. */
  private void shrink() throws IOException {
    record Aged(Path file, long millis, long size) {}
    final List<Aged> aged = new ArrayList<>();
    long sum = 0;
    for (Path file : files(SUFFIX)) {
      final long size = Files.size(file);
      aged.add(new Aged(file, Files.getLastModifiedTime(file).toMillis(), size));
      sum += size;
    }
    aged.sort(Comparator.comparingLong(Aged::millis).thenComparing(Aged::file));
    for (Aged oldest : aged) {
      if (sum <= maxBytes) {
        break;
      }
      Files.deleteIfExists(oldest.file());
      sum -= oldest.size();
    }
    bytes.set(sum);
  }
}
