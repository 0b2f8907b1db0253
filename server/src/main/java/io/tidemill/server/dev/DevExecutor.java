package io.tidemill.server.dev;

import io.tidemill.executor.ChangedSnapshot;
import io.tidemill.executor.ContentHash;
import io.tidemill.executor.InvalidWaveException;
import io.tidemill.executor.PrePass;
import io.tidemill.executor.Wave;
import io.tidemill.executor.WaveBase;
import io.tidemill.executor.WaveExecutor;
import io.tidemill.executor.WaveResult;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.ContractRecord;
import io.tidemill.executor.account.NonceWindow;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.Snapshot;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.WaveArtifacts.StoredCode;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The executor of a development chain: applies the {@linkplain DevChange changes} of the wave
 * header before the first transaction and runs the rest on the real executor. Source: decisions
 * H10.
 */
final class DevExecutor implements WaveExecutor {
  /** A key that nobody has; it makes an account one that can send. */
  private static final byte[] NOBODYS_KEY = new byte[897];

  private static final long MAINNET = 1;
  private static final long TESTNET = 2;

  private final WaveExecutor real;

  /**
   * Wraps {@code real}.
   *
   * @throws IllegalArgumentException for the chain id of the mainnet or the testnet
   */
  DevExecutor(WaveExecutor real, long chainId) {
    if (chainId == MAINNET || chainId == TESTNET) {
      throw new IllegalArgumentException(
          "chain id " + chainId + " is a public chain; a development chain cannot have it");
    }
    this.real = real;
  }

  @Override
  public WaveResult execute(
      Wave wave, @Nullable PrePass prePass, Snapshot base, ReceiptListener listener) {
    final Changed changed = new Changed(base);
    final @Nullable Wave rest = changed.take(wave);
    return rest == null
        ? real.execute(wave, prePass, base, listener)
        : changed.complete(
            real.execute(rest, prePass, changed.state(), listener), ContentHash.of(wave));
  }

  @Override
  public WaveBase base(Wave wave, Snapshot base) {
    final Changed changed = new Changed(base);
    final @Nullable Wave rest = changed.take(wave);
    return rest == null ? new WaveBase(wave, base) : new WaveBase(rest, changed.state());
  }

  @Override
  public @Nullable PrePass prePass(long wave, int expected, Supplier<Snapshot> state) {
    return real.prePass(wave, expected, state);
  }

  @Override
  public void close() {
    real.close();
  }

  /** The base with the changes on top. */
  private static final class Changed {
    private final Snapshot base;
    private final TreeMap<StateKey, byte @Nullable []> writes = new TreeMap<>();
    private final TreeMap<Hash32, byte[]> codes = new TreeMap<>();
    private final ByteArrayOutputStream module = new ByteArrayOutputStream();

    /** What the keys of impersonated accounts really are. */
    private final Map<Address, AuthKeys> keys = new TreeMap<>();

    Changed(Snapshot base) {
      this.base = base;
    }

    ChangedSnapshot state() {
      return new ChangedSnapshot(base, writes, codes);
    }

    /** Applies the changes in the header of {@code wave}; the rest of it, or null if none are. */
    @Nullable Wave take(Wave wave) {
      final List<byte[]> others = new ArrayList<>();
      for (byte[] entry : wave.systemEntries()) {
        final DevChange change = DevChange.decode(entry);
        if (change == null) {
          others.add(entry);
        } else {
          apply(change);
        }
      }
      return others.size() == wave.systemEntries().size()
          ? null
          : new Wave(
              wave.context(),
              wave.parentRoot(),
              wave.transactions(),
              wave.quarantinedCode(),
              others,
              wave.threshold());
    }

