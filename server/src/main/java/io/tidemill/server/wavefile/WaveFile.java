package io.tidemill.server.wavefile;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Waves in a file. Borsh: magic "TIDEWAVE" 8, version u16 = 1, chain_id u64, waves vec of
 * {timestamp u64, beacon 32, base_fee u128, anchor_member_id u32, entries vec of {skip bool,
 * reveal_of option 32, transaction bytes}, quarantined vec of 32, system_entries vec of bytes}.
 * Wave numbers and parent roots are not in the file: a replay continues from the node's head.
 * Described in {@code docs/wave-file.md}.
 */
public record WaveFile(long chainId, List<FileWave> waves) {
  private static final byte[] MAGIC = "TIDEWAVE".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;

  /** One wave. */
  public record FileWave(
      long timestamp,
      Hash32 beacon,
      U128 baseFee,
      int anchorMemberId,
      List<FileEntry> entries,
      List<Hash32> quarantined,
      List<byte[]> systemEntries) {
    public FileWave {
      entries = List.copyOf(entries);
      quarantined = List.copyOf(quarantined);
      systemEntries = List.copyOf(systemEntries);
    }
  }

  /** One transaction as it is sent. */
  public record FileEntry(boolean skip, @Nullable Hash32 revealOf, byte[] transaction) {}

  public WaveFile {
    waves = List.copyOf(waves);
  }

  /** The bytes of the file. */
  public byte[] encode() {
    final BorshWriter out = new BorshWriter(1 << 16);
    out.fixed(MAGIC).u16(VERSION).u64(chainId).u32(waves.size());
    for (FileWave wave : waves) {
      out.u64(wave.timestamp()).hash32(wave.beacon());
      wave.baseFee().write(out);
      out.u32(wave.anchorMemberId()).u32(wave.entries().size());
      for (FileEntry entry : wave.entries()) {
        out.bool(entry.skip()).bool(entry.revealOf() != null);
        if (entry.revealOf() != null) {
          out.hash32(entry.revealOf());
        }
        out.bytes(entry.transaction());
      }
      out.u32(wave.quarantined().size());
      for (Hash32 code : wave.quarantined()) {
        out.hash32(code);
      }
      out.u32(wave.systemEntries().size());
      for (byte[] entry : wave.systemEntries()) {
        out.bytes(entry);
      }
    }
    return out.toBytes();
  }

  /**
   * The file in {@code bytes}.
   *
   * @throws IllegalArgumentException if it is none; the message says where
   */
  public static WaveFile decode(byte[] bytes) {
    try {
      final BorshReader in = new BorshReader(bytes);
      if (!Arrays.equals(in.fixed("magic", MAGIC.length), MAGIC)) {
        throw new IllegalArgumentException("not a wave file: it does not begin with TIDEWAVE");
      }
      final int version = in.u16("version");
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "wave file version " + version + ", this build reads version " + VERSION);
      }
      final long chainId = in.u64("chain_id");
      final int count = in.count("waves", 68);
      final List<FileWave> waves = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        waves.add(readWave(in));
      }
      in.end("wave file");
      return new WaveFile(chainId, waves);
    } catch (BorshException e) {
      throw new IllegalArgumentException("not a wave file: " + e.getMessage(), e);
    }
  }

  private static FileWave readWave(BorshReader in) {
    final long timestamp = in.u64("timestamp");
    final Hash32 beacon = in.hash32("beacon");
    final U128 baseFee = U128.read(in, "base_fee");
    final int anchor = in.u32("anchor_member_id");
    final int count = in.count("entries", 6);
    final List<FileEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final boolean skip = in.bool("entries.skip");
      final Hash32 revealOf =
          in.option("entries.reveal_of") ? in.hash32("entries.reveal_of") : null;
      entries.add(new FileEntry(skip, revealOf, in.bytes("entries.transaction")));
    }
    final int codes = in.count("quarantined", Hash32.LENGTH);
    final List<Hash32> quarantined = new ArrayList<>(codes);
    for (int i = 0; i < codes; i++) {
      quarantined.add(in.hash32("quarantined"));
    }
    final int evidence = in.count("system_entries", 4);
    final List<byte[]> systemEntries = new ArrayList<>(evidence);
    for (int i = 0; i < evidence; i++) {
      systemEntries.add(in.bytes("system_entries"));
    }
    return new FileWave(timestamp, beacon, baseFee, anchor, entries, quarantined, systemEntries);
  }
}
