package io.tidemill.state;

import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Seeded waves for the tests, and a model of the state after each. */
public final class Waves {
  private final long seed;
  private final int keySpace;

  /** Waves over {@code keySpace} keys. */
  public Waves(long seed, int keySpace) {
    this.seed = seed;
    this.keySpace = keySpace;
  }

  /** Key {@code i}; neighbors share a prefix as the slots of a contract do. */
  public static StateKey key(int i) {
    return new StateKey(new Hash32(i / 8, 0, 0, i));
  }

  /** The hash of a text. */
  public static Hash32 hash(String text) {
    return Blake3.hash(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What {@code wave} changes: about {@code count} keys, a quarter of them deleted. Values of every
   * third key have a long end that seldom changes, as accounts have.
   */
  public StateDelta delta(long wave, int count) {
    final Random random = new Random(seed * 1_000_003 + wave);
    final TreeMap<StateKey, byte @Nullable []> changes = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      final byte[] value = new byte[random.nextInt(5) == 0 ? random.nextInt(300) : 16];
      random.nextBytes(value);
      final int index = random.nextInt(keySpace);
      changes.put(
          key(index),
          random.nextInt(4) == 0 ? null : index % 3 == 0 ? withEnd(value, index, wave) : value);
    }
    return StateDelta.of(changes);
  }

  private static byte[] withEnd(byte[] value, int index, long wave) {
    final byte[] whole = Arrays.copyOf(value, value.length + 200);
    Arrays.fill(whole, value.length, whole.length, (byte) (index + wave / 16));
    return whole;
  }

  /** Artifacts of {@code wave}: three receipts, the last without an index, and two events each. */
  public WaveArtifacts artifacts(long wave) {
    final List<WaveArtifacts.StoredReceipt> receipts = new ArrayList<>();
    final List<WaveArtifacts.StoredEvent> events = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      receipts.add(
          new WaveArtifacts.StoredReceipt(
              hash("tx " + wave + " " + i),
              i < 2,
              ("receipt " + wave + " " + i).getBytes(StandardCharsets.UTF_8)));
      for (int e = 0; e < 2; e++) {
        events.add(
            new WaveArtifacts.StoredEvent(
                i,
                e,
                hash("contract " + i),
                e == 0
                    ? List.of(hash("Transfer"), hash("from " + wave % 5))
                    : List.of(hash("Ping")),
                ByteBuffer.allocate(16).putLong(wave).putInt(i).putInt(e).array()));
      }
    }
    final byte[] wasm = ("wasm " + wave).getBytes(StandardCharsets.UTF_8);
    return new WaveArtifacts(
        ("record " + wave).getBytes(StandardCharsets.UTF_8),
        hash("content " + seed + " " + wave),
        receipts,
        events,
        List.of(new WaveArtifacts.StoredCode(Blake3.hash(wasm), wasm)));
  }

  /** Applies {@code delta} to {@code model}. */
  public static void apply(Map<StateKey, byte[]> model, StateDelta delta) {
    for (final StateDelta.Entry entry : delta) {
      final byte[] value = entry.value();
      if (value == null) {
        model.remove(entry.key());
      } else {
        model.put(entry.key(), value);
      }
    }
  }

  /** The state after waves 0 to {@code wave} of {@code count} changes each. */
  public Map<StateKey, byte[]> model(long wave, int count) {
    final Map<StateKey, byte[]> model = new HashMap<>();
    for (long w = 0; w <= wave; w++) {
      apply(model, delta(w, count));
    }
    return model;
  }

  /** The root of {@code model} by the independent reference. */
  public static Hash32 rootOf(Map<StateKey, byte[]> model) {
    final Map<Hash32, byte[]> raw = new HashMap<>();
    model.forEach((key, value) -> raw.put(key.raw(), value));
    return io.tidemill.state.merkle.ReferenceRoot.of(raw);
  }

  /** Proposes and commits {@code wave}. */
  public StateRoot commit(StateStore store, long wave, int count) {
    final Proposal proposal = store.propose(delta(wave, count));
    if (proposal.wave() != wave) {
      throw new AssertionError("expected wave " + wave + ", proposed " + proposal.wave());
    }
    proposal.commit(artifacts(wave));
    return proposal.root();
  }
}
