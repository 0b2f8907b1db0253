package io.tidemill.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemill.server.Tidemill;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.rocks.RocksOptions;
import io.tidemill.state.rocks.RocksStateStore;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StateCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... words) {
    final String[] arguments = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      arguments[i] = words[i].toString();
    }
    final CommandLine line = Tidemill.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void shouldVerifyExportAndRestoreAState() throws Exception {
    final Path state = folder.resolve("state");
    try (RocksStateStore store = RocksStateStore.open(state, RocksOptions.of(7))) {
      final TreeMap<StateKey, byte[]> values = new TreeMap<>();
      for (int i = 0; i < 100; i++) {
        values.put(new StateKey(new Hash32(i, 0, 0, 0)), new byte[] {(byte) i});
      }
      final var artifacts =
          new WaveArtifacts(new byte[] {1}, Hash32.ZERO, List.of(), List.of(), List.of());
      store.propose(StateDelta.of(values)).commit(artifacts);
    }
    assertThat(run("state", "verify", state, "--json")).as("%s", err).isZero();
    assertThat(out.toString()).contains("\"keys\":100").contains("\"ok\":true");
    assertThat(run("state", "stats", state)).isZero();
    final Path snapshot = folder.resolve("snapshot");
    assertThat(run("snapshot", "create", state, snapshot, "--chunk-bytes", 500)).isZero();
    assertThat(run("snapshot", "verify", snapshot)).isZero();
    final Path restored = folder.resolve("restored");
    assertThat(run("snapshot", "restore", snapshot, restored, "--json")).isZero();
    assertThat(run("state", "verify", restored)).isZero();
    assertThat(run("snapshot", "restore", snapshot, restored)).isEqualTo(1);
    assertThat(err.toString()).contains("not empty");
    Files.delete(
        Files.list(snapshot).filter(file -> !file.endsWith("MANIFEST")).findFirst().orElseThrow());
    assertThat(run("snapshot", "verify", snapshot)).isEqualTo(1);
    assertThat(run("state", "verify", folder.resolve("nowhere"))).isEqualTo(1);
    assertThat(err.toString()).contains("not a state directory");
    assertThat(run("state", "verify")).isEqualTo(2);
  }
}
