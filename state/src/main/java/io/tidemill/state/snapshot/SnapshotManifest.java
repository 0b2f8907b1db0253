package io.tidemill.state.snapshot;

import io.tidemill.state.StateException;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a snapshot holds. Text, so that a person can read it:
 *
 * <pre>
 * tidemill-snapshot 1
 * chain 31337
 * wave 12
 * root 64 hex digits
 * content 64 hex digits        the content hash of the wave
 * keys 1000
 * record hex digits            the wave record
 * state 64 hex digits, bytes   one line per chunk of values, in order: its Blake3 and its length
 * code 64 hex digits, bytes    one line per chunk of modules
 * </pre>
 *
 * <p>A chunk is the file named by its hash, so a download goes on with whatever is missing.
 */
public record SnapshotManifest(
    long chainId,
    long wave,
    Hash32 root,
    Hash32 contentHash,
    long keys,
    byte[] record,
    List<Chunk> chunks) {
  /** The name of the manifest file; it is written last. */
  public static final String FILE = "MANIFEST";

  /** The version of the layout of manifest and chunks. */
  public static final int FORMAT = 1;

  private static final String HEADER = "tidemill-snapshot " + FORMAT;

  /** A chunk file: what it holds, its Blake3 and its length in bytes. */
  public record Chunk(Kind kind, Hash32 hash, long length) {
    /** The name of the file. */
    public String fileName() {
      return hash.toHex();
    }
  }

  /** What is in a chunk. */
  public enum Kind {
    /** Values of the state. */
    STATE,
    /** Modules. */
    CODE
  }

  /** The text form. */
  public String toText() {
    final StringBuilder out = new StringBuilder(HEADER).append('\n');
    out.append("chain ").append(Long.toUnsignedString(chainId)).append('\n');
    out.append("wave ").append(wave).append('\n');
    out.append("root ").append(root).append('\n');
    out.append("content ").append(contentHash).append('\n');
    out.append("keys ").append(keys).append('\n');
    out.append("record ").append(HexFormat.of().formatHex(record)).append('\n');
    for (final Chunk chunk : chunks) {
      out.append(chunk.kind() == Kind.STATE ? "state " : "code ")
          .append(chunk.hash())
          .append(' ')
          .append(chunk.length())
          .append('\n');
    }
    return out.toString();
  }

  /**
   * Reads the manifest of the snapshot in {@code directory}.
   *
   * @throws StateException naming the file and the line that is wrong
   */
  public static SnapshotManifest read(Path directory) {
    final Path file = directory.resolve(FILE);
    try {
      return parse(file, Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new StateException("cannot read the snapshot manifest " + file + ": " + e, e);
    }
  }

  private static SnapshotManifest parse(Path file, List<String> lines) {
    int line = 0;
    try {
      if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
        throw new IllegalArgumentException("expected \"" + HEADER + "\"");
      }
      final long chain = Long.parseUnsignedLong(word(lines, ++line, "chain "));
      final long wave = Long.parseLong(word(lines, ++line, "wave "));
      final Hash32 root = Hash32.fromHex(word(lines, ++line, "root "));
      final Hash32 content = Hash32.fromHex(word(lines, ++line, "content "));
      final long keys = Long.parseLong(word(lines, ++line, "keys "));
      final byte[] record = HexFormat.of().parseHex(word(lines, ++line, "record "));
      final List<Chunk> chunks = new ArrayList<>();
      for (++line; line < lines.size(); line++) {
        final Kind kind = lines.get(line).startsWith("code ") ? Kind.CODE : Kind.STATE;
        final String text = word(lines, line, kind == Kind.CODE ? "code " : "state ");
        final int space = text.indexOf(' ');
        if (space < 0) {
          throw new IllegalArgumentException("expected a hash and a length");
        }
        chunks.add(
            new Chunk(
                kind,
                Hash32.fromHex(text.substring(0, space)),
                Long.parseLong(text, space + 1, text.length(), 10)));
      }
      return new SnapshotManifest(chain, wave, root, content, keys, record, chunks);
    } catch (IllegalArgumentException e) {
      throw new StateException(file + " line " + (line + 1) + ": " + e.getMessage(), e);
    }
  }

  private static String word(List<String> lines, int line, String name) {
    if (line >= lines.size() || !lines.get(line).startsWith(name)) {
      throw new IllegalArgumentException("expected \"" + name.strip() + "\"");
    }
    return lines.get(line).substring(name.length());
  }

  /** The chunks that are not in {@code directory}, or not whole. */
  public List<Chunk> missing(Path directory) {
    final List<Chunk> missing = new ArrayList<>();
    for (final Chunk chunk : chunks) {
      try {
        final Path file = directory.resolve(chunk.fileName());
        if (!Files.exists(file)
            || Files.size(file) != chunk.length()
            || !Blake3.hash(Files.readAllBytes(file)).equals(chunk.hash())) {
          missing.add(chunk);
        }
      } catch (IOException e) {
        throw new StateException("cannot read a chunk in " + directory + ": " + e, e);
      }
    }
    return missing;
  }

  /**
   * The bytes of {@code chunk} in {@code directory}.
   *
   * @throws StateException if the file is missing or has another hash
   */
  public static byte[] load(Path directory, Chunk chunk) {
    final Path file = directory.resolve(chunk.fileName());
    try {
      final byte[] bytes = Files.readAllBytes(file);
      if (!Blake3.hash(bytes).equals(chunk.hash())) {
        throw new StateException("chunk " + file + " is damaged; delete it and download it again");
      }
      return bytes;
    } catch (IOException e) {
      throw new StateException("chunk " + file + " is missing; download it again: " + e, e);
    }
  }
}
