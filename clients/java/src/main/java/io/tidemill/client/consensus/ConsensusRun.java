package io.tidemill.client.consensus;

import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.NodeException;
import io.tidemill.client.wavefile.WaveFile;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One run: every node on a thread of its own, until all have the last wave or it is over. */
public final class ConsensusRun {
  /** How it ended. */
  public enum Verdict {
    /** Every node has every wave, and they say the same. */
    AGREED,
    /** A node refused, or was away for too long. */
    FAILED,
    /** Two nodes do not say the same. */
    DISAGREED
  }

  /**
   * What to do.
   *
   * @param nodes by the name that reports use
   * @param quorum how many nodes must say the same before a wave is committed
   * @param firstWave the number of the first wave of {@code waves}
   * @param patience how long a node may be away
   * @param interval the time between waves; zero sends them as fast as they are executed
   */
  public record Settings(
      WaveFile waves,
      Map<String, ClientOptions> nodes,
      int quorum,
      long firstWave,
      Duration patience,
      Duration interval) {
    /** Copies the map, keeping its order. */
    public Settings {
      nodes = new LinkedHashMap<>(nodes);
    }
  }

  private final Plan plan;
  private final Agreement agreement;
  private final Report report;
  private final List<Peer> peers = new ArrayList<>();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

  private ConsensusRun(Settings settings, PrintWriter out, boolean json) {
    report = new Report(out, json);
    agreement = new Agreement(settings.quorum(), report);
    plan =
        new Plan(settings.waves(), settings.firstWave(), settings.patience(), settings.interval());
    settings
        .nodes()
        .forEach((name, options) -> peers.add(new Peer(name, options, plan, agreement, report)));
    plan.setPeers(peers);
  }

  /**
   * Runs to the end.
   *
   * @param out for lines of text, or for one JSON object per event
   */
  public static Verdict run(Settings settings, PrintWriter out, boolean json)
      throws InterruptedException {
    ConsensusRun run = new ConsensusRun(settings, out, json);
    try {
      return run.run();
    } finally {
      run.peers.forEach(Peer::close);
    }
  }

  private Verdict run() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Peer peer : peers) {
      threads.add(Thread.ofVirtual().name(peer.name()).start(() -> walk(peer)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long last = plan.last();
    Disagreement disagreement = agreement.disagreement();
    if (disagreement != null) {
      report.result(false, disagreement.toString(), disagreement.wave(), null, disagreement);
      return Verdict.DISAGREED;
    }
    String failed = failure.get();
    if (failed != null) {
      report.result(false, "failed: " + failed, last, null, null);
      return Verdict.FAILED;
    }
    ByteString root = agreement.rootOf(last);
    String text = root == null ? "" : Comparison.hex(root);
    String said = peers.size() == 1 ? "the node is" : "all " + peers.size() + " nodes are";
    report.result(true, said + " at wave " + last + ", root " + text, last, text, null);
    return Verdict.AGREED;
  }

  private void walk(Peer peer) {
    try {
      peer.walk();
    } catch (Agreement.Over over) {
      // Somebody else has said why.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (NodeException refused) {
      fail(peer.name() + ": " + refused.getMessage() + remedy(refused));
    } catch (RuntimeException wrong) {
      fail(String.valueOf(wrong.getMessage()));
    }
  }

  private void fail(String why) {
    failure.compareAndSet(null, why);
    agreement.stop();
  }

  private static String remedy(NodeException refused) {
    return refused.remedy().isEmpty() ? "" : " (" + refused.remedy() + ")";
  }
}
