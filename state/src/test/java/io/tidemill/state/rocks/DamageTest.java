package io.tidemill.state.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.state.Retention;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.Waves;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that a power cut, a disk or a person damaged: what was acknowledged is there, or the store
 * says that it is not. {@code -Dtidemill.cases=N} sets the number of flipped bits, {@code
 * -Dtidemill.crash.step=1} cuts the log at every byte of the last record and not at a sample of 40.
 */
class DamageTest {
  private static final int FLIPS = Integer.getInteger("tidemill.cases", 80);

  /** Whose bits are flipped, in turn. */
  private static final List<String> FLIPPED =
      List.of("log", "MANIFEST", "sst", "CURRENT", "OPTIONS", "IDENTITY", "HEAD", "FORMAT");

  private static final int KEYS = 300;
  private static final int CHANGES = 40;

  @TempDir(factory = MemoryFolder.class)
  Path folder;

  private final Waves waves = new Waves(31, KEYS);

  private static RocksOptions options() {
    return RocksOptions.of(9)
        .withRetention(Retention.ARCHIVE)
        .withCaches(16, 0)
        .withHashingThreads(1)
        .withDatabaseMemory(1 << 20, 1 << 20);
  }

  /** Enough memory that nothing is flushed and the log holds every wave. */
  private static RocksOptions roomy() {
    return options().withDatabaseMemory(8 << 20, 64 << 20);
  }

