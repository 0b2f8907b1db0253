package io.tidemill.server.abi;

import io.tidemill.state.hash.Hash32;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The words of the contracts that were asked for last, by code hash. Safe for use by many threads.
 */
public final class AbiTexts {
  private static final int MAX_CONTRACTS = 256;

  private final Map<Hash32, Optional<AbiText>> known =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Hash32, Optional<AbiText>> eldest) {
          return size() > MAX_CONTRACTS;
        }
      };

  /** The words of the code with this hash, which {@code code} may have to find; null for none. */
  public @Nullable AbiText of(Hash32 codeHash, Function<Hash32, byte @Nullable []> code) {
    synchronized (known) {
      final Optional<AbiText> text = known.get(codeHash);
      if (text != null) {
        return text.orElse(null);
      }
    }
    final byte[] wasm = code.apply(codeHash);
    final AbiText text = wasm == null ? null : AbiText.of(wasm);
    synchronized (known) {
      known.put(codeHash, Optional.ofNullable(text));
    }
    return text;
  }
}
