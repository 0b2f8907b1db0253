package io.tidemill.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.testing.ProjectFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a machine can check about tidiness, over the sources of every module. */
class TidyTest {
  private static final int MAX_METHOD_LINES = 70;
  private static final int MAX_FILE_LINES = 400;

  /**
   * Files that may be longer or hold a longer method, each with the reason. Generated sources are
   * not looked at.
   */
  private static final Map<String, String> EXCUSED_LENGTH =
      Map.of(
          "executor/src/main/java/io/tidemill/executor/host/Factory.java",
          "one host function whose order of checks is the specification's",
          "state/src/main/java/io/tidemill/state/hash/Blake3Compression.java",
          "seven rounds written out, because every root is made of this",
          "state/src/main/java/io/tidemill/state/hash/Blake3Tail.java",
          "seven rounds written out, because every root is made of this");

  private static final List<String> MODULES =
      List.of("proto", "state", "executor", "clients/java", "server");
  private static final Pattern TYPE =
      Pattern.compile("^(?:[a-z-]+ )*(?:class|interface|enum|record|@interface) (\\w+)");
  private static final Pattern FORBIDDEN_NAME =
      Pattern.compile("\\w+(?:Impl|Manager|Utils?|Helpers?)");
  private static final Pattern FORBIDDEN_ROOM =
      Pattern.compile("\\.(?:utils?|common|impl|model|service|manager|dto)[.;]");
  private static final Pattern MEMBER =
      Pattern.compile("^ +(?!return|throw|new|else|case|switch|if|for|while|do|try)[\\w@<\\[].*");
  // Spelled in pieces so that this file does not find itself.
  private static final Pattern MACHINE_PATH =
      Pattern.compile("(?<![\\w.])/(?:root|wor" + "k|home/\\w+)/|/usr/lib/jv" + "m/[a-z]");
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  private final Path root = projectRoot();

  @Test
  void shouldKeepFilesShort() {
    List<String> tooLong = new ArrayList<>();
    for (Path file : javaFiles()) {
      int lines = lines(file).size();
      if (lines > MAX_FILE_LINES && !EXCUSED_LENGTH.containsKey(name(file))) {
        tooLong.add(name(file) + " has " + lines + " lines, at most " + MAX_FILE_LINES);
      }
    }
    assertThat(tooLong).as("split the file, or excuse it here with a reason").isEmpty();
  }

  @Test
  void shouldKeepMethodsShort() {
    List<String> tooLong = new ArrayList<>();
    for (Path file : javaFiles()) {
      if (!EXCUSED_LENGTH.containsKey(name(file))) {
        longMethods(file, tooLong);
      }
    }
    assertThat(tooLong).as("methods of more than " + MAX_METHOD_LINES + " lines").isEmpty();
  }

  @Test
  void shouldOnlyExcuseFilesThatExist() {
    for (String excused : EXCUSED_LENGTH.keySet()) {
      assertThat(root.resolve(excused)).exists();
    }
  }

  @Test
  void shouldNotNameTypesAfterNothing() {
    List<String> found = new ArrayList<>();
    for (Path file : javaFiles()) {
      for (String line : lines(file)) {
        Matcher type = TYPE.matcher(line.strip());
        if (type.find() && FORBIDDEN_NAME.matcher(type.group(1)).matches()) {
          found.add(name(file) + ": " + type.group(1));
        }
      }
    }
    assertThat(found).as("name the noun of the verb instead").isEmpty();
  }

  /** A test that writes into its own module instead of a temporary folder shows here. */
  @Test
  void shouldHoldNothingButSourcesInModules() throws IOException {
    List<String> found = new ArrayList<>();
    for (String module : List.of("proto", "state", "executor", "server", "image", "helm")) {
      try (Stream<Path> entries = Files.list(root.resolve(module))) {
        entries.filter(entry -> !isPartOfAModule(entry)).map(this::name).forEach(found::add);
      }
    }
    assertThat(found).as("which test or tool wrote this?").isEmpty();
  }

  private static boolean isPartOfAModule(Path entry) {
    return Set.of("pom.xml", "src", "target", "contracts", "examples", "tidemill")
        .contains(entry.getFileName().toString());
  }

