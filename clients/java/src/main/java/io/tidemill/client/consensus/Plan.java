package io.tidemill.client.consensus;

import io.tidemill.client.wavefile.WaveFile;
import io.tidemill.v1.GetInfoResponse;
import java.time.Duration;
import java.util.List;

/**
 * What is to be done: the waves with their numbers, and how patiently.
 *
 * <p>Threads: immutable but for the list of peers, which is set before they start.
 */
final class Plan {
  private final WaveFile file;
  private final Rulebooks rules = new Rulebooks();
  private final long first;
  private final Duration patience;
  private final Duration interval;
  private final long start = System.nanoTime();
  private volatile List<Peer> peers = List.of();

  /**
   * A plan.
   *
   * @param first the number of the first wave of {@code file}
   * @param patience how long a node may be away
   * @param interval the time between waves; zero sends them as fast as they are executed
   */
  Plan(WaveFile file, long first, Duration patience, Duration interval) {
    this.file = file;
    this.first = first;
    this.patience = patience;
    this.interval = interval;
  }

  void setPeers(List<Peer> all) {
    peers = List.copyOf(all);
  }

  WaveFile file() {
    return file;
  }

  Duration patience() {
    return patience;
  }

  /** The number of the last wave. */
  long last() {
    return first + file.waves().size() - 1;
  }

  /** Wave {@code number}. */
  WaveFile.FileWave wave(long number) {
    return file.waves().get((int) (number - first));
  }

  /** Waits until the time of wave {@code number} has come. */
  void awaitTurn(long number) throws InterruptedException {
    long due = start + interval.toNanos() * (number - first);
    long wait = due - System.nanoTime();
    if (wait > 0) {
      Thread.sleep(Duration.ofNanos(wait));
    }
  }

  /** Nodes that are ahead have no wave to send: what they have stored counts. */
  void askOthers(Peer asking, long wave) throws Agreement.Over {
    for (Peer peer : peers) {
      if (peer != asking && peer.head() >= wave) {
        peer.stored(wave);
      }
    }
  }

  /**
   * The node must serve the chain of the file under the others' rules, and the file must reach back
   * to where it stands.
   */
  void checkChain(String node, GetInfoResponse info) {
    if (info.getChainId() != file.chainId()) {
      throw new IllegalArgumentException(
          "the waves are for chain "
              + file.chainId()
              + ", "
              + node
              + " serves chain "
              + info.getChainId());
    }
    rules.compare(node, info);
    if (info.getState() == GetInfoResponse.State.STATE_FAULTED) {
      throw new IllegalArgumentException(node + " is faulted: " + info.getFault());
    }
    if (info.getHead().getWave() + 1 < first) {
      throw new IllegalArgumentException(
          node
              + " is at wave "
              + info.getHead().getWave()
              + " and lacks waves before the first one here, "
              + first);
    }
  }
}
