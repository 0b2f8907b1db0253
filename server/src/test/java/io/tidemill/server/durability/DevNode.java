package io.tidemill.server.durability;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.client.wavefile.WaveGenerator;
import io.tidemill.client.wavefile.WaveReplay;
import io.tidemill.server.TidemillNode;
import io.tidemill.server.chain.DevChain;
import io.tidemill.server.config.Setting;
import io.tidemill.server.testing.TestNode;
import io.tidemill.v1.GetInfoResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * The development chain on RocksDB with real sockets, driven by the Java client with real waves.
 */
final class DevNode implements AutoCloseable {
  private final Map<Setting, String> settings = new EnumMap<>(Setting.class);
  public TidemillNode node;
  public TidemillClient client;

  /** A node on the state in {@code folder}. */
  public DevNode(Path folder) {
    this(folder, Map.of());
  }

  public DevNode(Path folder, Map<Setting, String> more) {
    settings.put(Setting.DATA_DIR, folder.toString());
    settings.putAll(more);
    start();
  }

  private void start() {
    node = TidemillNode.start(TestNode.config(settings));
    client = TidemillClient.connect(ClientOptions.plaintext("127.0.0.1", node.grpcPort()));
  }

  /** Stops it and starts it again. */
  public void restart() {
    close();
    start();
  }

  /** Seeded waves with transfers, natives, invalid transactions and token calls with events. */
  public static WaveFile waves(long seed, int waves, int transactions) {
    try {
      final byte[] token =
          Files.readAllBytes(Path.of("..", "executor", "contracts", "token", "token.wasm"));
      return new WaveGenerator(
              new WaveGenerator.Settings(
                  DevChain.CHAIN_ID, seed, waves, transactions, 0, 10, 10, 10, 40, 0, token, false))
          .generate();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Executes and commits wave {@code index} of {@code file}, which must be the next one. */
  public WaveOutcome execute(WaveFile file, int index) {
    final GetInfoResponse info = client.reader().info();
    final WaveRequest request =
        WaveReplay.request(
            file, file.waves().get(index), info.getExpectedWave(), info.getExpectedParentRoot());
    try (WaveStream stream = client.openWaveStream()) {
      return stream.execute(request.withStateDiff().committed());
    }
  }

  @Override
  public void close() {
    client.close();
    node.close();
  }
}
