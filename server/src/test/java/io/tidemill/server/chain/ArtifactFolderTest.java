package io.tidemill.server.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactFolderTest {
  private static final Hash32 BUILD = hash("this build");
  private static final Hash32 RULES = hash("rules");
  private static final long ROOM = 1 << 20;

  @TempDir private Path temporary;

  private static Hash32 hash(String text) {
    return Blake3.hash(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ModuleCache.Key key(int number) {
    return new ModuleCache.Key(hash("module " + number), RULES);
  }

  private static byte[] artifact(int number) {
    return ("compiled " + number).getBytes(StandardCharsets.UTF_8);
  }

  private Path folder() {
    return temporary.resolve("artifacts");
  }

  private ArtifactFolder open(Hash32 build, long room) throws IOException {
    return ArtifactFolder.open(folder(), build, room);
  }

  /** Saves some artefacts with a process of its own, so to speak. */
  private void saved(int... numbers) throws IOException {
    try (ArtifactFolder folder = open(BUILD, ROOM)) {
      for (int number : numbers) {
        folder.save(key(number), artifact(number));
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder())) {
      return all.filter(file -> file.toString().endsWith(".artifact")).sorted().toList();
    }
  }

  @Test
  void shouldGiveBackAfterARestartWhatWasSaved() throws IOException {
    saved(1, 2);
    try (ArtifactFolder folder = open(BUILD, ROOM)) {
      assertThat(folder.load(key(1))).isEqualTo(artifact(1));
      assertThat(folder.load(key(2))).isEqualTo(artifact(2));
      assertThat(folder.load(key(3))).isNull();
      assertThat(folder.counters().loaded()).isEqualTo(2);
      assertThat(folder.counters().damaged()).isZero();
    }
  }

  @Test
  void shouldRefuseAFileThatIsNotWhatWasWritten() throws IOException {
    saved(1);
    final Path file = files().getFirst();
    final byte[] whole = Files.readAllBytes(file);
    try (ArtifactFolder folder = open(BUILD, ROOM)) {
      // One byte in each field, the last one of the hash included.
      final int[] places = {0, 8, 40, 72, 104, 108, whole.length - 32, whole.length - 1};
      for (int i : places) {
        final byte[] changed = whole.clone();
        changed[i] ^= 1;
        Files.write(file, changed);
        assertThat(folder.load(key(1))).as("byte " + i).isNull();
        assertThat(file).as("byte " + i).doesNotExist();
        Files.write(file, java.util.Arrays.copyOf(whole, i));
        assertThat(folder.load(key(1))).as("first " + i + " bytes").isNull();
      }
      assertThat(folder.counters().damaged()).isEqualTo(2L * places.length);
      Files.write(file, whole);
      assertThat(folder.load(key(1))).isEqualTo(artifact(1));
    }
  }

  @Test
  void shouldNotUseWhatAnotherBuildCompiled() throws IOException {
    saved(1);
    try (ArtifactFolder folder = open(hash("the next build"), ROOM)) {
      assertThat(folder.load(key(1))).isNull();
      assertThat(folder.counters().damaged()).isZero();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldNotTakeTheFileOfOneModuleForAnother() throws IOException {
    saved(1, 2);
    final Path first = files().getFirst();
    final Path second = files().getLast();
    Files.copy(first, second, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    try (ArtifactFolder folder = open(BUILD, ROOM)) {
      final byte[] one = folder.load(key(1));
      final byte[] two = folder.load(key(2));
      assertThat(one == null || java.util.Arrays.equals(one, artifact(1))).isTrue();
      assertThat(two == null || java.util.Arrays.equals(two, artifact(2))).isTrue();
      assertThat(one == null ^ two == null).isTrue();
    }
  }

  @Test
  void shouldKeepTheArtifactsOfOtherRulesApart() throws IOException {
    saved(1);
    try (ArtifactFolder folder = open(BUILD, ROOM)) {
      assertThat(folder.load(new ModuleCache.Key(key(1).codeHash(), hash("other rules")))).isNull();
      assertThat(folder.load(key(1))).isNotNull();
    }
  }

  @Test
  void shouldDropTheLongestUnusedWhenTheRoomEnds() throws IOException {
    saved(1, 2, 3, 4);
    final long each = Files.size(files().getFirst());
    for (int i = 1; i <= 4; i++) {
      final String name = key(i).codeHash().toHex();
      for (Path file : files()) {
        if (file.getFileName().toString().startsWith(name)) {
          Files.setLastModifiedTime(file, FileTime.fromMillis(i * 1_000L));
        }
      }
    }
    try (ArtifactFolder folder = open(BUILD, 4 * each)) {
      assertThat(folder.load(key(1))).as("used now, so it stays").isNotNull();
      folder.save(key(5), artifact(5));
    }
    try (ArtifactFolder folder = open(BUILD, 4 * each)) {
      assertThat(folder.load(key(2))).isNull();
      for (int kept : new int[] {1, 3, 4, 5}) {
        assertThat(folder.load(key(kept))).as("module " + kept).isNotNull();
      }
      assertThat(folder.counters().bytes()).isEqualTo(4 * each);
    }
  }

  @Test
  void shouldListWhatConsensusUsedAndForgetADamagedList() throws IOException {
    try (ArtifactFolder folder = open(BUILD, ROOM)) {
      folder.follow(() -> List.of(key(1), key(2)));
    }
    try (ArtifactFolder folder = open(BUILD, ROOM)) {
      assertThat(folder.recent()).containsExactly(key(1), key(2));
      folder.follow(() -> List.of(key(1), key(2)));
    }
    final Path list = folder().resolve("recent");
    final byte[] whole = Files.readAllBytes(list);
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(list, java.util.Arrays.copyOf(whole, length));
      try (ArtifactFolder folder = open(BUILD, ROOM)) {
        assertThat(folder.recent()).as("first " + length + " bytes").isEmpty();
        folder.follow(List::of);
      }
    }
  }

  @Test
  void shouldForgetWhatAKilledProcessHadNotFinished() throws IOException {
    saved(1);
    final Path half = folder().resolve("half.artifact.tmp");
    Files.write(half, new byte[] {1, 2, 3});
    try (ArtifactFolder folder = open(BUILD, ROOM)) {
      assertThat(half).doesNotExist();
      assertThat(folder.load(key(1))).isNotNull();
    }
  }

  @Test
  void shouldNotUseAFolderThatOthersCanWriteTo() throws IOException {
    Files.createDirectory(folder());
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> open(BUILD, ROOM))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("can be written by others");
  }

  @Test
  void shouldNameTheBuildTheSameInOneProcess() throws IOException {
    assertThat(EngineBuild.hash()).isEqualTo(EngineBuild.hash()).isNotEqualTo(Hash32.ZERO);
  }
}
