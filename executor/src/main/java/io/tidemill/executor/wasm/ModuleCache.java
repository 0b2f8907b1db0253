package io.tidemill.executor.wasm;

import io.tidemill.state.hash.Hash32;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What was compiled, by code hash and rules, bounded by count and by bytes, least recently used out
 * first. Whether something is here can be seen by nothing but a clock.
 *
 * <p>Safe for use by many threads. What several threads want at once is made once, and the others
 * wait for it; a failure is given to all who waited and is not remembered.
 *
 * <p>Entries that consensus has used are out of reach for simulations: an eighth of the room is
 * kept for those, they may have what consensus leaves of the rest, and they only ever displace each
 * other. Source: decisions S5, reliability catalogue B11 to B15.
 *
 * @param <V> what is kept
 */
public final class ModuleCache<V> {
  /** The default number of modules. */
  public static final int DEFAULT_MODULES = 256;

  private static final int SIMULATION_SHARE = 8;

  /**
   * What an entry is found by.
   *
   * @param codeHash Blake3 of the module
   * @param rules what it was compiled under: the rules hash, with the backend where that matters
   */
  public record Key(Hash32 codeHash, Hash32 rules) {}

  /** Who asks. */
  public enum Use {
    CONSENSUS,
    SIMULATION
  }

  /**
   * Figures for metrics.
   *
   * @param hits found, or waited for
   * @param misses made
   * @param failures could not be made
   * @param evictions displaced
   * @param modules entries now
   * @param bytes their size
   * @param protectedModules entries now that consensus has used
   */
  public record Counters(
      long hits,
      long misses,
      long failures,
      long evictions,
      int modules,
      long bytes,
      int protectedModules) {}

  /** Entries of one kind of use, in order of last use. */
  private static final class Segment<V> {
    final LinkedHashMap<Key, V> entries = new LinkedHashMap<>(64, 0.75f, true);
    long bytes;
  }

  /** What is being made, and for whom. */
  private record Making<V>(CompletableFuture<V> value, Use use) {}

  private final int maxModules;
  private final long maxBytes;
  private final ToLongFunction<V> size;
  private final Segment<V> consensus = new Segment<>();
  private final Segment<V> simulation = new Segment<>();
  private final Map<Key, Making<V>> making = new HashMap<>();
  private long hits;
  private long misses;
  private long failures;
  private long evictions;

  /**
   * An empty cache.
   *
   * @param maxModules entries at most
   * @param maxBytes their size at most; one entry is kept even if it is bigger
   * @param size the size of an entry in bytes
   */
  public ModuleCache(int maxModules, long maxBytes, ToLongFunction<V> size) {
    if (maxModules < 1 || maxBytes < 1) {
      throw new IllegalArgumentException(
          "a module cache needs room, got " + maxModules + " modules, " + maxBytes + " bytes");
    }
    this.maxModules = maxModules;
    this.maxBytes = maxBytes;
    this.size = size;
  }

  /**
   * The entry for {@code key}, made by {@code maker} if it is not there. When a simulation fails to
   * make what consensus waits for, consensus tries itself: the failure may be the simulation's own.
   *
   * @throws RuntimeException what {@code maker} threw, in this thread or in the one waited for
   */
  public V get(Key key, Use use, Supplier<V> maker) {
    final Making<V> mine = new Making<>(new CompletableFuture<>(), use);
    final Making<V> other;
    synchronized (this) {
      final V known = find(key, use);
      if (known != null) {
        hits++;
        return known;
      }
      other = making.putIfAbsent(key, mine);
      if (other == null) {
        misses++;
      } else {
        hits++;
      }
    }
    return other == null ? make(key, use, maker, mine.value) : await(key, use, maker, other);
  }

  private V await(Key key, Use use, Supplier<V> maker, Making<V> other) {
    final V value;
    try {
      value = other.value.join();
    } catch (CompletionException e) {
      if (use == Use.CONSENSUS && other.use == Use.SIMULATION) {
        return get(key, use, maker);
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    }
    synchronized (this) {
      // A simulation may have asked first for what consensus wants too.
      find(key, use);
    }
    return value;
  }

  private V make(Key key, Use use, Supplier<V> maker, CompletableFuture<V> made) {
    final V value;
    try {
      value = maker.get();
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        failures++;
        making.remove(key);
      }
      made.completeExceptionally(e);
      throw e;
    }
    synchronized (this) {
      making.remove(key);
      keep(key, value, use);
    }
    made.complete(value);
    return value;
  }

  private @Nullable V find(Key key, Use use) {
    final V known = consensus.entries.get(key);
    if (known != null) {
      return known;
    }
    final V simulated = simulation.entries.get(key);
    if (simulated != null && use == Use.CONSENSUS) {
      remove(simulation, key, simulated);
      keep(key, simulated, use);
    }
    return simulated;
  }

  private void keep(Key key, V value, Use use) {
    final Segment<V> segment = use == Use.CONSENSUS ? consensus : simulation;
    segment.entries.put(key, value);
    segment.bytes += size.applyAsLong(value);
    final int reservedModules = maxModules / SIMULATION_SHARE;
    final long reservedBytes = maxBytes / SIMULATION_SHARE;
    while (consensus.entries.size() > 1
        && (consensus.entries.size() > maxModules - reservedModules
            || consensus.bytes > maxBytes - reservedBytes)) {
      evictOldest(consensus);
    }
    while (!simulation.entries.isEmpty()
        && (consensus.entries.size() + simulation.entries.size() > maxModules
            || consensus.bytes + simulation.bytes > maxBytes)) {
      evictOldest(simulation);
    }
  }

  private void evictOldest(Segment<V> segment) {
    final Iterator<Map.Entry<Key, V>> oldestFirst = segment.entries.entrySet().iterator();
    final V value = oldestFirst.next().getValue();
    oldestFirst.remove();
    segment.bytes -= size.applyAsLong(value);
    evictions++;
  }

  private void remove(Segment<V> segment, Key key, V value) {
    segment.entries.remove(key);
    segment.bytes -= size.applyAsLong(value);
  }

  /** The keys of what consensus has used, the least recently used first. */
  public synchronized List<Key> consensusKeys() {
    return List.copyOf(consensus.entries.keySet());
  }

  /** The figures now. */
  public synchronized Counters counters() {
    return new Counters(
        hits,
        misses,
        failures,
        evictions,
        consensus.entries.size() + simulation.entries.size(),
        consensus.bytes + simulation.bytes,
        consensus.entries.size());
  }
}
