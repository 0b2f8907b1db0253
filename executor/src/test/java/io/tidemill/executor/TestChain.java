package io.tidemill.executor;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.Proposal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.memory.MemoryStateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A chain in memory: what the tests of this room drive. Every wave is executed serially and in
 * parallel, and must come out the same.
 */
public final class TestChain {
  public static final long CHAIN_ID = 31337;
  public static final U128 RICH = U128.of(1_000_000_000_000_000L);

  private static final WorkerPool WORKERS = new WorkerPool(3, WorkerPool.STACK_BYTES);

  /** An address costs a hundred permutations; tests ask for the same few all the time. */
  private static final ConcurrentHashMap<Integer, Address> USERS = new ConcurrentHashMap<>();

  public final MemoryStateStore store = MemoryStateStore.create();
  public final Rules rules;
  public final WaveExecutor executor;
  public U128 baseFee = U128.of(100);
  public int anchor;

  public TestChain() {
    this(
        Rules.of(CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED),
        SignatureVerifier.TRUSTING,
        ledger -> {});
  }

  public TestChain(Rules rules, SignatureVerifier verifier, Consumer<Ledger> genesis) {
    this(
        rules,
        new ExecutorParts(ChainSpecification.always(rules), new FakeContracts(), verifier),
        genesis);
  }

  public TestChain(Rules rules, ExecutorParts parts, Consumer<Ledger> genesis) {
    this.rules = rules;
    this.executor =
        new CheckedWaveExecutor(
            new ParallelWaveExecutor(parts, WORKERS, System::nanoTime),
            new SerialWaveExecutor(parts),
            1);
    final TreeMap<StateKey, byte @Nullable []> accounts = new TreeMap<>();
    for (int i = 0; i < 10; i++) {
      final Account account =
          Account.empty(user(i)).withBalance(RICH).withAuthKeys(new AuthKeys.Single(key(i)), 0);
      accounts.put(StateKeys.account(user(i)), AccountCodec.encode(account));
    }
    final Overlay overlay = new Overlay(new MapView(accounts));
    genesis.accept(new Ledger(overlay));
    accounts.putAll(overlay.sortedWrites());
    final Proposal proposal = store.propose(StateDelta.of(accounts));
    proposal.commit(new WaveArtifacts(new byte[0], Hash32.ZERO, List.of(), List.of(), List.of()));
  }

  /** The public key of user {@code index}: not a real one. */
  public static byte[] key(int index) {
    final byte[] key = new byte[897];
    key[0] = 9;
    key[896] = (byte) index;
    return key;
  }

  public static Address user(int index) {
    return USERS.computeIfAbsent(index, i -> Addresses.ofPublicKey(key(i)));
  }

  public WaveContext context() {
    final long wave = store.head().wave() + 1;
    return new WaveContext(
        wave,
        1_700_000_000L + wave,
        Hash32.ZERO,
        baseFee,
        CHAIN_ID,
        wave / rules.staking().epochLengthWaves(),
        anchor);
  }

  public Wave wave(List<Wave.Entry> entries) {
    return new Wave(context(), store.head().root().blake3(), entries, List.of(), List.of());
  }

  /** Executes and commits. */
  public WaveResult run(Transaction... transactions) {
    final List<Wave.Entry> entries = new ArrayList<>();
    for (Transaction transaction : transactions) {
      entries.add(entry(transaction));
    }
    return run(wave(entries));
  }

  public WaveResult run(Wave wave) {
    try (Snapshot base = store.snapshot()) {
      final WaveResult result = executor.execute(wave, base, WaveExecutor.ReceiptListener.NONE);
      final Proposal proposal = store.propose(result.delta());
      proposal.commit(result.artifacts(proposal.root()));
      return result;
    }
  }

  public static Wave.Entry entry(Transaction transaction) {
    return new Wave.Entry(TransactionEncoder.encode(transaction), false, null);
  }

  /** A reader of the newest state. */
  public Ledger state() {
    final Snapshot snapshot = store.snapshot();
    return new Ledger(new Overlay(new SnapshotView(snapshot)));
  }

  public U128 balance(Address address) {
    final Account account = state().account(address);
    return account == null ? U128.ZERO : account.balance();
  }

  public static Builder tx(int sender, long nonce) {
    return new Builder(user(sender), nonce);
  }

  private record MapView(TreeMap<StateKey, byte @Nullable []> map)
      implements io.tidemill.executor.overlay.StateView {
    @Override
    public byte @Nullable [] get(StateKey key) {
      return map.get(key);
    }

    @Override
    public byte @Nullable [] code(Hash32 codeHash) {
      return null;
    }
  }

  private record SnapshotView(Snapshot snapshot) implements io.tidemill.executor.overlay.StateView {
    @Override
    public byte @Nullable [] get(StateKey key) {
      return snapshot.get(key);
    }

    @Override
    public byte @Nullable [] code(Hash32 codeHash) {
      return snapshot.code(codeHash);
    }
  }

  /** A transaction with everything at a harmless default. */
  public static final class Builder {
    private final Address from;
    private final long nonce;
    private Address to = Address.ZERO;
    private U128 value = U128.ZERO;
    private byte[] data = new byte[0];
    private long gasLimit = 1_000_000;
    private byte[] signature = new byte[] {0x59};
    private FeePayer feePayer = FeePayer.SENDER;
    private boolean hasDeadline;
    private long deadline;
    private long chainId = CHAIN_ID;
    private TransactionType type = TransactionType.STANDARD;

    public Builder(Address from, long nonce) {
      this.from = from;
      this.nonce = nonce;
    }

    public Builder to(Address value) {
      to = value;
      return this;
    }

    public Builder value(long amount) {
      value = U128.of(amount);
      return this;
    }

    public Builder value(U128 amount) {
      value = amount;
      return this;
    }

    public Builder data(byte[] bytes) {
      data = bytes;
      return this;
    }

    public Builder gas(long limit) {
      gasLimit = limit;
      return this;
    }

    public Builder signature(byte[] bytes) {
      signature = bytes;
      return this;
    }

    public Builder payer(FeePayer payer) {
      feePayer = payer;
      return this;
    }

    public Builder deadline(long wave) {
      hasDeadline = true;
      deadline = wave;
      return this;
    }

    public Builder chain(long id) {
      chainId = id;
      return this;
    }

    public Builder type(TransactionType value) {
      type = value;
      return this;
    }

    public Transaction build() {
      return new Transaction(
          from,
          to,
          value,
          data,
          gasLimit,
          nonce,
          signature,
          feePayer,
          List.of(),
          hasDeadline,
          deadline,
          chainId,
          type);
    }
  }
}
