package io.tidemill.executor.overlay;

import io.tidemill.executor.Event;
import io.tidemill.executor.ParachainMessage;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One transaction's uncommitted writes over a {@link StateView}. A checkpoint is a position in the
 * journal; frames take one when they begin and roll back to it when they fail, so that nested
 * frames cost what they touched. Source: host-abi 5.1.
 *
 * <p>Confined to one worker.
 */
@SuppressWarnings("ReferenceEquality") // ABSENT is a mark, told by identity
public final class Overlay {
  private static final Written.Deletion DELETION = new Written.Deletion();

  private static final int RECENT = 2;

  /** Stands for "nothing is there" in {@link #reads}. */
  private static final byte[] ABSENT = new byte[0];

  private sealed interface Undo {
    /** A write; nothing was written before when {@code previous} is null. */
    record Write(StateKey key, @Nullable Written previous) implements Undo {}

    record Emitted() implements Undo {}

    record Queued() implements Undo {}

    record Code(Hash32 hash) implements Undo {}
  }

  private final StateView base;
  private final Map<StateKey, Written> writes = new HashMap<>();
  private final Map<StateKey, byte[]> reads = new HashMap<>();

  /** The accounts that were read field by field; they are not in {@link #reads}. */
  private final Map<StateKey, AccountReading> accounts = new HashMap<>();

  /** A transaction asks for its sender and its recipient again and again. */
  private final @Nullable AccountReading[] recent = new AccountReading[RECENT];

  private int nextRecent;
  private final Map<Hash32, byte[]> codes = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final List<ParachainMessage> messages = new ArrayList<>();
  private final List<Undo> journal = new ArrayList<>();

  public Overlay(StateView base) {
    this.base = base;
  }

  /** The value under {@code key} as this transaction sees it, or null. Must not be changed. */
  public byte @Nullable [] get(StateKey key) {
    // What was written of an account carries fields along that nobody has looked at yet.
    final AccountReading reading = StateKeys.isAccount(key) ? accounts.get(key) : null;
    if (reading != null) {
      reading.lookAtAll();
    }
    final Written written = writes.get(key);
    if (written != null) {
      return written.bytes();
    }
    return reading == null ? beneath(key) : reading.record();
  }

  private byte @Nullable [] beneath(StateKey key) {
    // The first answer stands for the whole transaction, whatever happens beneath.
    final byte[] read = reads.get(key);
    if (read != null) {
      return read == ABSENT ? null : read;
    }
    final byte[] value = base.get(key);
    reads.put(key, value == null ? ABSENT : value);
    return value;
  }

  /** What is made of the account record of {@code address}, noted there before it is used. */
  AccountReading reading(Address address) {
    for (int i = 0; i < RECENT; i++) {
      final AccountReading known = recent[i];
      if (known != null && known.isOf(address)) {
        return known;
      }
    }
    final AccountReading reading = reading(StateKeys.account(address));
    reading.askedFor(address);
    recent[nextRecent] = reading;
    nextRecent = (nextRecent + 1) % RECENT;
    return reading;
  }

  private AccountReading reading(StateKey key) {
    final AccountReading known = accounts.get(key);
    if (known != null) {
      return known;
    }
    final AccountReading reading = new AccountReading(key);
    if (reads.containsKey(key) || writes.containsKey(key)) {
      reading.lookAtAll();
      reading.answer(beneath(key));
    } else {
      reading.answer(base.account(key, reading));
    }
    accounts.put(key, reading);
    return reading;
  }

  /** The account of {@code reading} as this transaction sees it, or null. */
  @Nullable OpenAccount account(AccountReading reading) {
    final Written written = writes.get(reading.key());
    if (written == null) {
      return reading.account();
    }
    if (written instanceof OpenAccount account) {
      return account;
    }
    final byte[] record = written.bytes();
    return record == null ? null : OpenAccount.of(record);
  }

  /** Writes {@code account}, which was made of what {@link #account} said. */
  void put(AccountReading reading, OpenAccount account) {
    write(reading.key(), account);
  }

  /** What was made of the account under {@code key}, or null when it was not read by fields. */
  @Nullable AccountReading readingOf(StateKey key) {
    return accounts.get(key);
  }

  /** Writes {@code value}, which must not be changed afterwards. */
  public void put(StateKey key, byte[] value) {
    write(key, new Written.Value(value));
  }

  /** Deletes {@code key}; a deletion shadows whatever lies beneath. */
  public void delete(StateKey key) {
    write(key, DELETION);
  }

  private void write(StateKey key, Written value) {
    journal.add(new Undo.Write(key, writes.put(key, value)));
  }

  /** The wasm under {@code codeHash}, deployed in this transaction or before, or null. */
  public byte @Nullable [] code(Hash32 codeHash) {
    final byte[] staged = codes.get(codeHash);
    return staged != null ? staged : base.code(codeHash);
  }

  /** Stages wasm under its code hash. */
  public void putCode(Hash32 codeHash, byte[] wasm) {
    if (codes.putIfAbsent(codeHash, wasm) == null) {
      journal.add(new Undo.Code(codeHash));
    }
  }

  /** Appends an event. */
  public void emit(Event event) {
    events.add(event);
    journal.add(new Undo.Emitted());
  }

  /** Queues a cross-parachain message. */
  public void queue(ParachainMessage message) {
    messages.add(message);
    journal.add(new Undo.Queued());
  }

  /** A position to roll back to. */
  public int checkpoint() {
    return journal.size();
  }

  /** Forgets everything since {@code checkpoint}. */
  public void rollback(int checkpoint) {
    for (int i = journal.size() - 1; i >= checkpoint; i--) {
      switch (journal.remove(i)) {
        case Undo.Write(StateKey key, Written previous) -> {
          if (previous == null) {
            writes.remove(key);
          } else {
            writes.put(key, previous);
          }
        }
        case Undo.Emitted _ -> events.removeLast();
        case Undo.Queued _ -> messages.removeLast();
        case Undo.Code(Hash32 hash) -> codes.remove(hash);
      }
    }
  }

  /** The surviving events in order of emission. */
  public List<Event> events() {
    return List.copyOf(events);
  }

  /** The surviving messages in order. */
  public List<ParachainMessage> messages() {
    return List.copyOf(messages);
  }

  /** The surviving writes in key order; a null value is a deletion. */
  public TreeMap<StateKey, byte @Nullable []> sortedWrites() {
    final TreeMap<StateKey, byte @Nullable []> sorted = new TreeMap<>();
    forEachWrite(sorted::put);
    return sorted;
  }

  /** Whether this transaction writes or deletes {@code key}. */
  public boolean wrote(StateKey key) {
    return writes.containsKey(key);
  }

  /** Hands every surviving write to {@code action}, in no order; a null value is a deletion. */
  void forEachWrite(BiConsumer<StateKey, byte @Nullable []> action) {
    for (Map.Entry<StateKey, Written> write : writes.entrySet()) {
      action.accept(write.getKey(), write.getValue().bytes());
    }
  }

  /** Hands every staged wasm to {@code action}, in no order. */
  void forEachCode(BiConsumer<Hash32, byte[]> action) {
    codes.forEach(action);
  }

  /** The wasm staged in this transaction, in code hash order. */
  public SortedMap<Hash32, byte[]> sortedCodes() {
    return codes.isEmpty() ? Collections.emptySortedMap() : new TreeMap<>(codes);
  }
}