  @Test
  void shouldHoldTheLastWaveOnlyIfItsLogRecordIsWhole() throws Exception {
    final Path path = folder.resolve("torn");
    final Path before = folder.resolve("before");
    final Path after = folder.resolve("after");
    try (RocksStateStore store = RocksStateStore.open(path, roomy())) {
      waves.commit(store, 0, 1);
      waves.commit(store, 1, 1);
      copy(path, before);
      waves.commit(store, 2, 1);
      copy(path, after);
    }
    final Path log = newestLog(after.resolve("db"));
    final long end = written(log);
    final long start = written(before.resolve("db").resolve(log.getFileName()));
    assertThat(end).isGreaterThan(start);
    final long step = Long.getLong("tidemill.crash.step", Math.max(1, (end - start) / 40));
    int cuts = 0;
    for (long length = start; length <= end; length += end - length < 8 ? 1 : step) {
      cuts++;
      final Path torn = folder.resolve("torn" + length);
      copy(after, torn);
      // The note of the acknowledged wave is not synced: a power cut may leave the older one.
      Files.copy(
          before.resolve("HEAD"),
          torn.resolve("HEAD"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      try (RandomAccessFile file =
          new RandomAccessFile(torn.resolve("db").resolve(log.getFileName()).toFile(), "rw")) {
        file.setLength(length);
      }
      final long expected = length < end ? 1 : 2;
      try (RocksStateStore store = RocksStateStore.open(torn, roomy())) {
        assertThat(store.head().wave())
            .as("log cut at byte %d of %d", length, end)
            .isEqualTo(expected);
        assertThat(store.head().root().blake3()).isEqualTo(Waves.rootOf(waves.model(expected, 1)));
        if (length % 5 == 0) {
          assertThat(store.verify().problems()).isEmpty();
          waves.commit(store, expected + 1, 1);
        }
      }
      delete(torn);
    }
    CrashTest.report(
        List.of("log cut at " + cuts + " of the " + (end - start) + " bytes of its last record"));
    // The same cut after the wave was acknowledged is a loss, and it is said.
    final Path lost = folder.resolve("lost");
    copy(after, lost);
    try (RandomAccessFile file =
        new RandomAccessFile(lost.resolve("db").resolve(log.getFileName()).toFile(), "rw")) {
      file.setLength(end - 1);
    }
    assertThatThrownBy(() -> RocksStateStore.open(lost, roomy()))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("wave 2 was acknowledged")
        .hasMessageContaining("HEAD");
    Files.delete(lost.resolve("HEAD"));
    try (RocksStateStore store = RocksStateStore.open(lost, roomy())) {
      assertThat(store.head().wave()).isEqualTo(1);
    }
  }

  @Test
  void shouldDetectAFlippedBitOrNotBeHarmedByIt() throws Exception {
    final Path path = folder.resolve("sound");
    prepare(path);
    final long head = 12;
    final Map<StateKey, byte[]> model = waves.model(head, CHANGES);
    final Random random = new Random(17);
    final Set<String> found = new TreeSet<>();
    int refused = 0;
    int detected = 0;
    int harmless = 0;
    for (int i = 0; i < FLIPS; i++) {
      final Path bent = folder.resolve("bent");
      copy(path, bent);
      final String kind = FLIPPED.get(i % FLIPPED.size());
      final String where = flip(bent, kind, random);
      try (RocksStateStore store = RocksStateStore.open(bent, options())) {
        try {
          assertThat(store.head().wave()).as(where).isEqualTo(head);
          try (Snapshot snapshot = store.snapshot()) {
            for (int k = 0; k < KEYS; k++) {
              final byte[] value = snapshot.get(Waves.key(k));
              assertThat(value).as(where).isEqualTo(model.get(Waves.key(k)));
            }
          }
          assertThat(store.head().root().blake3()).as(where).isEqualTo(Waves.rootOf(model));
          if (store.verify().isSound()) {
            harmless++;
          } else {
            detected++;
            found.add(kind);
          }
        } catch (StateException e) {
          detected++;
          found.add(kind);
        }
      } catch (StateException e) {
        assertThat(e.getMessage()).as(where).contains(bent.toString());
        refused++;
        found.add(kind);
      }
      delete(bent);
    }
    CrashTest.report(
        List.of(
            "flipped bits %d: refused %d, detected %d, harmless %d"
                .formatted(FLIPS, refused, detected, harmless)));
    assertThat(refused + detected).isPositive();
    if (FLIPS >= 80) {
      assertThat(found)
          .as("kinds of files where a flip was found")
          .contains("log", "MANIFEST", "sst");
    }
  }

  @Test
  void shouldRefuseWhenAFileIsMissingAndChangeNothing() throws Exception {
    final Path path = folder.resolve("whole");
    prepare(path);
    final List<String> refusals = new ArrayList<>();
    for (final Path file : files(path.resolve("db"))) {
      final String name = file.getFileName().toString();
      if (name.startsWith("LOG")
          || name.startsWith("OPTIONS")
          || name.equals("LOCK")
          || name.equals("IDENTITY")) {
        continue;
      }
      final Path broken = folder.resolve("broken");
      copy(path, broken);
      Files.delete(broken.resolve("db").resolve(name));
      final Map<String, String> before = contents(broken);
      try (RocksStateStore store = RocksStateStore.open(broken, options())) {
        // A log that held nothing but a flush is not missed: the waves are in the one before it.
        assertThat(name).as("opened without it").endsWith(".log");
        assertThat(store.head().root().blake3()).isEqualTo(Waves.rootOf(waves.model(12, CHANGES)));
        assertThat(store.verify().problems()).as("without %s", name).isEmpty();
      } catch (StateException e) {
        assertThat(e.getMessage()).as("without %s", name).contains(broken.toString());
        assertThat(contents(broken)).as("changed without %s", name).isEqualTo(before);
        refusals.add(name);
      }
      delete(broken);
    }
    assertThat(refusals).anyMatch(name -> name.endsWith(".sst")).contains("CURRENT");
    try (RocksStateStore store = RocksStateStore.open(path, options())) {
      assertThat(store.verify().problems()).isEmpty();
    }
  }

  /** Every file that holds state, with a hash of its bytes. */
  static Map<String, String> contents(Path root) throws IOException {
    final Map<String, String> contents = new java.util.TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (final Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        final String name = root.relativize(file).toString();
        if (!name.startsWith("db/LOG") && !name.endsWith("LOCK")) {
          contents.put(name, io.tidemill.state.hash.Blake3.hash(Files.readAllBytes(file)).toHex());
        }
      }
    }
    return contents;
  }

  /** A closed store with table files of several generations and a log with the last waves. */
  private void prepare(Path path) {
    for (int round = 0; round < 3; round++) {
      try (RocksStateStore store = RocksStateStore.open(path, options())) {
        for (long wave = round * 4L; wave < round * 4L + 4 + (round == 2 ? 1 : 0); wave++) {
          waves.commit(store, wave, CHANGES);
        }
      }
    }
  }

  /** Flips a bit in a file whose name begins or ends with {@code kind}. */
  private static String flip(Path root, String kind, Random random) throws IOException {
    final List<Path> files = new ArrayList<>(files(root.resolve("db")));
    files.add(root.resolve("HEAD"));
    files.add(root.resolve("FORMAT"));
    files.removeIf(file -> file.toFile().length() == 0);
    files.removeIf(
        file ->
            !file.getFileName().toString().startsWith(kind)
                && !file.getFileName().toString().endsWith("." + kind));
    final Path file = files.get(random.nextInt(files.size()));
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      final long at = (long) (random.nextDouble() * bytes.length());
      bytes.seek(at);
      final int old = bytes.read();
      bytes.seek(at);
      bytes.write(old ^ 1 << random.nextInt(8));
      return file.getFileName() + " byte " + at;
    }
  }

  private static Path newestLog(Path database) throws IOException {
    return files(database).stream()
        .filter(file -> file.toString().endsWith(".log"))
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  /** The length without the zeros that the file system has set aside. */
  private static long written(Path file) throws IOException {
    final byte[] bytes = Files.readAllBytes(file);
    int length = bytes.length;
    while (length > 0 && bytes[length - 1] == 0) {
      length--;
    }
    return length;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (final Path file : (Iterable<Path>) files::iterator) {
        final Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  static void delete(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (final Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
