package io.tidemill.client.wavefile;

import com.google.protobuf.ByteString;
import io.tidemill.client.codec.BorshReader;
import io.tidemill.client.codec.BorshWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Waves in a file. Borsh: magic "TIDEWAVE" 8, version u16 = 1, chain_id u64, waves vec of
 * {timestamp u64, beacon 32, base_fee u128, anchor_member_id u32, entries vec of {skip bool,
 * reveal_of option 32, transaction bytes}, quarantined vec of 32, system_entries vec of bytes}.
 * Wave numbers and parent roots are not in the file: whoever sends it says where it begins.
 * Described in {@code docs/wave-file.md}.
 */
public record WaveFile(long chainId, List<FileWave> waves) {
  private static final int HASH = 32;
  private static final byte[] MAGIC = "TIDEWAVE".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;

  /** Copies the list. */
  public WaveFile {
    waves = List.copyOf(waves);
  }

  /**
   * One wave.
   *
   * @param timestamp seconds since the epoch
   * @param beacon 32 bytes
   * @param baseFee quanta per gas
   * @param quarantined code hashes, 32 bytes each
   * @param systemEntries slashing evidence, Borsh
   */
  public record FileWave(
      long timestamp,
      ByteString beacon,
      BigInteger baseFee,
      long anchorMemberId,
      List<FileEntry> entries,
      List<ByteString> quarantined,
      List<ByteString> systemEntries) {
    /** Copies the lists. */
    public FileWave {
      entries = List.copyOf(entries);
      quarantined = List.copyOf(quarantined);
      systemEntries = List.copyOf(systemEntries);
    }

    private void write(BorshWriter out) {
      out.u64(timestamp).fixed(beacon.toByteArray()).u128(baseFee).u32(anchorMemberId);
      out.list(entries, (writer, entry) -> entry.write(writer));
      out.list(quarantined, (writer, code) -> writer.fixed(code.toByteArray()));
      out.list(systemEntries, (writer, evidence) -> writer.bytes(evidence.toByteArray()));
    }

    private static FileWave read(BorshReader in) {
      return new FileWave(
          in.u64(),
          hash(in),
          in.u128(),
          in.u32(),
          in.list(FileEntry::read),
          in.list(WaveFile::hash),
          in.list(reader -> ByteString.copyFrom(reader.bytes())));
    }
  }

  /**
   * One transaction as it is sent.
   *
   * @param skip consensus says not to run it
   * @param revealOf the commitment whose inner transaction this is, 32 bytes, or null
   */
  public record FileEntry(boolean skip, @Nullable ByteString revealOf, ByteString transaction) {
    private void write(BorshWriter out) {
      out.bool(skip);
      out.option(revealOf, (writer, commitment) -> writer.fixed(commitment.toByteArray()));
      out.bytes(transaction.toByteArray());
    }

    private static FileEntry read(BorshReader in) {
      boolean skip = in.bool();
      ByteString revealOf = in.option(WaveFile::hash);
      return new FileEntry(skip, revealOf, ByteString.copyFrom(in.bytes()));
    }
  }

  /** The bytes of the file. */
  public byte[] encode() {
    BorshWriter out = new BorshWriter();
    out.fixed(MAGIC).u16(VERSION).u64(chainId);
    return out.list(waves, (writer, wave) -> wave.write(writer)).toBytes();
  }

  /**
   * The file in {@code bytes}.
   *
   * @throws IllegalArgumentException if it is none; the message says where
   */
  public static WaveFile decode(byte[] bytes) {
    boolean named =
        bytes.length >= MAGIC.length
            && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    if (!named) {
      throw new IllegalArgumentException("not a wave file: it does not begin with TIDEWAVE");
    }
    BorshReader in = new BorshReader(bytes);
    in.fixed(MAGIC.length);
    int version = in.u16();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "wave file version " + version + ", this build reads version " + VERSION);
    }
    try {
      WaveFile file = new WaveFile(in.u64(), in.list(FileWave::read));
      in.end();
      return file;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a wave file: " + e.getMessage(), e);
    }
  }

  private static ByteString hash(BorshReader in) {
    return ByteString.copyFrom(in.fixed(HASH));
  }
}
