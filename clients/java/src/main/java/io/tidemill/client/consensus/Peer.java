package io.tidemill.client.consensus;

import com.google.protobuf.ByteString;
import io.tidemill.client.ClientOptions;
import io.tidemill.client.Fate;
import io.tidemill.client.NodeException;
import io.tidemill.client.RetryPolicy;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.WaveListener;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveStream;
import io.tidemill.client.wavefile.WaveReplay;
import io.tidemill.v1.GetInfoResponse;
import java.time.Duration;
import java.util.Set;

/**
 * One node, walked through the waves from where it stands. Whatever goes wrong that may pass, the
 * answer is the same: shake hands again, and go on from what the node says it has.
 *
 * <p>Belongs to one thread, but for {@link #stored}.
 */
final class Peer implements AutoCloseable {
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(50), Duration.ofMillis(500));
  private static final Duration PAUSE = Duration.ofMillis(250);

  /** The node lost what it had not made durable: a handshake says from where to go on. */
  private static final Set<String> LOST = Set.of("WAVE_GAP", "NO_PENDING_WAVE");

  private final String name;
  private final TidemillClient client;
  private final Plan plan;
  private final Agreement agreement;
  private final Report report;
  private WaveStream stream;
  private volatile long head = -1;

  Peer(String name, ClientOptions options, Plan plan, Agreement agreement, Report report) {
    this.name = name;
    this.client = TidemillClient.connect(options.withRetries(QUICK));
    this.plan = plan;
    this.agreement = agreement;
    this.report = report;
    this.stream = client.openWaveStream();
  }

  /** The name that reports use. */
  String name() {
    return name;
  }

  /** The newest wave that the node has made durable, as far as is known here. */
  long head() {
    return head;
  }

  /**
   * Walks the node through all waves of the plan.
   *
   * @throws NodeException if the node refuses for good, or is away for longer than the plan's
   *     patience
   */
  void walk() throws Agreement.Over, InterruptedException {
    long next = handshake();
    long progress = System.nanoTime();
    while (next <= plan.last()) {
      try {
        plan.awaitTurn(next);
        step(next);
        next++;
        progress = System.nanoTime();
      } catch (NodeException failure) {
        if (failure.reason().equals("PARENT_ROOT_MISMATCH")) {
          // The handshake finds out whether the node has made another root durable.
          handshake();
        }
        boolean refused = failure.fate() == Fate.CALLER && !LOST.contains(failure.reason());
        if (refused || System.nanoTime() - progress > plan.patience().toNanos()) {
          throw failure;
        }
        Thread.sleep(PAUSE);
        report.away(name, failure);
        stream.close();
        stream = client.openWaveStream();
        next = handshake();
      }
    }
  }

  /** Executes one wave, waits until enough nodes say the same, and makes it durable. */
  private void step(long wave) throws Agreement.Over, InterruptedException {
    ByteString parent = agreement.rootOf(wave - 1);
    if (parent == null) {
      throw new IllegalStateException("nobody has said the root of wave " + (wave - 1));
    }
    WaveListener listener =
        new WaveListener() {
          @Override
          public void onResend(NodeException cause) {
            report.resend(name, wave, cause);
          }
        };
    WaveOutcome outcome =
        stream.execute(
            WaveReplay.request(plan.file(), plan.wave(wave), wave, parent)
                .withStateDiff()
                .uncommitted(),
            listener);
    agreement.executed(name, outcome);
    plan.askOthers(this, wave);
    agreement.awaitQuorum(wave);
    head = client.commit(outcome).getWave();
  }

  /** Asks where the node stands, for as long as patience lasts; returns the wave to send next. */
  private long handshake() throws Agreement.Over, InterruptedException {
    long deadline = System.nanoTime() + plan.patience().toNanos();
    while (true) {
      agreement.checkNotOver();
      try {
        GetInfoResponse info = client.reader().info();
        plan.checkChain(name, info);
        head = info.getHead().getWave();
        // A pending wave is sent again: the node answers with what it has stored.
        long next = head + 1;
        agreement.root(name, head, info.getHead().getRoot().getBlake3());
        report.handshake(name, info, next);
        if (next <= agreement.newest()) {
          report.replay(name, next, agreement.newest());
        }
        return next;
      } catch (NodeException failure) {
        if (failure.fate() == Fate.CALLER || System.nanoTime() - deadline > 0) {
          throw failure;
        }
        Thread.sleep(PAUSE);
      }
    }
  }

  /** What this node has stored about a durable wave goes into the agreement; for other threads. */
  void stored(long wave) throws Agreement.Over {
    try {
      ByteString root = client.reader().wave(wave).getSummary().getRoot().getBlake3();
      agreement.root(name, wave, root);
    } catch (NodeException silent) {
      // It is away, or has pruned the wave: then it says nothing about it.
      return;
    }
  }

  @Override
  public void close() {
    stream.close();
    client.close();
  }
}
