package io.tidemill.state.memory;

import io.tidemill.state.Commit;
import io.tidemill.state.EventPage;
import io.tidemill.state.EventQuery;
import io.tidemill.state.EventScan;
import io.tidemill.state.Proposal;
import io.tidemill.state.ReceiptLocation;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateException;
import io.tidemill.state.StateRoot;
import io.tidemill.state.StateStore;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Child;
import io.tidemill.state.merkle.MerkleTree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The state of a chain on the heap. */
public final class MemoryStateStore implements StateStore {
  private record Version(
      long wave, StateRoot root, @Nullable Child top, StateDelta delta, WaveArtifacts artifacts) {}

  private record Fork(Commit commit, @Nullable Child top) {}

  private final MerkleTree tree = MerkleTree.resident();
  private final NavigableMap<Long, Version> waves = new ConcurrentSkipListMap<>();
  private final Map<Hash32, ReceiptLocation> receiptIndex = new ConcurrentHashMap<>();
  private final NavigableMap<Hash32, byte[]> codes = new ConcurrentSkipListMap<>();
  private final Map<Hash32, Fork> forks = new LinkedHashMap<>();
  private final int retainedWaves;
  private long treeVersion;
  private @Nullable Open open;
  private volatile boolean closed;

  private MemoryStateStore(int retainedWaves) {
    this.retainedWaves = retainedWaves;
  }

  /** An empty store that keeps every wave. */
  public static MemoryStateStore create() {
    return new MemoryStateStore(Integer.MAX_VALUE);
  }

  /** An empty store that keeps the newest {@code retainedWaves} waves and the bases of commits. */
  public static MemoryStateStore create(int retainedWaves) {
    if (retainedWaves < 1) {
      throw new IllegalArgumentException("at least one wave must be retained");
    }
    return new MemoryStateStore(retainedWaves);
  }

  @Override
  public @Nullable Head head() {
    final Map.Entry<Long, Version> last = waves.lastEntry();
    return last == null ? null : new Head(last.getKey(), last.getValue().root());
  }

  @Override
  public long oldestWave() {
    final Map.Entry<Long, Version> first = waves.firstEntry();
    return first == null ? -1 : first.getKey();
  }

  @Override
  public Snapshot snapshot() {
    requireOpen();
    final Map.Entry<Long, Version> last = waves.lastEntry();
    return last == null
        ? new MemorySnapshot(tree, -1, StateRoot.NONE, null, null, codes)
        : read(last.getValue());
  }

  @Override
  public @Nullable Snapshot snapshotAt(long wave) {
    requireOpen();
    final Version version = waves.get(wave);
    return version == null ? null : read(version);
  }

  private Snapshot read(Version version) {
    return new MemorySnapshot(tree, version.wave(), version.root(), version.top(), null, codes);
  }

  @Override
  public synchronized Proposal propose(StateDelta delta) {
    requireOpen();
    requireNoProposal();
    final Map.Entry<Long, Version> last = waves.lastEntry();
    final Child top = last == null ? null : last.getValue().top();
    final long wave = last == null ? 0 : last.getKey() + 1;
    final Open proposal = new Open(wave, tree.update(top, ++treeVersion, delta).root(), delta);
    open = proposal;
    return proposal;
  }

  private final class Open implements Proposal {
    private final long wave;
    private final @Nullable Child top;
    private final StateRoot root;
    private final StateDelta delta;

    Open(long wave, @Nullable Child top, StateDelta delta) {
      this.wave = wave;
      this.delta = delta;
      this.top = top;
      this.root = StateRoot.of(Child.rootHash(top));
    }

    @Override
    public long wave() {
      return wave;
    }

    @Override
    public StateRoot root() {
      return root;
    }

    @Override
    public Snapshot snapshot() {
      return new MemorySnapshot(tree, wave, root, top, null, codes);
    }

    @Override
    public void commit(WaveArtifacts artifacts) {
      MemoryStateStore.this.commit(this, artifacts);
    }

    @Override
    public void discard() {
      end(this);
    }
  }

  private synchronized void end(Open proposal) {
    if (open != proposal) {
      throw new IllegalStateException("the proposal of wave " + proposal.wave + " has ended");
    }
    open = null;
  }

  private synchronized void commit(Open proposal, WaveArtifacts artifacts) {
    requireOpen();
    end(proposal);
    for (final WaveArtifacts.StoredCode code : artifacts.codes()) {
      codes.put(code.codeHash(), code.wasm());
    }
    for (int i = 0; i < artifacts.receipts().size(); i++) {
      final WaveArtifacts.StoredReceipt receipt = artifacts.receipts().get(i);
      if (receipt.indexHash()) {
        receiptIndex.put(receipt.transactionHash(), new ReceiptLocation(proposal.wave, i));
      }
    }
    waves.put(
        proposal.wave,
        new Version(proposal.wave, proposal.root, proposal.top, proposal.delta, artifacts));
    prune();
  }

