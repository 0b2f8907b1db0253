package io.tidemill.server.simulate;

import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.NonceWindow;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.StateView;
import io.tidemill.executor.tx.Address;
import io.tidemill.server.errors.Refusal;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot with changes on top: overrides first, then what the calls did. Remembers which keys
 * were read since {@link #startRecording}. Confined to one simulation.
 */
final class PatchedState implements StateView {
  /** A key that nobody has; only its presence counts where signatures are not checked. */
  private static final byte[] NOBODYS_KEY = new byte[897];

  private final Snapshot base;
  private final Map<StateKey, byte @Nullable []> changes = new HashMap<>();
  private final Map<Hash32, byte[]> codes = new HashMap<>();
  private TreeSet<StateKey> reads = new TreeSet<>();

  PatchedState(Snapshot base) {
    this.base = base;
  }

  /** A copy: what happens to it does not happen to {@code other}. */
  PatchedState(PatchedState other) {
    this.base = other.base;
    changes.putAll(other.changes);
    codes.putAll(other.codes);
  }

  /** Everything that differs from the snapshot, sorted. */
  StateDelta delta() {
    return StateDelta.of(new TreeMap<>(changes));
  }

  /** Code that the snapshot does not have, by its hash. */
  List<StoredCode> codes() {
    return new TreeMap<>(codes)
        .entrySet().stream().map(code -> new StoredCode(code.getKey(), code.getValue())).toList();
  }

  /** Takes away the key that {@link #admit} gave. */
  void dismiss(Address address) {
    final Account account = account(address);
    if (account != null
        && account.authKeys() instanceof AuthKeys.Single(byte[] key)
        && Arrays.equals(key, NOBODYS_KEY)) {
      put(account.withAuthKeys(AuthKeys.NONE, account.keyNonce()));
    }
  }

  @Override
  public byte @Nullable [] get(StateKey key) {
    reads.add(key);
    return changes.containsKey(key) ? changes.get(key) : base.get(key);
  }

  @Override
  public byte @Nullable [] code(Hash32 codeHash) {
    final byte[] staged = codes.get(codeHash);
    return staged != null ? staged : base.code(codeHash);
  }

  void startRecording() {
    reads = new TreeSet<>();
  }

  SortedSet<StateKey> reads() {
    return reads;
  }

  /** Keeps what {@code overlay} holds. */
  void merge(Overlay overlay) {
    changes.putAll(overlay.sortedWrites());
    codes.putAll(overlay.sortedCodes());
  }

  void patch(Simulation.AccountPatch patch) {
    Account account = account(patch.address());
    if (account == null) {
      account = Account.empty(patch.address());
    }
    if (patch.balance() != null) {
      account = account.withBalance(patch.balance());
    }
    if (patch.nonce() != null) {
      account = account.withNonce(new NonceWindow(patch.nonce(), 0));
    }
    if (patch.gasTank() != null) {
      account = account.withGasTank(patch.gasTank());
    }
    if (patch.code() != null) {
      final Hash32 hash = Blake3.hash(patch.code());
      codes.put(hash, patch.code());
      account = account.asContract(hash);
    }
    put(account);
    for (Map.Entry<Hash32, byte @Nullable []> slot : patch.slots().entrySet()) {
      final StateKey key = StateKeys.slot(patch.address(), slot.getKey());
      if (key == null) {
        throw Refusal.field("slots." + slot.getKey().toHex(), "is reserved for the account");
      }
      changes.put(key, slot.getValue());
    }
  }

  /**
   * Lets {@code address} send a transaction with {@code nonce} that nobody signed: it gets an
   * account, a key and an open nonce where it lacks them.
   */
  void admit(Address address, long nonce) {
    Account account = account(address);
    if (account == null) {
      account = Account.empty(address);
    }
    if (!(account.authKeys() instanceof AuthKeys.Single)) {
      account = account.withAuthKeys(new AuthKeys.Single(NOBODYS_KEY), account.keyNonce());
    }
    if (!account.nonce().accepts(nonce)) {
      account = account.withNonce(new NonceWindow(nonce, 0));
    }
    put(account);
  }

  @Nullable Account account(Address address) {
    final byte[] record = get(StateKeys.account(address));
    if (record == null) {
      return null;
    }
    final Account account = AccountCodec.decode(record);
    return account.address().equals(address) ? account : null;
  }

  private void put(Account account) {
    changes.put(StateKeys.account(account.address()), AccountCodec.encode(account));
  }
}
