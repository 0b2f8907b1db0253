package io.tidemill.state.rocks;

import io.tidemill.state.StateException;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.merkle.Leaf;
import io.tidemill.state.merkle.LeafWalk;
import io.tidemill.state.merkle.Node;
import io.tidemill.state.merkle.NodeKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksIterator;

/**
 * Checks a store against itself: the tree is hashed from its leaves to the recorded root, every
 * leaf has its value in the flat store and there are as many values as leaves, so the root is that
 * of the flat store; every retained record is read, and every index row it should have is there.
 */
final class Verifier implements LeafWalk.Visitor {
  private static final int MAX_PROBLEMS = 100;

  private final Core core;
  private final Core.Current now;
  private final Pin pin;
  private final List<String> problems = new ArrayList<>();
  private long keys;
  private long nodes;
  private long waves;
  private long receipts;
  private long events;
  private long codes;

  /** A check of {@code now}, which has no dirty waves and whose pin the caller holds. */
  Verifier(Core core, Core.Current now) {
    this.core = core;
    this.now = now;
    this.pin = now.pin();
  }

  VerifyReport run() {
    guarded(core.database::verifyChecksums);
    if (now.wave() >= 0) {
      guarded(this::tree);
      guarded(this::values);
    }
    guarded(this::waves);
    guarded(this::receipts);
    guarded(this::events);
    guarded(this::codes);
    return new VerifyReport(
        now.wave(), keys, nodes, waves, receipts, events, codes, List.copyOf(problems));
  }

  private void guarded(Runnable check) {
    try {
      check.run();
    } catch (StateException e) {
      problem(String.valueOf(e.getMessage()));
    }
  }

  private void problem(String text) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(text);
    }
  }

  private void tree() {
    LeafWalk.run(
        now.top(), Hash32.ZERO, (key, expected) -> core.nodes.load(now, key, expected), this);
    if (keys != now.keys()) {
      problem("the tree has " + keys + " leaves, wave " + now.wave() + " says " + now.keys());
    }
  }

  @Override
  public void node(NodeKey key, Node node) {
    nodes++;
  }

  @Override
  public boolean leaf(Leaf leaf) {
    keys++;
    final byte[] value = core.database.get(Family.STATE, pin, leaf.key().raw().toBytes());
    if (value == null) {
      problem("key " + leaf.key() + " is in the tree and has no value");
    } else if (!Blake3.hash(value).equals(leaf.valueHash())) {
      problem("key " + leaf.key() + " has another value than the tree says");
    }
    return true;
  }

  private void values() {
    long count = 0;
    try (RocksIterator iterator = pin.iterate(Family.STATE)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        count++;
      }
      core.database.check(Family.STATE, iterator);
    }
    if (count != now.keys()) {
      problem("the flat store has " + count + " keys, wave " + now.wave() + " says " + now.keys());
    }
  }

  private void waves() {
    final long oldestState = core.oldestAt(pin, Core.Oldest.STATE);
    long expected = -1;
    try (RocksIterator iterator = pin.iterate(Family.WAVES)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        final long wave = Keys.wave(iterator.key(), 0);
        guarded(() -> WaveRow.decode(wave, iterator.value()));
        if (expected >= 0 && wave != expected) {
          problem(
              "wave rows " + expected + " to " + (wave - 1) + " are missing; " + retainedWaves());
        }
        if (wave > oldestState && wave > 0) {
          undo(wave);
        }
        expected = wave + 1;
        waves++;
      }
      core.database.check(Family.WAVES, iterator);
    }
    if (expected != now.wave() + 1 && now.wave() >= 0) {
      problem("the last wave row is " + (expected - 1) + ", the head is " + now.wave());
    }
  }

  /** How far each kind was pruned, beside a hole that a pruning may have left. */
  private String retainedWaves() {
    final StringBuilder text = new StringBuilder("the oldest retained are");
    for (final Core.Oldest kind : Core.Oldest.values()) {
      text.append(' ').append(kind).append(' ').append(core.oldestAt(pin, kind)).append(',');
    }
    return text + " the head is " + now.wave();
  }

  private void undo(long wave) {
    final byte[] changed = core.database.get(Family.UNDO, pin, Keys.wave(wave));
    if (changed == null || changed.length % Hash32.LENGTH != 0) {
      problem("the undo record of wave " + wave + " is missing or damaged");
      return;
    }
    try (RocksIterator iterator = pin.iterate(Family.HISTORY)) {
      for (int at = 0; at < changed.length; at += Hash32.LENGTH) {
        final StateKey key = StateKey.at(changed, at);
        if (core.database.get(Family.HISTORY, pin, Keys.history(key, wave)) == null) {
          problem("wave " + wave + " changed key " + key + " and does not say what it was");
        } else {
          overwritten(iterator, key, wave);
        }
      }
    }
  }

  /** Reads what {@code wave} overwrote: a patch has to fit on what it lies on. */
  private void overwritten(RocksIterator iterator, StateKey key, long wave) {
    try {
      final HistoryRow.Chain chain =
          HistoryRow.chain(core.database, iterator, key, wave - 1, now.wave());
      chain.value(
          chain.fromCurrent() ? core.database.get(Family.STATE, pin, key.raw().toBytes()) : null);
    } catch (StateException e) {
      problem("what wave " + wave + " overwrote under key " + key + ": " + e.getMessage());
    }
  }

  private void receipts() {
    try (RocksIterator iterator = pin.iterate(Family.RECEIPTS)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        final byte[] row = iterator.value();
        final String where =
            "receipt " + Keys.wave(iterator.key(), 0) + " " + Arrays.toString(iterator.key());
        if (row.length < 1 + Hash32.LENGTH) {
          problem(where + " is damaged");
        } else if (row[0] == 1
            && core.database.get(Family.RECEIPTS_BY_HASH, pin, Hash32.at(row, 1).toBytes())
                == null) {
          problem(where + " is not in the hash index");
        }
        receipts++;
      }
      core.database.check(Family.RECEIPTS, iterator);
    }
  }

  private void events() {
    try (RocksIterator iterator = pin.iterate(Family.EVENTS)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        final byte[] key = iterator.key();
        final EventRow row = EventRow.decode(iterator.value());
        index(Family.EVENTS_BY_CONTRACT, row.contract(), key);
        for (final Hash32 topic : row.topics()) {
          index(Family.EVENTS_BY_TOPIC, topic, key);
        }
        events++;
      }
      core.database.check(Family.EVENTS, iterator);
    }
  }

  private void index(Family family, Hash32 value, byte[] key) {
    if (core.database.get(family, pin, Keys.eventIndex(value, key)) == null) {
      problem("event of wave " + Keys.wave(key, 0) + " is missing in " + family);
    }
  }

  private void codes() {
    try (RocksIterator iterator = pin.iterate(Family.CODE)) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        if (!Blake3.hash(iterator.value()).equals(Hash32.of(iterator.key()))) {
          problem("code " + Hash32.of(iterator.key()) + " has other bytes than its hash says");
        }
        codes++;
      }
      core.database.check(Family.CODE, iterator);
    }
  }
}
