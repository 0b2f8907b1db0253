package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.Tidemill;
import io.tidemill.state.hash.Blake3;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * State that is not for this node, or not whole: a node that is started on it, and every command
 * that looks into it, ends at once, names the file and the remedy, and leaves every byte as it was.
 */
class RefusedStartTest {
  @TempDir private Path folder;

  private interface Damage {
    void to(Path data) throws IOException;
  }

  /** What is wrong, and what a refusal must say about it. */
  private record Fault(String name, Damage damage, List<String> words) {}

  private static final List<Fault> FAULTS =
      List.of(
          new Fault(
              "chain",
              data -> edit(data, "chain 31337", "chain 99"),
              List.of("FORMAT", "chain 99", "another directory")),
          new Fault(
              "format",
              data -> edit(data, "tidemill-state 3", "tidemill-state 4"),
              List.of("FORMAT", "format 4", "newer build")),
          new Fault(
              "stamp",
              data -> Files.writeString(data.resolve("FORMAT"), "PNG"),
              List.of("FORMAT", "not a format stamp", "backup")),
          new Fault(
              "table",
              data -> Files.delete(file(data, ".sst")),
              List.of(".sst", "restore the missing or damaged file")),
          new Fault(
              "swapped",
              data -> {
                final Path table = file(data, ".sst");
                final Path other = data.resolve("db").resolve(last(data, ".sst"));
                assertThat(other).isNotEqualTo(table);
                Files.copy(other, table, StandardCopyOption.REPLACE_EXISTING);
              },
              List.of(".sst", "restore the missing or damaged file")),
          new Fault(
              "current",
              data -> Files.delete(data.resolve("db").resolve("CURRENT")),
              List.of("/db", "restore the missing or damaged file")),
          new Fault(
              "database", data -> delete(data.resolve("db")), List.of("/db is missing", "backup")),
          new Fault(
              "foreign",
              data -> Files.writeString(data.resolve("db").resolve("holiday.jpg"), "x"),
              List.of("holiday.jpg", "move it")),
          new Fault(
              "folder",
              data -> Files.delete(data.resolve("FORMAT")),
              List.of("no FORMAT file", "restore the FORMAT file")));

  @Test
  void shouldRefuseWhatIsNotItsStateAndChangeNothing() throws Exception {
    final Path sound = folder.resolve("sound");
    state(sound);
    final Map<String, Process> nodes = new TreeMap<>();
    final Map<String, Map<String, String>> before = new TreeMap<>();
    for (final Fault fault : FAULTS) {
      final Path data = folder.resolve(fault.name());
      copy(sound, data);
      fault.damage().to(data);
      before.put(fault.name(), contents(data));
      nodes.put(fault.name(), node(data));
    }
    for (final Fault fault : FAULTS) {
      refused(fault.name(), nodes.get(fault.name()), fault.words());
      final Path data = folder.resolve(fault.name());
      assertThat(contents(data)).as(fault.name()).isEqualTo(before.get(fault.name()));
      if (!fault.name().equals("chain")) {
        // Tools take the chain from the state, so that alone is no fault to them.
        for (final List<String> command :
            List.of(List.of("state", "verify"), List.of("state", "stats"))) {
          final StringWriter err = new StringWriter();
          final CommandLine line = Tidemill.commandLine().setErr(new PrintWriter(err, true));
          final List<String> words = new ArrayList<>(command);
          words.add(data.toString());
          assertThat(line.execute(words.toArray(String[]::new))).as("%s", words).isEqualTo(1);
          assertThat(err.toString()).as("%s", words).contains(data.toString());
          assertThat(contents(data)).as("%s", words).isEqualTo(before.get(fault.name()));
        }
      }
    }
  }

  @Test
  void shouldRefuseStateThatAnotherProcessHolds() throws Exception {
    final Path data = folder.resolve("held");
    try (DevNode holder = new DevNode(data)) {
      assertThat(holder.node.grpcPort()).isPositive();
      final Map<String, String> before = contents(data);
      refused(
          "held",
          node(data),
          List.of("LOCK", "held by process " + ProcessHandle.current().pid(), "stop that process"));
      assertThat(contents(data)).isEqualTo(before);
    }
  }

  /** The state of a development chain with tables of two starts. */
  private static void state(Path data) {
    for (int start = 0; start < 2; start++) {
      new DevNode(data).close();
    }
  }

  private static Process node(Path data) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Tidemill.class.getName(),
            "node",
            "--data-dir",
            data.toString(),
            "--grpc-port=0",
            "--http-port=-1",
            "--health-port=-1")
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void refused(String what, Process node, List<String> words) throws Exception {
    final String said = new String(node.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(node.waitFor(60, TimeUnit.SECONDS)).as(what).isTrue();
    assertThat(said).as(what).contains(words);
    assertThat(node.exitValue()).as("%s: %s", what, said).isEqualTo(1);
  }

  private static void edit(Path data, String from, String to) throws IOException {
    final Path stamp = data.resolve("FORMAT");
    final String text = Files.readString(stamp);
    assertThat(text).contains(from);
    Files.writeString(stamp, text.replace(from, to));
  }

  private static Path file(Path data, String ending) throws IOException {
    return tables(data, ending).getFirst();
  }

  private static Path last(Path data, String ending) throws IOException {
    return tables(data, ending).getLast();
  }

  private static List<Path> tables(Path data, String ending) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("db"))) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }

  /** Every file with a hash of its bytes, but for the database's own diary. */
  private static Map<String, String> contents(Path data) throws IOException {
    final Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data)) {
      for (final Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        final String name = data.relativize(file).toString();
        if (!name.matches("db/(LOG.*|LOCK)|LOCK")) {
          contents.put(name, Blake3.hash(Files.readAllBytes(file)).toHex());
        }
      }
    }
    return contents;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (final Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (final Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
