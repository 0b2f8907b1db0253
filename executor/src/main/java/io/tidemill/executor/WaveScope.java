package io.tidemill.executor;

import io.tidemill.executor.host.Threshold;
import io.tidemill.state.hash.Hash32;
import java.util.List;

/**
 * What every transaction of one wave shares.
 *
 * @param quarantined sorted code hashes that nothing may run (decisions O5)
 * @param threshold what the client knows about the threshold committee
 */
public record WaveScope(
    Rules rules, WaveContext context, List<Hash32> quarantined, Threshold threshold) {
  public WaveScope {
    quarantined = quarantined.stream().sorted().distinct().toList();
  }

  /** The scope of {@code wave} under {@code rules}. */
  public static WaveScope of(Wave wave, Rules rules) {
    return new WaveScope(rules, wave.context(), wave.quarantinedCode(), wave.threshold());
  }
}