  private void prune() {
    long keepFrom = waves.lastKey() - retainedWaves + 1;
    for (final Fork fork : forks.values()) {
      keepFrom = Math.min(keepFrom, fork.commit().wave());
    }
    while (waves.firstKey() < keepFrom) {
      forget(waves.pollFirstEntry().getValue());
    }
  }

  private void forget(Version version) {
    final List<WaveArtifacts.StoredReceipt> receipts = version.artifacts().receipts();
    for (int i = 0; i < receipts.size(); i++) {
      receiptIndex.remove(
          receipts.get(i).transactionHash(), new ReceiptLocation(version.wave(), i));
    }
  }

  @Override
  public synchronized void rollbackTo(long wave) {
    requireOpen();
    requireNoProposal();
    final Head head = head();
    if (head == null || !waves.containsKey(wave) || head.wave() - wave > MAX_ROLLBACK) {
      throw new IllegalArgumentException(
          "cannot roll back to wave " + wave + ": retained are " + oldestWave() + " to " + head);
    }
    while (waves.lastKey() > wave) {
      forget(waves.pollLastEntry().getValue());
    }
    forks.values().removeIf(fork -> fork.commit().wave() > wave);
  }

  @Override
  public @Nullable StateDelta delta(long wave) {
    final Version version = waves.get(wave);
    return version == null || wave == 0 || wave <= oldestWave() ? null : version.delta();
  }

  @Override
  public byte @Nullable [] waveRecord(long wave) {
    final Version version = waves.get(wave);
    return version == null ? null : version.artifacts().waveRecord();
  }

  @Override
  public @Nullable Hash32 contentHash(long wave) {
    final Version version = waves.get(wave);
    return version == null ? null : version.artifacts().contentHash();
  }

  @Override
  public @Nullable StateRoot rootOf(long wave) {
    final Version version = waves.get(wave);
    return version == null ? null : version.root();
  }

  @Override
  public @Nullable List<byte[]> receipts(long wave) {
    final Version version = waves.get(wave);
    return version == null
        ? null
        : version.artifacts().receipts().stream().map(WaveArtifacts.StoredReceipt::bytes).toList();
  }

  @Override
  public @Nullable ReceiptLocation receiptLocation(Hash32 transactionHash) {
    return receiptIndex.get(transactionHash);
  }

  @Override
  public byte @Nullable [] receipt(ReceiptLocation location) {
    final Version version = waves.get(location.wave());
    if (version == null || location.index() >= version.artifacts().receipts().size()) {
      return null;
    }
    return version.artifacts().receipts().get(location.index()).bytes();
  }

  @Override
  public @Nullable List<byte[]> events(long wave) {
    final Version version = waves.get(wave);
    return version == null
        ? null
        : version.artifacts().events().stream().map(WaveArtifacts.StoredEvent::bytes).toList();
  }

  @Override
  public EventPage queryEvents(EventQuery query) {
    final EventScan scan = new EventScan(query);
    for (final Version version :
        waves.subMap(query.fromWave(), true, query.toWave(), true).values()) {
      scan.add(version.wave(), version.artifacts().events());
    }
    return scan.page();
  }

  @Override
  public synchronized List<Commit> commits() {
    return forks.values().stream().map(Fork::commit).toList();
  }

  @Override
  public synchronized @Nullable Snapshot snapshotOf(Hash32 commit) {
    requireOpen();
    final Fork fork = forks.get(commit);
    return fork == null
        ? null
        : new MemorySnapshot(
            tree, fork.commit().wave(), fork.commit().root(), fork.top(), commit, codes);
  }

  @Override
  public synchronized Commit commitChild(
      Snapshot base, StateDelta delta, List<WaveArtifacts.StoredCode> added) {
    requireOpen();
    if (!(base instanceof MemorySnapshot from) || !waves.containsKey(base.wave())) {
      throw new IllegalArgumentException("the base is not a snapshot of a retained wave");
    }
    final Child top = tree.update(from.top(), ++treeVersion, delta).root();
    final StateRoot root = StateRoot.of(Child.rootHash(top));
    for (final WaveArtifacts.StoredCode code : added) {
      codes.put(code.codeHash(), code.wasm());
    }
    final Commit commit = new Commit(root.blake3(), from.commit(), base.wave(), root);
    return forks.computeIfAbsent(commit.id(), id -> new Fork(commit, top)).commit();
  }

  @Override
  public synchronized boolean deleteCommit(Hash32 commit) {
    return forks.remove(commit) != null;
  }

  @Override
  public @Nullable String poisonedBy() {
    return null;
  }

  @Override
  public void whenPoisoned(Consumer<String> listener) {
    // Memory has no errors of storage.
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireNoProposal() {
    if (open != null) {
      throw new IllegalStateException("the proposal of wave " + open.wave + " is still open");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new StateException("the state store is closed");
    }
  }
}
