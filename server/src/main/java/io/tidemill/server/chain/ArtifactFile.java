package io.tidemill.server.chain;

import io.tidemill.executor.wasm.ModuleCache;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A compiled module on disk. Little-endian:
 *
 * <pre>
 *   0    8  "TMARTIF1"
 *   8   32  what compiled it and what it runs on, see {@link EngineBuild}
 *  40   32  code hash
 *  72   32  what it was compiled under: rules, profile, backend
 * 104    4  length n of the artefact
 * 108    n  the artefact
 * 108+n 32  Blake3 of everything before
 * </pre>
 */
final class ArtifactFile {
  private static final long MAGIC = 0x3146_4954_5241_4D54L; // TMARTIF1 from the low byte up
  private static final int HEADER = 8 + 3 * Hash32.LENGTH + 4;

  private ArtifactFile() {}

  /** What reading a file gives. */
  sealed interface Read {}

  /** The artefact, to the last bit. */
  record Intact(byte[] artifact) implements Read {}

  /** Whole, and of another build, JVM or module. */
  record Stale() implements Read {}

  /** Not what was written. */
  record Damaged() implements Read {}

  /** The bytes of a file. */
  static byte[] encode(Hash32 build, ModuleCache.Key key, byte[] artifact) {
    final int end = Math.addExact(HEADER, artifact.length);
    final ByteBuffer out =
        ByteBuffer.allocate(Math.addExact(end, Hash32.LENGTH)).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC).put(build.toBytes());
    out.put(key.codeHash().toBytes()).put(key.rules().toBytes());
    out.putInt(artifact.length).put(artifact);
    out.put(Blake3.hash(out.array(), 0, end).toBytes());
    return out.array();
  }

  /** Takes a file apart; total. */
  static Read decode(Hash32 build, ModuleCache.Key key, byte[] file) {
    final int end = file.length - Hash32.LENGTH;
    if (end < HEADER || !Blake3.hash(file, 0, end).equals(Hash32.at(file, end))) {
      return new Damaged();
    }
    final ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getLong() != MAGIC || in.getInt(HEADER - 4) != end - HEADER) {
      return new Damaged();
    }
    final boolean same =
        Hash32.at(file, 8).equals(build)
            && Hash32.at(file, 40).equals(key.codeHash())
            && Hash32.at(file, 72).equals(key.rules());
    return same ? new Intact(Arrays.copyOfRange(file, HEADER, end)) : new Stale();
  }
}
