package io.tidemill.server.dev;

import com.google.protobuf.ByteString;
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
import io.tidemill.state.hash.Hash32;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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

  /** When waves are made. */
  enum Mode {
    /** As soon as a transaction is there. */
    AUTO,
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
  private final InstantSource clock;
  private final BigInteger baseFee;
  private final Observer observer;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tidemill-dev-clock").factory());

  private final Deque<Mined.Entry> queue = new ArrayDeque<>();
  private final RecentWaves recent = new RecentWaves();
  private final TreeMap<Long, Snapshot> snapshots = new TreeMap<>();
  private final Set<Address> impersonated = new LinkedHashSet<>();
  private long lastSnapshot;
  private boolean impersonateAll;
  private Mode mode = Mode.AUTO;
  private Duration interval = Duration.ZERO;
  private @Nullable ScheduledFuture<?> tick;
  private long clockOffset;
  private @Nullable Long nextTimestamp;
  private long timestamp;
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
    this.clock = clock;
    this.baseFee = baseFee;
    this.observer = observer;
    learn();
  }

  /** Where the node stands, as every consensus client asks before its first wave. */
  private void learn() {
    final GetInfoResponse info = client.reader().info();
    wave = info.getExpectedWave();
    parent = info.getExpectedParentRoot();
    chainId = info.getChainId();
    timestamp = 0;
    if (wave > 1) {
      timestamp =
          WaveRecord.decode(client.reader().wave(wave - 1).getSummary().getRecord().toByteArray())
              .context()
              .timestamp();
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
    return mode == Mode.AUTO ? mine() : null;
  }

  synchronized int queued() {
    return queue.size();
  }

  /** Forgets what waits; how many there were. */
  synchronized int drop() {
    final int dropped = queue.size();
    queue.clear();
    return dropped;
  }

  /** The first nonce of {@code sender} at or above {@code base} that nothing in the queue uses. */
  synchronized long nextNonce(Address sender, long base, int used) {
    long nonce = base;
    while (((used >>> (nonce - base)) & 1) != 0 && nonce - base < Integer.SIZE - 1) {
      nonce++;
    }
    boolean taken = true;
    while (taken) {
      final long wanted = nonce;
      taken =
          queue.stream()
              .anyMatch(
                  entry ->
                      entry.transaction().from().equals(sender)
                          && entry.transaction().nonce() == wanted);
      nonce += taken ? 1 : 0;
    }
    return nonce;
  }

  // ---- waves ------------------------------------------------------------------------------------

  /** Makes one wave of what waits, or an empty one. */
  synchronized Mined mine() {
    final List<Mined.Entry> entries = new ArrayList<>();
    BigInteger gas = BigInteger.ZERO;
    for (Mined.Entry entry : queue) {
      gas = gas.add(new BigInteger(Long.toUnsignedString(entry.transaction().gasLimit())));
      if (!entries.isEmpty() && gas.compareTo(WAVE_GAS) > 0) {
        break;
      }
      entries.add(entry);
    }
    for (int i = 0; i < entries.size(); i++) {
      queue.remove();
    }
    final List<DevChange> changes = new ArrayList<>();
    entries.stream()
        .filter(Mined.Entry::impersonated)
        .map(entry -> entry.transaction().from())
        .distinct()
        .forEach(from -> changes.add(new DevChange.Impersonation(from)));
    return execute(entries, changes);
  }

  /** Makes a wave that changes the state as no transaction could. */
  synchronized Mined change(DevChange change) {
    return execute(List.of(), List.of(change));
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
      learn();
      throw Refusal.field("wave", "was not accepted by the node: " + e.getMessage());
    }
    final Mined mined = new Mined(wave, context, entries, outcome, System.nanoTime() - begin);
    timestamp = context.getTimestamp();
    nextTimestamp = null;
    parent = outcome.root();
    wave++;
    recent.add(mined);
    observer.mined(mined);
    return mined;
  }

  private WaveContext context() {
    final Long asked = nextTimestamp;
    final long now = clock.instant().getEpochSecond() + clockOffset;
    final byte[] beacon =
        ByteBuffer.allocate(27)
            .put("tidemill dev beacon".getBytes(StandardCharsets.US_ASCII))
            .putLong(wave)
            .array();
    return WaveContext.newBuilder()
        .setTimestamp(asked != null ? asked : Math.max(timestamp, now))
        .setBeacon(ByteString.copyFrom(Blake3.hash(beacon).toBytes()))
        .setBaseFee(U128.toWire(baseFee))
        .setChainId(chainId)
        .build();
  }

  /** Where the transaction with this hash is, or null when it is not remembered. */
  synchronized Mined.@Nullable Place find(Hash32 hash) {
    return recent.find(hash);
  }

  // ---- when waves are made ----------------------------------------------------------------------

  /** Changes when waves are made; what waits stays. */
  synchronized void setMode(Mode wanted, Duration every) {
    final ScheduledFuture<?> running = tick;
    if (running != null) {
      running.cancel(false);
      tick = null;
    }
    mode = wanted;
    interval = wanted == Mode.INTERVAL ? every : Duration.ZERO;
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

  // ---- time, impersonation, snapshots -----------------------------------------------------------

  /** Gives the next wave this time; the clock goes on from there. */
  synchronized void setTimestamp(long seconds) {
    if (seconds < timestamp) {
      throw Refusal.field(
          "timestamp", seconds + " is before the newest wave's " + timestamp + " (seconds)");
    }
    nextTimestamp = seconds;
    clockOffset = seconds - clock.instant().getEpochSecond();
  }

  /** Moves the clock; the new offset to the real one. */
  synchronized long increaseTime(long seconds) {
    clockOffset = Math.addExact(clockOffset, seconds);
    return clockOffset;
  }

  synchronized long clockOffset() {
    return clockOffset;
  }

  /** Whether {@code sender} may send without a signature. */
  synchronized boolean isImpersonated(Address sender) {
    return impersonateAll || impersonated.contains(sender);
  }

  synchronized void impersonate(Address sender, boolean on) {
    if (on) {
      impersonated.add(sender);
    } else {
      impersonated.remove(sender);
    }
  }

  synchronized void impersonateAll(boolean on) {
    impersonateAll = on;
  }

  synchronized List<Address> impersonated() {
    return List.copyOf(impersonated);
  }

  /** Remembers where the chain stands. */
  synchronized long snapshot() {
    snapshots.put(++lastSnapshot, new Snapshot(wave - 1, clockOffset));
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
    clockOffset = snapshot.clockOffset();
    nextTimestamp = null;
    learn();
    recent.forgetAbove(snapshot.wave());
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
