package io.tidemill.executor.contract;

import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What puppets do, said again without frames, overlays or gas: every call copies the whole world
 * and keeps the copy when it succeeds.
 */
final class PuppetModel {
  /** A world. */
  static final class World {
    final TreeMap<Address, TreeMap<Hash32, byte[]>> storage = new TreeMap<>();
    final TreeMap<Address, Long> balances = new TreeMap<>();
    final TreeSet<Address> contracts = new TreeSet<>();
    final List<String> events = new ArrayList<>();

    World copy() {
      final World copy = new World();
      storage.forEach((address, slots) -> copy.storage.put(address, new TreeMap<>(slots)));
      copy.balances.putAll(balances);
      copy.contracts.addAll(contracts);
      copy.events.addAll(events);
      return copy;
    }

    long balance(Address address) {
      return balances.getOrDefault(address, 0L);
    }

    /** Whether it could be paid. */
    boolean move(Address from, Address to, long amount) {
      if (amount > balance(from)) {
        return false;
      }
      balances.put(from, balance(from) - amount);
      balances.put(to, balance(to) + amount);
      return true;
    }
  }

  enum End {
    SUCCESS,
    REVERTED,
    TRAPPED
  }

  record Outcome(End end, byte[] log) {}

  private record Frame(Address self, boolean view, @Nullable Frame parent, @Nullable String guard) {
    boolean blocks(Address address, String function) {
      for (Frame frame = this; frame != null; frame = frame.parent) {
        if (frame.self.equals(address) && function.equals(frame.guard)) {
          return true;
        }
      }
      return false;
    }

    int depth() {
      return parent == null ? 0 : parent.depth() + 1;
    }
  }

  World world;
  private int instantiates;

  PuppetModel(World world) {
    this.world = world;
  }

  /** A transaction of {@code sender}. */
  Outcome transaction(Address sender, Address target, int function, long value, byte[] script) {
    final World before = world.copy();
    if (!world.move(sender, target, value)) {
      throw new IllegalArgumentException("the sender is too poor");
    }
    final Outcome outcome =
        run(new Frame(target, function == Puppets.PEEK, null, Puppets.NAMES[function]), script);
    if (outcome.end() != End.SUCCESS) {
      world = before;
    }
    return outcome;
  }

  private Outcome run(Frame frame, byte[] script) {
    final Reader in = new Reader(script);
    final ByteArrayOutputStream log = new ByteArrayOutputStream();
    while (in.more()) {
      switch (in.u8()) {
        case 1 -> {
          final Hash32 key = in.hash();
          final byte[] value = in.bytes(in.u8());
          if (frame.view()) {
            return trapped();
          }
          world.storage.computeIfAbsent(frame.self(), any -> new TreeMap<>()).put(key, value);
        }
        case 2 -> {
          final Hash32 key = in.hash();
          if (frame.view()) {
            return trapped();
          }
          world.storage.computeIfAbsent(frame.self(), any -> new TreeMap<>()).remove(key);
        }
        case 3 -> {
          final Address to = new Address(in.hash());
          final long amount = in.amount();
          put(log, frame.view() ? -5 : transfer(frame.self(), to, amount));
        }
        case 4 -> {
          final Hash32 topic = in.hash();
          final byte[] data = in.bytes(in.u8());
          if (!frame.view()) {
            world.events.add(frame.self() + " " + topic + " " + data.length);
          }
          put(log, frame.view() ? -5 : 0);
        }
        case 5 -> call(frame, in, log);
        case 6 -> {
          if (frame.view() || frame.depth() >= 1_023) {
            return trapped();
          }
          instantiate(frame, in, log);
        }
        case 7 -> {
          return new Outcome(End.REVERTED, log.toByteArray());
        }
        case 9 -> {
          in.bytes(8);
          put(log, 0);
        }
        case 10 -> {
          final TreeMap<Hash32, byte[]> slots = world.storage.get(frame.self());
          final Hash32 key = in.hash();
          final byte[] value = slots == null ? null : slots.get(key);
          put(log, value == null ? -1 : value.length);
          if (value != null) {
            log.writeBytes(value);
          }
        }
        default -> {
          return trapped();
        }
      }
    }
    return new Outcome(End.SUCCESS, log.toByteArray());
  }

