package io.tidemill.server.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemill.client.NodeException;
import io.tidemill.client.StateSnapshots;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.server.Tidemill;
import io.tidemill.server.config.Setting;
import io.tidemill.v1.Snapshot;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state leaves a node as a user would take it, and becomes another node. */
class SnapshotsOverGrpcTest {
  private static final Duration WAIT = Duration.ofSeconds(30);

  @TempDir private Path folder;

  private static String run(int expected, String... words) {
    final StringWriter text = new StringWriter();
    final PrintWriter out = new PrintWriter(text, true);
    final int code = Tidemill.commandLine().setOut(out).setErr(out).execute(words);
    assertThat(code).as(text.toString()).isEqualTo(expected);
    return text.toString();
  }

  @Test
  void shouldDownloadResumeVerifyAndRestoreIntoANodeThatGoesOnWithTheSameBytes() throws Exception {
    final WaveFile file = DevNode.waves(9, 6, 40);
    final Path download = folder.resolve("download");
    final Path restored = folder.resolve("restored");
    try (DevNode source = new DevNode(folder.resolve("source"))) {
      for (int i = 0; i < 4; i++) {
        source.execute(file, i);
      }
      // Waves go on while the state of wave 3 is exported.
      final StateSnapshots snapshots = source.client.snapshots();
      final Snapshot begun = snapshots.create(3L);
      final WaveOutcome fifth = source.execute(file, 4);
      final Snapshot done = snapshots.await(begun.getSnapshotId(), WAIT);
      assertThat(done.getState().getWave()).isEqualTo(3);
      assertThat(done.getKeys()).isPositive();
      assertThat(snapshots.create(3L).getSnapshotId()).isEqualTo(done.getSnapshotId());
      snapshots.download(done.getSnapshotId(), download, StateSnapshots.Progress.NONE);

      // Cut off in the middle of a chunk: only the rest is sent.
      final Path chunk = files(download).getFirst();
      final long whole = Files.size(chunk);
      Files.delete(download.resolve(StateSnapshots.MANIFEST));
      final Path part = chunk.resolveSibling(chunk.getFileName() + ".part");
      Files.move(chunk, part);
      try (RandomAccessFile cut = new RandomAccessFile(part.toFile(), "rw")) {
        cut.setLength(whole / 3);
      }
      assertThat(snapshots.download(done.getSnapshotId(), download, StateSnapshots.Progress.NONE))
          .isEqualTo(whole - whole / 3);

      final String root =
          HexFormat.of().formatHex(done.getState().getRoot().getBlake3().toByteArray());
      run(0, "snapshot", "verify", download.toString(), "--root", root);
      assertThat(run(2, "snapshot", "verify", download.toString(), "--root", "00".repeat(32)))
          .contains("has root " + root);
      run(0, "snapshot", "restore", download.toString(), restored.toString(), "--root", root);
      run(0, "state", "verify", restored.toString());

      try (DevNode target = new DevNode(restored)) {
        assertThat(target.client.reader().info().getHead()).isEqualTo(done.getState());
        // What the snapshot does not carry is not invented.
        assertThatThrownBy(() -> target.client.reader().wave(3)).isInstanceOf(NodeException.class);
        final WaveOutcome fourth = target.execute(file, 3);
        assertThat(fourth.receipts()).hasSize(40);
        assertThat(target.execute(file, 4)).isEqualTo(fifth);
        assertThat(target.execute(file, 5)).isEqualTo(source.execute(file, 5));
      }
    }
  }

  @Test
  void shouldKeepExportsAcrossARestartAndOnlyTheNewestOfThem() {
    final WaveFile file = DevNode.waves(2, 3, 5);
    try (DevNode node = new DevNode(folder.resolve("data"))) {
      for (int i = 0; i < 3; i++) {
        node.execute(file, i);
        node.client.snapshots().await(node.client.snapshots().create(null).getSnapshotId(), WAIT);
      }
      final List<Snapshot> kept = node.client.snapshots().list();
      assertThat(kept)
          .extracting(snapshot -> snapshot.getState().getWave())
          .containsExactly(3L, 2L);
      node.restart();
      assertThat(node.client.snapshots().list()).isEqualTo(kept);
      final String port = Integer.toString(node.node.grpcPort());
      assertThat(run(0, "snapshot", "list", "--port", port)).contains("wave 3, root ");
      final Path target = folder.resolve("fresh");
      assertThat(run(0, "snapshot", "download", target.toString(), "--port", port, "--json"))
          .contains("\"wave\":3");
      run(0, "snapshot", "verify", target.toString());
      assertThatThrownBy(
              () ->
                  node.client
                      .snapshots()
                      .download("../../etc", target, StateSnapshots.Progress.NONE))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("does not exist");
      assertThatThrownBy(() -> node.client.snapshots().create(99L))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("available are waves 0 to 3");
    }
  }

  @Test
  void shouldMakeADurableNodeOfOneInMemory() {
    final WaveFile file = DevNode.waves(5, 3, 10);
    final Path download = folder.resolve("download");
    final Path restored = folder.resolve("restored");
    final Path unused = folder.resolve("unused");
    try (DevNode memory = new DevNode(unused, Map.of(Setting.DATA_STORE, "memory"))) {
      memory.execute(file, 0);
      memory.execute(file, 1);
      final StateSnapshots snapshots = memory.client.snapshots();
      final Snapshot done = snapshots.await(snapshots.create(null).getSnapshotId(), WAIT);
      snapshots.download(done.getSnapshotId(), download, StateSnapshots.Progress.NONE);
      run(0, "snapshot", "restore", download.toString(), restored.toString());
      try (DevNode target = new DevNode(restored)) {
        assertThat(target.client.reader().info().getHead()).isEqualTo(done.getState());
        assertThat(target.execute(file, 2)).isEqualTo(memory.execute(file, 2));
      }
    }
    assertThat(unused).as("what ends with the process keeps no exports").doesNotExist();
  }

  private static List<Path> files(Path directory) throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> !file.endsWith(StateSnapshots.MANIFEST)).sorted().toList();
    }
  }
}
