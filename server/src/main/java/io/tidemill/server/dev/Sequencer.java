package io.tidemill.server.dev;

import com.google.protobuf.ByteString;
import io.tidemill.client.Fate;
import io.tidemill.client.NodeException;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.U128;
import io.tidemill.client.WaveOutcome;
import io.tidemill.client.WaveRequest;
import io.tidemill.client.WaveStream;
import io.tidemill.executor.WaveRecord;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.errors.Refusal;
import io.tidemill.state.hash.Blake3;
import io.tidemill.v1.GetInfoResponse;
import io.tidemill.v1.RollbackWaveResponse;
import io.tidemill.v1.WaveContext;
import io.tidemill.v1.WaveHeader;
import io.tidemill.v1.WaveTransaction;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consensus client of a development chain: queues transactions and makes waves of them, by the
 * public protocol alone. Every public method holds the lock for as long as it takes.
 */
final class Sequencer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);

  /** Gas of one wave, below what every node accepts. */
  private static final BigInteger WAVE_GAS = BigInteger.valueOf(6_400_000_000L);

  /** Changes of one wave, which every node accepts. */
  static final int MAX_CHANGES = 60;

  /** When waves are made. */
  enum Mode {
    /** As soon as a transaction is there. */
    AUTO,
    /** As soon as so many transactions are there. */
    BATCH,
    /** At regular times, empty ones too. */
    INTERVAL,
    /** When somebody says so. */
    MANUAL
  }

  /** Hears about every wave, in order, while the lock is held. */
  interface Observer {
    void mined(Mined wave);

    /** The chain went back to {@code wave}. */
    void reverted(long wave);
  }

  private record Snapshot(long wave, long clockOffset) {}

  private final TidemillClient client;
  private final WaveStream stream;
  private final DevClock clock;
  private final BigInteger baseFee;
  private final Observer observer;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tidemill-dev-clock").factory());

  private final TransactionQueue queue = new TransactionQueue();
  private final TreeMap<Long, Snapshot> snapshots = new TreeMap<>();
  private final Impersonations impersonations = new Impersonations();
  private long lastSnapshot;
  private Mode mode = Mode.AUTO;
  private Duration interval = Duration.ZERO;
  private int batch;
  private @Nullable ScheduledFuture<?> tick;
  private long wave;
  private ByteString parent = ByteString.EMPTY;
  private long chainId;

  /**
   * A sequencer of the node that {@code client} speaks to; it owns the client.
   *
   * @param baseFee quanta per gas of every wave
   */
  Sequencer(TidemillClient client, InstantSource clock, BigInteger baseFee, Observer observer) {
    this.client = client;
    this.stream = client.openWaveStream();
    this.clock = new DevClock(clock);
    this.baseFee = baseFee;
    this.observer = observer;
    learn(0);
  }

  /** Where the node stands, as every consensus client asks before its first wave. */
  private void learn(long clockOffset) {
    final GetInfoResponse info = client.reader().info();
    wave = info.getExpectedWave();
    parent = info.getExpectedParentRoot();
    chainId = info.getChainId();
    clock.restore(wave > 1 ? timestampOf(client, wave - 1) : 0, clockOffset);
  }

  /** The timestamp of a wave; 0 for one that the state was copied at, which has no answer here. */
  static long timestampOf(TidemillClient node, long wave) {
    try {
      return WaveRecord.decode(node.reader().wave(wave).getSummary().getRecord().toByteArray())
          .context()
          .timestamp();
    } catch (NodeException e) {
      if (e.fate() == Fate.CALLER) {
        return 0;
      }
      throw e;
    }
  }

  TidemillClient client() {
    return client;
  }

  synchronized long chainId() {
    return chainId;
  }

  // ---- transactions -----------------------------------------------------------------------------

  /**
   * Takes a transaction.
   *
   * @return the wave it is in, or null when it waits for one
   * @throws Refusal if the node does not take its wave
   */
  synchronized @Nullable Mined submit(Mined.Entry entry) {
    queue.add(entry);
    return mode == Mode.AUTO || (mode == Mode.BATCH && queue.size() >= batch) ? mine() : null;
  }

  synchronized int queued() {
    return queue.size();
  }

  /** Forgets what waits; how many there were. */
  synchronized int drop() {
    return queue.clear();
  }

  /** The first nonce of {@code sender} at or above {@code base} that nothing in the queue uses. */
  synchronized long nextNonce(Address sender, long base, int used) {
    return queue.firstFree(sender, base, used);
  }

  // ---- waves ------------------------------------------------------------------------------------

  /** Makes one wave of what waits, or an empty one. */
  synchronized Mined mine() {
    final List<Mined.Entry> entries = queue.take(WAVE_GAS);
    final List<DevChange> changes = new ArrayList<>();
    entries.stream()
        .filter(Mined.Entry::impersonated)
        .map(entry -> entry.transaction().from())
        .distinct()
        .forEach(from -> changes.add(new DevChange.Impersonation(from)));
    return execute(entries, changes);
  }

  /** Makes a wave that changes the state as no transaction could. */
  synchronized Mined change(List<DevChange> changes) {
    return execute(List.of(), changes);
  }

  /** The same for several waves with nothing in between, none of them before {@code timestamp}. */
  synchronized Mined changeAll(Supplier<List<List<DevChange>>> waves, long timestamp) {
    clock.notBefore(timestamp);
    Mined last = null;
    for (List<DevChange> changes : waves.get()) {
      last = change(changes);
    }
    return last == null ? change(List.of()) : last;
  }

  private Mined execute(List<Mined.Entry> entries, List<DevChange> changes) {
    final WaveContext context = context();
    final List<WaveTransaction> transactions = new ArrayList<>(entries.size());
    for (Mined.Entry entry : entries) {
      transactions.add(
          WaveTransaction.newBuilder().setTransaction(ByteString.copyFrom(entry.bytes())).build());
    }
    final WaveHeader.Builder header =
        WaveHeader.newBuilder()
            .setWave(wave)
            .setParentRoot(parent)
            .setContext(context)
            .setTransactionCount(transactions.size())
            .setWantStateDiff(true);
    changes.forEach(change -> header.addSystemEntries(ByteString.copyFrom(change.encode())));
    final long begin = System.nanoTime();
    final WaveOutcome outcome;
    try {
      outcome = stream.execute(new WaveRequest(header.build(), transactions, true));
    } catch (NodeException e) {
      learn(clock.offset());
      throw Refusal.field("wave", "was not accepted by the node: " + e.getMessage());
    }
    final Mined mined = new Mined(wave, context, entries, outcome, System.nanoTime() - begin);
    clock.made(context.getTimestamp());
    parent = outcome.root();
    wave++;
    observer.mined(mined);
    return mined;
  }

  private WaveContext context() {
    final byte[] beacon =
        ByteBuffer.allocate(27)
            .put("tidemill dev beacon".getBytes(StandardCharsets.US_ASCII))
            .putLong(wave)
            .array();
    return WaveContext.newBuilder()
        .setTimestamp(clock.timestamp())
        .setBeacon(ByteString.copyFrom(Blake3.hash(beacon).toBytes()))
        .setBaseFee(U128.toWire(baseFee))
        .setChainId(chainId)
        .build();
  }

  // ---- when waves are made ----------------------------------------------------------------------

  /**
   * Changes when waves are made; what waits stays.
   *
   * @param every the time between waves, for {@link Mode#INTERVAL}
   * @param size transactions of a wave, for {@link Mode#BATCH}
   */
  synchronized void setMode(Mode wanted, Duration every, int size) {
    final ScheduledFuture<?> running = tick;
    if (running != null) {
      running.cancel(false);
      tick = null;
    }
    mode = wanted;
    interval = wanted == Mode.INTERVAL ? every : Duration.ZERO;
    batch = wanted == Mode.BATCH ? size : 0;
    if (wanted == Mode.INTERVAL) {
      tick =
          timer.scheduleWithFixedDelay(
              this::onTick, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void onTick() {
    try {
      mine();
    } catch (RuntimeException failure) {
      LOG.warn("no wave was made: {}", failure.getMessage());
    }
  }

  synchronized Mode mode() {
    return mode;
  }

  synchronized Duration interval() {
    return interval;
  }

  synchronized int batch() {
    return batch;
  }

  // ---- time, impersonation, snapshots -----------------------------------------------------------

  /** Gives the next wave this time; the clock goes on from there. */
  synchronized void setTimestamp(long seconds) {
    clock.set(seconds);
  }

  /** Moves the clock; the new offset to the real one. */
  synchronized long increaseTime(long seconds) {
    return clock.advance(seconds);
  }

  /** The timestamp of the newest wave. */
  synchronized long timestamp() {
    return clock.newest();
  }

  synchronized long clockOffset() {
    return clock.offset();
  }

  /** Who may send without a signature. */
  Impersonations impersonations() {
    return impersonations;
  }

  /** Remembers where the chain stands. */
  synchronized long snapshot() {
    snapshots.put(++lastSnapshot, new Snapshot(wave - 1, clock.offset()));
    return lastSnapshot;
  }

  /**
   * Goes back to a snapshot; it and later ones are used up, and what waits is dropped.
   *
   * @return the wave that is the head now
   * @throws Refusal if there is none, or the node does not go back that far
   */
  synchronized long revert(long id) {
    final Snapshot snapshot = snapshots.get(id);
    if (snapshot == null) {
      throw Refusal.field(
          "snapshot", id + " is not known; known are " + List.copyOf(snapshots.keySet()));
    }
    if (snapshot.wave() < wave - 1) {
      final RollbackWaveResponse answer;
      try {
        answer = client.rollback(snapshot.wave());
      } catch (NodeException e) {
        throw Refusal.field("snapshot", id + " is too far back: " + e.getMessage());
      }
      LOG.debug("undid {} waves", answer.getUndoneWaves());
    }
    snapshots.tailMap(id, true).clear();
    queue.clear();
    learn(snapshot.clockOffset());
    observer.reverted(snapshot.wave());
    return snapshot.wave();
  }

  @Override
  public void close() {
    timer.shutdown();
    try {
      // A wave that has begun is finished.
      if (!timer.awaitTermination(5, TimeUnit.SECONDS)) {
        timer.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      stream.close();
      client.close();
    }
  }
}
