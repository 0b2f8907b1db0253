package io.tidemill.state.proof;

import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path from the root to where a key is, or would be. Source: state-and-transactions 3.7.
 *
 * <p>Wire form; bit i of the map, counted from the most significant bit of its first byte, says
 * whether sibling i is sent or is the hash of an empty subtree:
 *
 * <pre>
 * form u8 = 1 | end u8 | depth u16 BE | map ceil(depth / 8) | sent siblings 32 each, root first |
 * when end = 2: key hash 32 | value hash 32
 * end: 0 an empty subtree, 1 the leaf of the key itself, 2 the leaf of another key
 * </pre>
 *
 * @param siblings the hashes beside the path, from the root down, at most 256
 * @param end what the path ends in
 * @param other the leaf of another key that the path ends in, when {@code end} says so
 */
public record Proof(List<Hash32> siblings, End end, @Nullable OtherLeaf other) {
  /** The form that {@link #encode} writes. */
  public static final int FORM = 1;

  /** The greatest number of siblings: the bits of a key hash. */
  public static final int MAX_DEPTH = 256;

  private static final int HEADER = 4;

  /** What a path ends in. */
  public enum End {
    /** No key is below: the key is absent. */
    EMPTY,
    /** The key's own leaf: the key is present. */
    OWN_LEAF,
    /** The only key below is another one: the key is absent. */
    OTHER_LEAF
  }

  /** The leaf of another key. */
  public record OtherLeaf(Hash32 keyHash, Hash32 valueHash) {}

  /** Checks that the parts fit together. */
  public Proof {
    if (siblings.size() > MAX_DEPTH || (other != null) != (end == End.OTHER_LEAF)) {
      throw new IllegalArgumentException("a proof of " + siblings.size() + " siblings, " + end);
    }
    siblings = List.copyOf(siblings);
  }

  /** The wire form. */
  public byte[] encode() {
    final int mapLength = (siblings.size() + 7) / 8;
    int sent = 0;
    for (final Hash32 sibling : siblings) {
      sent += sibling.equals(TreeHash.EMPTY) ? 0 : 1;
    }
    final int length = HEADER + mapLength + Hash32.LENGTH * (sent + (other == null ? 0 : 2));
    final ByteBuffer out = ByteBuffer.allocate(length);
    out.put((byte) FORM).put(code(end)).putShort((short) siblings.size());
    final byte[] map = new byte[mapLength];
    for (int i = 0; i < siblings.size(); i++) {
      if (!siblings.get(i).equals(TreeHash.EMPTY)) {
        map[i / 8] |= (byte) (0x80 >>> i % 8);
      }
    }
    out.put(map);
    for (final Hash32 sibling : siblings) {
      if (!sibling.equals(TreeHash.EMPTY)) {
        out.put(sibling.toBytes());
      }
    }
    if (other != null) {
      out.put(other.keyHash().toBytes()).put(other.valueHash().toBytes());
    }
    return out.array();
  }

  /**
   * Reads the wire form. There is one form of each proof: unused map bits must be zero, and a hash
   * of an empty subtree must not be sent.
   *
   * @throws IllegalArgumentException saying what is wrong, at which byte
   */
  public static Proof decode(byte[] bytes) {
    if (bytes.length < HEADER || bytes[0] != FORM) {
      throw new IllegalArgumentException("not a proof of form " + FORM + ", at byte 0");
    }
    final End end =
        switch (bytes[1]) {
          case 0 -> End.EMPTY;
          case 1 -> End.OWN_LEAF;
          case 2 -> End.OTHER_LEAF;
          default -> throw new IllegalArgumentException("unknown end " + bytes[1] + ", at byte 1");
        };
    final int depth = (bytes[2] & 0xFF) << 8 | (bytes[3] & 0xFF);
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("depth " + depth + " is over 256, at byte 2");
    }
    int at = HEADER + (depth + 7) / 8;
    final List<Hash32> siblings = new ArrayList<>(depth);
    for (int i = 0; i < (depth + 7) / 8 * 8; i++) {
      final int place = HEADER + i / 8;
      final boolean sent = place < bytes.length && (bytes[place] & 0x80 >>> i % 8) != 0;
      if (i >= depth ? sent : place >= bytes.length) {
        throw new IllegalArgumentException("bad map of siblings, at byte " + place);
      }
      if (i < depth) {
        siblings.add(sent ? hash(bytes, at) : TreeHash.EMPTY);
        if (sent && siblings.getLast().equals(TreeHash.EMPTY)) {
          throw new IllegalArgumentException("an empty sibling was sent, at byte " + at);
        }
        at += sent ? Hash32.LENGTH : 0;
      }
    }
    OtherLeaf other = null;
    if (end == End.OTHER_LEAF) {
      other = new OtherLeaf(hash(bytes, at), hash(bytes, at + Hash32.LENGTH));
      at += 2 * Hash32.LENGTH;
    }
    if (at != bytes.length) {
      throw new IllegalArgumentException("trailing bytes after the proof, at byte " + at);
    }
    return new Proof(siblings, end, other);
  }

  private static byte code(End end) {
    return switch (end) {
      case EMPTY -> 0;
      case OWN_LEAF -> 1;
      case OTHER_LEAF -> 2;
    };
  }

  private static Hash32 hash(byte[] bytes, int at) {
    if (bytes.length - at < Hash32.LENGTH) {
      throw new IllegalArgumentException("the proof ends early, at byte " + bytes.length);
    }
    return Hash32.at(bytes, at);
  }
}
