package io.tidemill.state.rocks;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What is left of a folder when the machine loses its power: what was synced, and of the rest as
 * much as chance wants. The native half, {@code unsynced.c}, is preloaded into the process and
 * writes down what it syncs; after the process was killed this takes away what was not.
 *
 * <p>Taken away: bytes behind the last synced length (all, some, or a sector in their middle), new
 * contents of small files that are written in place, names of files and renames whose folder was
 * not synced. Put back: files that were removed from a folder that was not synced afterwards. Each
 * file has its own luck, so what was not synced reaches the disk in any order; in a third of the
 * cuts the worst of these: of the logs that were left behind nothing that was not synced, of the
 * newest one all. Not modelled: large files overwritten in place, which the store does not do.
 */
final class PowerCut {
  private static final class Known {
    boolean newName;
    long synced;
    byte[] content;
    Path renamedFrom;
    Known replaced;
    Path kept;
  }

  private final Path root;
  private final Path library;
  private final Path journal;
  private final Path grave;

  /** Removed files whose folder was not synced since; filled by {@link #replay}. */
  private final Map<Path, Known> removed = new TreeMap<>();

  /** Files that came back, over all cuts. */
  private int cameBack;

  /** Cuts that took from older logs what was not synced and nothing from the newest. */
  private int olderLost;

  private PowerCut(Path root, Path library, Path journal, Path grave) {
    this.root = root;
    this.library = library;
    this.journal = journal;
    this.grave = grave;
  }

  int cameBack() {
    return cameBack;
  }

  int olderLost() {
    return olderLost;
  }

  Path root() {
    return root;
  }

