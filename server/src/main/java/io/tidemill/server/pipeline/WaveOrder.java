package io.tidemill.server.pipeline;

import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import io.tidemill.state.hash.Hash32;
import org.jspecify.annotations.Nullable;

/** What is said to a wave that is not the next one. */
final class WaveOrder {
  private WaveOrder() {}

  static void refuseWhenFaulted(Position now) {
    final String fault = now.fault();
    if (fault != null) {
      throw Refusal.of(Reason.NODE_FAULTED, "detail", fault);
    }
  }

  /** Refuses a wave that is after the next one, or that is the next one on another parent. */
  static void check(long wave, @Nullable Hash32 parentRoot, Position now) {
    if (Long.compareUnsigned(wave, now.expectedWave()) > 0) {
      throw Refusal.of(
          Reason.WAVE_GAP,
          "wave",
          Long.toUnsignedString(wave),
          "expected_wave",
          now.expectedWave());
    }
    if (wave == now.expectedWave()
        && parentRoot != null
        && !parentRoot.equals(now.expectedParent())) {
      throw Refusal.of(
          Reason.PARENT_ROOT_MISMATCH,
          "wave",
          wave,
          "parent_root",
          parentRoot.toHex(),
          "expected_parent_root",
          now.expectedParent().toHex(),
          "expected_parent_wave",
          now.expectedWave() - 1);
    }
  }

  static void checkRoot(long wave, Hash32 root, Hash32 given) {
    if (!root.equals(given)) {
      throw Refusal.of(
          Reason.ROOT_MISMATCH, "wave", wave, "root", root.toHex(), "expected_root", given.toHex());
    }
  }
}
