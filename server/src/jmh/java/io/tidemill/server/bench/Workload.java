package io.tidemill.server.bench;

import io.tidemill.client.keys.FalconKey;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.AccessEntry;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.CallPayload;
import io.tidemill.executor.tx.DeployData;
import io.tidemill.executor.tx.FeePayer;
import io.tidemill.executor.tx.Transaction;
import io.tidemill.executor.tx.TransactionEncoder;
import io.tidemill.executor.tx.TransactionHash;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Waves for benchmarks: many funded accounts, the token and the counter of the examples. Nonces go
 * up from wave to wave, so that waves can be run one after the other. Used by one thread.
 */
final class Workload {
  static final long CHAIN_ID = 31_337;
  static final Address TOKEN = Addresses.contract("token");
  static final Address COUNTER = Addresses.contract("counter");

  /** Transactions of a measured wave. */
  static final int WAVE = 10_000;

  private static final int ACCOUNTS = 2 * WAVE + 2;

  private static final U128 RICH = U128.of(1_000_000_000_000_000L);
  private static final int GAS = 1_000_000;

  /** Where signatures are trusted, one byte does. */
  private static final byte[] NO_SIGNATURE = {0x59};

  /** The one key of all accounts, or null for a made-up one where signatures are trusted. */
  private final @Nullable FalconKey key;

  private final Address[] addresses = new Address[ACCOUNTS];
  private final long[] nonces = new long[ACCOUNTS];

  Workload() {
    this(null);
  }

  /** Accounts that all sign with {@code key}, or do not sign. */
  Workload(@Nullable FalconKey key) {
    this.key = key;
    for (int i = 0; i < ACCOUNTS; i++) {
      addresses[i] = new Address(Blake3.hash(("account " + i).getBytes(StandardCharsets.US_ASCII)));
    }
  }

  /** The address of account {@code index}. */
  Address address(int index) {
    return addresses[index];
  }

  /** Whether the transactions carry real signatures. */
  boolean isSigned() {
    return key != null;
  }

  /** All accounts, funded. */
  StateDelta genesis() {
    final byte[] publicKey = key == null ? new byte[897] : key.publicKey();
    final TreeMap<StateKey, byte @Nullable []> state = new TreeMap<>();
    for (Address address : addresses) {
      final Account account =
          Account.empty(address).withBalance(RICH).withAuthKeys(new AuthKeys.Single(publicKey), 0);
      state.put(StateKeys.account(address), AccountCodec.encode(account));
    }
    return StateDelta.of(state);
  }

  /** Deploys both contracts and gives every account tokens. */
  List<byte[]> setup() {
    final List<Transaction> wave = new ArrayList<>();
    wave.add(deploy("token", "executor/contracts/token/token.wasm", U128.of(1L << 60).toBytes()));
    wave.add(deploy("counter", "executor/contracts/counter/counter.wasm", new byte[8]));
    for (int i = 1; i < ACCOUNTS; i++) {
      wave.add(token(0, i, 1_000_000, false));
    }
    return finish(wave);
  }