  /** Builds the native half for {@code root}; null where there is no C compiler for Linux. */
  static PowerCut build(Path root, Path folder) throws Exception {
    if (!System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    final Path library = folder.resolve("unsynced.so");
    if (Files.notExists(library)) {
      final Path source = Path.of("src", "test", "c", "unsynced.c");
      try {
        final Process compiler =
            new ProcessBuilder(
                    "gcc",
                    "-O1",
                    "-shared",
                    "-fPIC",
                    "-o",
                    library.toString(),
                    source.toString(),
                    "-ldl")
                .redirectErrorStream(true)
                .start();
        final String said =
            new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!compiler.waitFor(60, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
          throw new IllegalStateException("unsynced.c does not compile: " + said);
        }
      } catch (IOException e) {
        return null;
      }
    }
    final String name = root.getFileName().toString();
    return new PowerCut(
        root, library, folder.resolve("journal-" + name), folder.resolve("grave-" + name));
  }

  /** What a process needs in its environment so that its syncs are known. */
  Map<String, String> environment() throws IOException {
    Files.deleteIfExists(journal);
    if (Files.exists(grave)) {
      DamageTest.delete(grave);
    }
    Files.createDirectories(grave);
    return Map.of(
        "UNSYNCED_GRAVE",
        grave.toString(),
        "LD_PRELOAD",
        library.toString(),
        "UNSYNCED_ROOT",
        root.toRealPath().toString(),
        "UNSYNCED_JOURNAL",
        journal.toString());
  }

  /** Makes the folder what a machine would find that comes up again. */
  String apply(Random random) throws IOException {
    final Map<Path, Known> known = replay();
    final int back = bringBack(known, random);
    final Map<Path, Long> before = sizes();
    final boolean worst = random.nextInt(3) == 0 && loseOlderLogs(before.keySet(), known);
    for (final Path file : before.keySet()) {
      final Known fact = known.get(file);
      if (fact != null && !(worst && isLog(file))) {
        lose(file, fact, random);
      }
    }
    return lost(before) + ", " + back + " came back";
  }

  /** The same, when nothing is lost but what the older logs lack. */
  String applyToOlderLogs() throws IOException {
    final Map<Path, Known> known = replay();
    final Map<Path, Long> before = sizes();
    loseOlderLogs(before.keySet(), known);
    return lost(before);
  }

  private int bringBack(Map<Path, Known> known, Random random) throws IOException {
    int back = 0;
    for (final Map.Entry<Path, Known> entry : removed.entrySet()) {
      final Path kept = entry.getValue().kept;
      if (kept != null && Files.notExists(entry.getKey()) && random.nextBoolean()) {
        Files.copy(kept, entry.getKey());
        known.put(entry.getKey(), entry.getValue());
        back++;
      }
    }
    cameBack += back;
    return back;
  }

  /** Takes what was not synced from all logs but the newest; false when there was nothing. */
  private boolean loseOlderLogs(Set<Path> files, Map<Path, Known> known) throws IOException {
    final List<Path> logs = files.stream().filter(PowerCut::isLog).toList();
    boolean lost = false;
    for (final Path log : logs.subList(0, Math.max(0, logs.size() - 1))) {
      final Known fact = known.get(log);
      if (fact != null && fact.synced < Files.size(log)) {
        cut(log, fact.synced);
        lost = true;
      }
    }
    olderLost += lost ? 1 : 0;
    return lost;
  }

  private static boolean isLog(Path file) {
    return file.toString().endsWith(".log");
  }

  /** All files in the order of their names, with their lengths. */
  private Map<Path, Long> sizes() throws IOException {
    final Map<Path, Long> sizes = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root.toRealPath())) {
      for (final Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        sizes.put(file, Files.size(file));
      }
    }
    return sizes;
  }

  private static String lost(Map<Path, Long> before) throws IOException {
    int files = 0;
    long bytes = 0;
    for (final Map.Entry<Path, Long> entry : before.entrySet()) {
      final long after = Files.exists(entry.getKey()) ? Files.size(entry.getKey()) : 0;
      files += after < entry.getValue() ? 1 : 0;
      bytes += entry.getValue() - after;
    }
    return files + " files, " + bytes + " bytes";
  }

  private static void lose(Path file, Known fact, Random random) throws IOException {
    if (fact.renamedFrom != null && random.nextBoolean()) {
      // The rename did not reach the disk: the name is what it was before.
      if (fact.replaced == null) {
        Files.move(file, fact.renamedFrom, StandardCopyOption.REPLACE_EXISTING);
        return;
      }
      if (fact.replaced.content != null) {
        Files.write(file, fact.replaced.content);
        return;
      }
    }
    if (fact.newName && random.nextBoolean()) {
      Files.delete(file);
      return;
    }
    if (fact.content != null && random.nextBoolean()) {
      Files.write(file, fact.content);
      return;
    }
    final long size = Files.size(file);
    if (fact.synced >= size) {
      return;
    }
    final long unsynced = size - fact.synced;
    final long kept =
        switch (random.nextInt(4)) {
          case 0 -> unsynced;
          case 1 -> (long) (random.nextDouble() * unsynced);
          default -> 0;
        };
    cut(file, fact.synced + kept);
    if (kept > 512 && random.nextBoolean()) {
      // A sector that was not written among ones that were.
      try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "rw")) {
        data.seek(fact.synced + (long) (random.nextDouble() * (kept - 512)));
        data.write(new byte[512]);
      }
    }
  }

  private static void cut(Path file, long length) throws IOException {
    try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "rw")) {
      data.setLength(length);
    }
  }

  /** What is known of a file that was there before the process and was not written by it. */
  private static Known whole(Path file) throws IOException {
    final Known fact = new Known();
    fact.synced = Files.size(file);
    return fact;
  }

  private Map<Path, Known> replay() throws IOException {
    final Map<Path, Known> known = new HashMap<>();
    removed.clear();
    for (final String line : Files.readAllLines(journal, StandardCharsets.UTF_8)) {
      final String rest = line.substring(2);
      switch (line.charAt(0)) {
        case 'C' -> {
          final Known fact = new Known();
          fact.newName = true;
          known.put(Path.of(rest), fact);
        }
        case 'S' -> {
          final String[] words = rest.split(" ", 3);
          final Known fact = known.computeIfAbsent(Path.of(words[2]), path -> new Known());
          fact.synced = Long.parseLong(words[0]);
          fact.content = words[1].equals("-") ? null : HexFormat.of().parseHex(words[1]);
        }
        case 'D' -> {
          final Path folder = Path.of(rest);
          removed.keySet().removeIf(path -> folder.equals(path.getParent()));
          for (final Map.Entry<Path, Known> entry : new ArrayList<>(known.entrySet())) {
            if (folder.equals(entry.getKey().getParent())) {
              entry.getValue().newName = false;
              entry.getValue().renamedFrom = null;
              entry.getValue().replaced = null;
            }
          }
        }
        case 'R' -> {
          final String[] paths = rest.split("\t");
          final Known fact = known.remove(Path.of(paths[0]));
          if (fact != null) {
            fact.newName = false;
            fact.renamedFrom = Path.of(paths[0]);
            fact.replaced = known.get(Path.of(paths[1]));
            known.put(Path.of(paths[1]), fact);
          }
        }
        case 'U' -> {
          final String[] paths = rest.split("\t");
          final Known fact = known.remove(Path.of(paths[0]));
          // One whose name never reached the disk does not come back.
          if (!paths[1].equals("-") && (fact == null || !fact.newName)) {
            final Known gone = fact == null ? whole(Path.of(paths[1])) : fact;
            gone.kept = Path.of(paths[1]);
            removed.put(Path.of(paths[0]), gone);
          }
        }
        default -> throw new IllegalStateException("journal line " + line);
      }
    }
    return known;
  }
}
