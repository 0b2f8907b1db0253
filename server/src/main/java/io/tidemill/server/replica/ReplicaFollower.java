package io.tidemill.server.replica;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.SettledReceipt;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveRecord;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.WaveStatistics;
import io.tidemill.server.errors.Refusal;
import io.tidemill.server.observe.MetricCatalogue;
import io.tidemill.server.observe.NodeHealth;
import io.tidemill.server.observe.Telemetry;
import io.tidemill.server.pipeline.Submission;
import io.tidemill.server.pipeline.WaveAnswer;
import io.tidemill.server.pipeline.WaveListener;
import io.tidemill.server.pipeline.WavePipeline;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateStore;
import io.tidemill.v1.SubscribeWavesResponse;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the primary: takes each committed wave in order, hands it to the node's pipeline, and
 * says in the node's health how far behind it is.
 */
public final class ReplicaFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaFollower.class);

  /** Waves that a replica may be behind and still be called ready. */
  private static final long MAX_LAG = 64;

  private static final long PAUSE_MILLIS = 1_000;
  private static final int MAX_SILENT_ASKS = 30;

  /** The rooms of the node that a replica needs. */
  public record Rooms(
      ChainSpecification chain,
      StateStore store,
      WavePipeline pipeline,
      ReceivedExecutor executor,
      NodeHealth health,
      Telemetry telemetry) {}

  /** The primary cannot be followed any more by this process. */
  private static final class Unfollowable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unfollowable(String message) {
      super(message);
    }
  }

  private final Primary primary;
  private final Rooms rooms;
  private final Context.CancellableContext calls = Context.current().withCancellation();
  private final Thread following;
  private final Thread watching;
  private volatile boolean closing;
  private volatile long lag;

  /** A follower that is not started. */
  public ReplicaFollower(Primary primary, Rooms rooms) {
    this.primary = primary;
    this.rooms = rooms;
    this.following =
        Thread.ofPlatform().name("tidemill-replica").unstarted(calls.wrap(this::follow));
    this.watching =
        Thread.ofPlatform()
            .daemon()
            .name("tidemill-replica-lag")
            .unstarted(calls.wrap(this::watch));
    rooms.telemetry().gauge(MetricCatalogue.REPLICA_LAG, () -> lag);
  }

  /** Begins to follow; the node becomes ready when it has caught up. */
  public void start() {
    following.start();
    watching.start();
  }

  private void follow() {
    while (!closing) {
      try {
        final Iterator<SubscribeWavesResponse> frames =
            primary.wavesFrom(rooms.pipeline().position().head().wave() + 1);
        ReceivedWave wave = new ReceivedWave();
        while (frames.hasNext()) {
          final SubscribeWavesResponse frame = frames.next();
          switch (frame.getDirection()) {
            case DIRECTION_FORWARD -> {
              if (wave.add(frame)) {
                apply(wave);
                wave = new ReceivedWave();
              }
            }
            case DIRECTION_UNWIND -> {
              rooms.pipeline().rollback(frame.getSummary().getWave()).join();
              wave = new ReceivedWave();
            }
            default ->
                throw new Unfollowable(
                    primary.address()
                        + " no longer has wave "
                        + (rooms.pipeline().position().head().wave() + 1)
                        + "; a restart begins from its newest snapshot");
          }
        }
      } catch (StatusRuntimeException e) {
        LOG.info("the stream of {} ended: {}", primary.address(), e.getStatus());
      } catch (RuntimeException e) {
        if (!closing) {
          LOG.error("the replica stops following {}", primary.address(), e);
          rooms.health().faulted(String.valueOf(e.getMessage()));
        }
        return;
      }
      pause();
    }
  }

  private void apply(ReceivedWave received) {
    final WaveAnswer answer = received.answer();
    final StateDelta delta = received.delta();
    final WaveRecord record = answer.record();
    final var rules = rooms.chain().rulesAt(answer.wave());
    if (!record.rulesHash().equals(rules.hash())) {
      throw new Unfollowable(
          "wave " + answer.wave() + " was executed under other rules than this chain file has");
    }
    final WaveResult result;
    try (Snapshot base = rooms.store().snapshot()) {
      result =
          new WaveResult(
              record.context(),
              record.parentRoot(),
              record.rulesHash(),
              record.contentHash(),
              SettledReceipt.all(answer.receipts(), rules.fees()),
              delta,
              NewCode.fetch(delta, base, primary),
              record.eventsRoot(),
              record.eventsBloom(),
              record.eventsCount(),
              record.receiptsDigest(),
              record.totals(),
              record.nextBaseFee(),
              answer.messages(),
              WaveStatistics.serial(answer.receipts().size()));
    }
    rooms.executor().offer(result);
    commit(record);
  }

  private void commit(WaveRecord record) {
    final CompletableFuture<WaveAnswer> done = new CompletableFuture<>();
    final Wave wave =
        new Wave(record.context(), record.parentRoot(), List.of(), List.of(), List.of());
    rooms
        .pipeline()
        .execute(
            new Submission(wave, null, record.stateRoot().blake3(), true, () -> false),
            new WaveListener() {
              @Override
              public void onReceipt(io.tidemill.executor.Receipt receipt) {}

              @Override
              public void onAnswer(WaveAnswer answer, boolean stored) {
                done.complete(answer);
              }

              @Override
              public void onRefusal(Refusal refusal) {
                done.completeExceptionally(refusal);
              }
            });
    try {
      done.join();
    } catch (CompletionException e) {
      throw new Unfollowable(
          "wave " + record.context().waveId() + " of " + primary.address() + ": " + e.getCause());
    }
  }

  /** Compares heads once a second; the stream alone cannot tell how much is still to come. */
  private void watch() {
    int silent = 0;
    while (!closing) {
      try {
        lag =
            Math.max(
                0, primary.info().getHead().getWave() - rooms.pipeline().position().head().wave());
        silent = 0;
        final String detail = lag + " waves behind " + primary.address();
        if (lag > MAX_LAG) {
          rooms.health().lagging(detail);
        } else if (lag == 0 || rooms.health().report().state() != NodeHealth.State.STARTING) {
          rooms.health().serving(detail);
        }
      } catch (RuntimeException e) {
        if (++silent == MAX_SILENT_ASKS) {
          rooms.health().lagging("no answer from " + primary.address());
        }
      }
      pause();
    }
  }

  private void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the calls and the threads; the node's own rooms are not touched. */
  @Override
  public void close() {
    closing = true;
    calls.cancel(null);
    following.interrupt();
    watching.interrupt();
    try {
      following.join(PAUSE_MILLIS * 10);
      watching.join(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    primary.close();
  }
}