  /** Disjoint pairs: nobody waits for anybody. */
  List<byte[]> transfers(int count) {
    final List<Transaction> wave = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      wave.add(transfer(2 * i, 2 * i + 1));
    }
    return finish(wave);
  }

  /** As many token transfers between disjoint pairs, with accurate access lists. */
  List<byte[]> tokenTransfers(int count) {
    final List<Transaction> wave = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      wave.add(token(2 * i, 2 * i + 1, 1, true));
    }
    return finish(wave);
  }

  /** Three of ten pay to the same account. */
  List<byte[]> hot(int count) {
    final List<Transaction> wave = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      wave.add(transfer(2 * i, i % 10 < 3 ? 1 : 2 * i + 1));
    }
    return finish(wave);
  }

  /** One account pays everybody: no two can run at once, because its nonces are in order. */
  List<byte[]> chain(int count) {
    final List<Transaction> wave = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      wave.add(transfer(0, i + 1));
    }
    return finish(wave);
  }

  /** Everybody pays the next one, who then pays: every account is touched twice. */
  List<byte[]> relay(int count) {
    final List<Transaction> wave = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      wave.add(transfer(i, i + 1));
    }
    return finish(wave);
  }

  /** Three of ten increment one counter, the others transfer. */
  List<byte[]> hotSlot(int count) {
    final List<Transaction> wave = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      wave.add(
          i % 10 < 3
              ? call(2 * i, COUNTER, "increment", new byte[0], List.of())
              : transfer(2 * i, 2 * i + 1));
    }
    return finish(wave);
  }

  /** Everybody increments one counter; no list says so. */
  List<byte[]> counter(int count) {
    final List<Transaction> wave = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      wave.add(call(i, COUNTER, "increment", new byte[0], List.of()));
    }
    return finish(wave);
  }

  /**
   * Of a hundred: 70 transfers, 15 token transfers, 10 commitments, 5 increments of one counter.
   */
  List<byte[]> mix(int count) {
    final List<Transaction> wave = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final int kind = i % 100;
      if (kind < 70) {
        wave.add(transfer(2 * i, 2 * i + 1));
      } else if (kind < 85) {
        wave.add(token(2 * i, 2 * i + 1, 1, false));
      } else if (kind < 95) {
        wave.add(commitment(2 * i));
      } else {
        wave.add(call(2 * i, COUNTER, "increment", new byte[0], List.of()));
      }
    }
    return finish(wave);
  }

  private Transaction transfer(int from, int to) {
    return transaction(
        from, addresses[to], U128.of(1), new byte[0], 21_000, List.of(), TransactionType.STANDARD);
  }

  private Transaction commitment(int from) {
    final ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.writeBytes(Blake3.hash(addresses[from].toBytes()).toBytes());
    payload.writeBytes(U128.ZERO.toBytes());
    return transaction(
        from,
        Address.ZERO,
        U128.of(1_000_000_000L),
        payload.toByteArray(),
        21_000,
        List.of(),
        TransactionType.COMMIT);
  }

  private Transaction token(int from, int to, long amount, boolean listed) {
    final ByteArrayOutputStream arguments = new ByteArrayOutputStream();
    arguments.writeBytes(addresses[to].toBytes());
    arguments.writeBytes(U128.of(amount).toBytes());
    final List<AccessEntry> list =
        listed
            ? List.of(new AccessEntry(TOKEN, List.of(balance(from), balance(to)), true))
            : List.of();
    return call(from, TOKEN, "transfer", arguments.toByteArray(), list);
  }

  private Hash32 balance(int owner) {
    final ByteArrayOutputStream preimage = new ByteArrayOutputStream();
    preimage.writeBytes(TOKEN.toBytes());
    preimage.writeBytes("balances".getBytes(StandardCharsets.US_ASCII));
    preimage.writeBytes(addresses[owner].toBytes());
    return Poseidon2.hash(preimage.toByteArray());
  }

  private Transaction call(
      int from, Address to, String function, byte[] arguments, List<AccessEntry> list) {
    final byte[] data = new CallPayload(function, arguments).encode();
    return transaction(from, to, U128.ZERO, data, GAS / 10, list, TransactionType.STANDARD);
  }

  private Transaction deploy(String name, String file, byte[] arguments) {
    try {
      final byte[] wasm =
          Files.readAllBytes(Path.of(System.getProperty("tidemill.home", ".")).resolve(file));
      final byte[] data = new DeployData(name, wasm, 0, arguments).encode();
      return transaction(
          0, Address.ZERO, U128.ZERO, data, 100 * GAS, List.of(), TransactionType.DEPLOY);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Transaction transaction(
      int from,
      Address to,
      U128 value,
      byte[] data,
      long gas,
      List<AccessEntry> list,
      TransactionType type) {
    return new Transaction(
        addresses[from],
        to,
        value,
        data,
        gas,
        nonces[from]++,
        NO_SIGNATURE,
        FeePayer.SENDER,
        list,
        false,
        0,
        CHAIN_ID,
        type);
  }

  /** The bytes of {@code wave}, signed on all cores when there is a key. */
  private List<byte[]> finish(List<Transaction> wave) {
    return wave.parallelStream().map(this::signed).map(TransactionEncoder::encode).toList();
  }

  private Transaction signed(Transaction t) {
    if (key == null) {
      return t;
    }
    return new Transaction(
        t.from(),
        t.to(),
        t.value(),
        t.data(),
        t.gasLimit(),
        t.nonce(),
        key.sign(TransactionHash.of(t).toBytes()),
        t.feePayer(),
        t.accessList(),
        t.hasDeadline(),
        t.deadline(),
        t.chainId(),
        t.type());
  }
}
