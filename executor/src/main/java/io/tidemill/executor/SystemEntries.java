package io.tidemill.executor;

import io.tidemill.executor.nativetx.Slash;
import io.tidemill.executor.nativetx.SlashEvidence;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.overlay.Overlay;
import io.tidemill.executor.overlay.WaveView;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.state.Snapshot;
import java.util.Collections;

/**
 * Slashing evidence in the wave header: applied before the first transaction, without payer, nonce
 * or receipt. Evidence that does not apply changes nothing. Source: decisions S14.
 */
final class SystemEntries {
  private SystemEntries() {}

  /**
   * {@code base} with the system entries of {@code wave} applied.
   *
   * @throws InvalidWaveException if an entry is no evidence
   */
  static Snapshot apply(Wave wave, Snapshot base, Rules rules, SignatureVerifier verifier) {
    if (wave.systemEntries().isEmpty()) {
      return base;
    }
    final Overlay overlay = new Overlay(new WaveView(base));
    final Ledger ledger = new Ledger(overlay);
    for (int i = 0; i < wave.systemEntries().size(); i++) {
      final SlashEvidence evidence = SlashEvidence.decode(wave.systemEntries().get(i));
      if (evidence == null) {
        throw new InvalidWaveException(
            "wave " + wave.context().waveId() + ": system entry " + i + " is no slashing evidence");
      }
      Slash.applySystemEntry(ledger, rules, wave.context().waveId(), evidence, verifier);
    }
    return new ChangedSnapshot(base, overlay.sortedWrites(), Collections.emptySortedMap());
  }
}