  @Test
  void shouldNotHaveJunkRooms() {
    List<String> found = new ArrayList<>();
    for (Path file : javaFiles()) {
      for (String line : lines(file)) {
        if (line.startsWith("package ") && FORBIDDEN_ROOM.matcher(line).find()) {
          found.add(name(file));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void shouldDescribeEveryPackage() {
    TreeSet<String> missing = new TreeSet<>();
    for (Path file : javaFiles()) {
      Path folder = file.getParent();
      if (!name(file).contains("/src/main/java/")) {
        continue;
      }
      Path info = folder.resolve("package-info.java");
      if (!Files.exists(info)) {
        missing.add(name(folder) + " has no package-info.java");
      } else if (!text(info).contains("@NullMarked") || !text(info).startsWith("/**")) {
        missing.add(name(info) + " needs a description and @NullMarked");
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void shouldHaveNoTabs() {
    List<String> found = new ArrayList<>();
    for (Path file : textFiles()) {
      List<String> lines = lines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (line.indexOf('\t') >= 0 && !name(file).endsWith(".go")) {
          found.add(name(file) + ":" + (i + 1) + " has a tab");
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void shouldLeaveNothingUnfinishedInSources() {
    assertThat(matches(UNFINISHED)).as("do it, or write it down as an issue").isEmpty();
  }

  @Test
  void shouldNameNoPathOfAParticularMachine() {
    assertThat(matches(MACHINE_PATH)).isEmpty();
  }

  @Test
  void shouldHaveOneTitlePerPage() {
    List<String> found = new ArrayList<>();
    for (Path file : textFiles()) {
      if (!name(file).endsWith(".md")) {
        continue;
      }
      boolean fenced = false;
      int titles = 0;
      for (String line : lines(file)) {
        if (line.startsWith("```")) {
          fenced = !fenced;
        } else if (!fenced && line.startsWith("# ")) {
          titles++;
        }
      }
      if (titles != 1) {
        found.add(name(file) + " has " + titles + " titles");
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void shouldKeepEveryLibraryVersionInTheParentPom() {
    List<String> found = new ArrayList<>();
    for (String module : MODULES) {
      String pom = text(root.resolve(module).resolve("pom.xml"));
      Matcher version = Pattern.compile("<version>([^$<][^<]*)</version>").matcher(pom);
      while (version.find()) {
        if (!version.group(1).endsWith("-SNAPSHOT")) {
          found.add(module + "/pom.xml: " + version.group());
        }
      }
    }
    assertThat(found).isEmpty();
  }

  /** The formatter indents a body deeper than its head: a method ends at its own indentation. */
  private void longMethods(Path file, List<String> found) {
    List<String> lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.endsWith("{") || !isMethodHead(lines, i)) {
        continue;
      }
      int indent = indent(lines.get(headStart(lines, i)));
      int end = i + 1;
      while (end < lines.size()
          && !(indent(lines.get(end)) == indent && lines.get(end).strip().startsWith("}"))) {
        end++;
      }
      int length = end - headStart(lines, i) + 1;
      if (length > MAX_METHOD_LINES) {
        found.add(name(file) + ":" + (i + 1) + " has " + length + " lines");
      }
    }
  }

  /** A method's head ends in {@code ") {"} or a throws clause and is no statement. */
  private static boolean isMethodHead(List<String> lines, int at) {
    String last = lines.get(at).strip();
    if (!(last.endsWith(") {") || last.contains("throws "))) {
      return false;
    }
    String first = lines.get(headStart(lines, at));
    String text = first.strip();
    if (!MEMBER.matcher(first).matches()
        || text.startsWith("}")
        || text.startsWith(".")
        || text.startsWith("synchronized (")
        || TYPE.matcher(text).find()) {
      return false;
    }
    int open = text.indexOf('(');
    return open > 0 && !text.substring(0, open).contains("=") && !text.startsWith("catch");
  }

  /** The line on which the head that ends on line {@code at} begins. */
  private static int headStart(List<String> lines, int at) {
    int depth = 0;
    for (int i = at; i >= 0; i--) {
      String line = lines.get(i);
      for (int c = line.length() - 1; c >= 0; c--) {
        char ch = line.charAt(c);
        depth += ch == ')' ? 1 : ch == '(' ? -1 : 0;
      }
      if (depth <= 0 && !line.strip().startsWith("throws ")) {
        return i;
      }
    }
    return at;
  }

  private static int indent(String line) {
    int spaces = 0;
    while (spaces < line.length() && line.charAt(spaces) == ' ') {
      spaces++;
    }
    return spaces;
  }

  private List<String> matches(Pattern pattern) {
    List<String> found = new ArrayList<>();
    for (Path file : textFiles()) {
      List<String> lines = lines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (pattern.matcher(lines.get(i)).find() && !file.endsWith("TidyTest.java")) {
          found.add(name(file) + ":" + (i + 1) + ": " + lines.get(i).strip());
        }
      }
    }
    return found;
  }

  private List<Path> javaFiles() {
    return textFiles().stream().filter(file -> file.toString().endsWith(".java")).toList();
  }

  /** The project's own text files: sources, scripts, pages; not what a build made. */
  private List<Path> textFiles() {
    Pattern wanted =
        Pattern.compile(
            ".*\\.(?:java|proto|md|xml|ya?ml|c|h|ts|py|go|json)|.*/tidemill|.*/\\.ci/\\w+");
    Map<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      all.filter(Files::isRegularFile)
          .filter(file -> wanted.matcher(file.toString()).matches())
          .forEach(file -> files.put(name(file), file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files
        .keySet()
        .removeIf(
            name ->
                Pattern.compile(
                        "(?:^|/)(?:target|node_modules|\\.git|\\.idea|__pycache__|generated)/")
                    .matcher(name)
                    .find());
    return List.copyOf(files.values());
  }

  private String name(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }

  private static List<String> lines(Path file) {
    return text(file).lines().toList();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  /** The folder above the module whose tests run. */
  static Path projectRoot() {
    return ProjectFolder.path();
  }
}