    private void apply(DevChange change) {
      switch (change) {
        case DevChange.Balance(Address address, U128 balance) ->
            put(account(address).withBalance(balance));
        case DevChange.Nonce(Address address, long nonce) ->
            put(account(address).withNonce(new NonceWindow(nonce, 0)));
        case DevChange.Slot(Address address, Hash32 slot, byte @Nullable [] value) -> {
          final StateKey key = StateKeys.slot(address, slot);
          if (key == null) {
            throw new InvalidWaveException("slot " + slot.toHex() + " belongs to the account");
          }
          writes.put(key, value);
        }
        case DevChange.Code(Address address, Hash32 codeHash) -> code(address, codeHash);
        case DevChange.Impersonation(Address address) -> impersonate(address);
        case DevChange.Values(List<DevChange.Value> values) ->
            values.forEach(value -> writes.put(new StateKey(value.key()), value.value()));
        case DevChange.CodePart(byte[] bytes, boolean last) -> {
          module.writeBytes(bytes);
          if (last) {
            final byte[] wasm = module.toByteArray();
            codes.put(Blake3.hash(wasm), wasm);
            module.reset();
          }
        }
        case DevChange.Funding(Address address, U128 balance, byte[] publicKey) -> {
          final Account account = account(address);
          put(
              account
                  .withBalance(
                      account.balance().compareTo(balance) < 0 ? balance : account.balance())
                  .withAuthKeys(new AuthKeys.Single(publicKey), account.keyNonce()));
        }
      }
    }

    private void code(Address address, Hash32 codeHash) {
      if (!codes.containsKey(codeHash) && base.code(codeHash) == null) {
        throw new InvalidWaveException("code " + codeHash + " is not there");
      }
      put(account(address).asContract(codeHash));
      writes.put(StateKeys.contract(address), ContractRecord.of(Address.ZERO, U128.ZERO).encode());
    }

    private void impersonate(Address address) {
      final Account account = account(address);
      if (!(account.authKeys() instanceof AuthKeys.Single)) {
        keys.put(address, account.authKeys());
        put(account.withAuthKeys(new AuthKeys.Single(NOBODYS_KEY), account.keyNonce()));
      }
    }

    private Account account(Address address) {
      final byte[] record = state().get(StateKeys.account(address));
      final Account account = record == null ? null : AccountCodec.decode(record);
      if (account != null && !account.address().equals(address)) {
        throw new InvalidWaveException(
            "address " + address + " shares its first 16 bytes with " + account.address());
      }
      return account == null ? Account.empty(address) : account;
    }

    private void put(Account account) {
      writes.put(StateKeys.account(account.address()), AccountCodec.encode(account));
    }

    /** The result of the whole wave: the changes under what the transactions wrote. */
    WaveResult complete(WaveResult result, Hash32 contentHash) {
      final TreeMap<StateKey, byte @Nullable []> all = new TreeMap<>(writes);
      for (StateDelta.Entry entry : result.delta()) {
        all.put(entry.key(), entry.value());
      }
      keys.forEach((address, real) -> restore(address, real, all));
      all.entrySet().removeIf(entry -> Arrays.equals(entry.getValue(), base.get(entry.getKey())));
      final List<StoredCode> stored = new ArrayList<>(result.codes());
      codes.forEach((hash, wasm) -> stored.add(new StoredCode(hash, wasm)));
      return new WaveResult(
          result.context(),
          result.parentRoot(),
          result.rulesHash(),
          contentHash,
          result.settled(),
          StateDelta.of(all),
          stored,
          result.eventsRoot(),
          result.eventsBloom(),
          result.eventsCount(),
          result.receiptsDigest(),
          result.totals(),
          result.nextBaseFee(),
          result.messages(),
          result.statistics());
    }

    private static void restore(
        Address address, AuthKeys real, TreeMap<StateKey, byte @Nullable []> all) {
      final StateKey key = StateKeys.account(address);
      final byte[] record = all.get(key);
      if (record != null) {
        final Account account = AccountCodec.decode(record);
        if (account.authKeys() instanceof AuthKeys.Single(byte[] held)
            && Arrays.equals(held, NOBODYS_KEY)) {
          all.put(key, AccountCodec.encode(account.withAuthKeys(real, account.keyNonce())));
        }
      }
    }
  }
}