  private static Outcome trapped() {
    return new Outcome(End.TRAPPED, new byte[0]);
  }

  private int transfer(Address from, Address to, long amount) {
    if (to.isZero()) {
      return -8;
    }
    return world.move(from, to, amount) ? 0 : -3;
  }

  private void call(Frame frame, Reader in, ByteArrayOutputStream log) {
    final int kind = in.u8();
    final Address target = new Address(in.hash());
    final long value = kind == Puppets.CROSS ? in.amount() : 0 * in.amount();
    in.bytes(8);
    final int function = in.u8();
    final byte[] script = in.bytes(in.u16());
    final String name = Puppets.NAMES[function];
    if (frame.depth() >= 1_023) {
      answer(log, -10, 0);
      return;
    }
    if (frame.view() && value > 0) {
      answer(log, -5, 8_192);
      return;
    }
    if (!world.contracts.contains(target)) {
      answer(log, -10, 0);
      return;
    }
    final Address self = kind == Puppets.DELEGATE ? frame.self() : target;
    if (kind == Puppets.STATIC && function != Puppets.PEEK) {
      answer(log, -5, 8_192);
    } else if (kind != Puppets.STATIC && function == Puppets.ONCE && frame.blocks(self, "once")) {
      answer(log, -9, 8_192);
    } else if (value > 0 && function == Puppets.PEEK) {
      answer(log, -12, 8_192);
    } else if (world.balance(frame.self()) < value) {
      answer(log, -3, 8_192);
    } else {
      final boolean view = frame.view() || function == Puppets.PEEK;
      final Frame callee = new Frame(self, view, frame, kind == Puppets.STATIC ? null : name);
      final World before = world.copy();
      world.move(frame.self(), target, value);
      final Outcome outcome = run(callee, script);
      if (outcome.end() != End.SUCCESS) {
        world = before;
      }
      answer(log, outcome.end() == End.SUCCESS ? 0 : -10, outcome.log().length);
    }
  }

  private void instantiate(Frame frame, Reader in, ByteArrayOutputStream log) {
    final Address template = new Address(in.hash());
    final Hash32 salt = in.hash();
    final long value = in.amount();
    in.bytes(8);
    final byte[] script = in.bytes(in.u16());
    if (instantiates++ >= 64) {
      instantiates = 64;
      answer(log, -48, 8_192);
      return;
    }
    final Address child = Addresses.child(frame.self(), template, salt);
    if (!world.contracts.contains(template)) {
      answer(log, -43, 8_192);
    } else if (world.contracts.contains(child)) {
      answer(log, -44, 8_192);
    } else if (world.balance(frame.self()) < value) {
      answer(log, -3, 8_192);
    } else {
      final World before = world.copy();
      world.contracts.add(child);
      world.move(frame.self(), child, value);
      world.events.add(
          frame.self() + " 622a0a9e1e2b487288904a22b18174d6e45b3749c756a94209ef9a9cf768847a " + 80);
      final Outcome outcome = run(new Frame(child, false, frame, "init"), script);
      if (outcome.end() != End.SUCCESS) {
        world = before;
      }
      answer(log, outcome.end() == End.SUCCESS ? 0 : -40, outcome.log().length);
    }
  }

  private static void answer(ByteArrayOutputStream log, int code, int length) {
    put(log, code);
    put(log, length);
  }

  private static void put(ByteArrayOutputStream log, int value) {
    for (int i = 0; i < 4; i++) {
      log.write(value >>> 8 * i);
    }
  }

  private static final class Reader {
    private final byte[] bytes;
    private int at;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    boolean more() {
      return at < bytes.length;
    }

    int u8() {
      return bytes[at++] & 0xFF;
    }

    int u16() {
      return u8() | u8() << 8;
    }

    byte[] bytes(int length) {
      at += length;
      return java.util.Arrays.copyOfRange(bytes, at - length, at);
    }

    Hash32 hash() {
      return Hash32.of(bytes(32));
    }

    long amount() {
      return U128.at(bytes(16), 0).low();
    }
  }
}
