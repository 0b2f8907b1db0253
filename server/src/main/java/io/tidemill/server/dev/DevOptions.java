package io.tidemill.server.dev;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a development chain is wanted.
 *
 * @param state folder of the state, or null to forget it at the end
 * @param seed what the accounts are made from, or null for the accounts that every chain has
 * @param interval how often a wave is made; null for a wave per transaction
 * @param manual whether waves are made by hand only
 * @param baseFee quanta per gas
 * @param trace whether the call tree of every transaction is printed
 * @param httpPort of JSON-RPC; 0 takes a free one
 * @param grpcPort of the node; 0 takes a free one
 */
public record DevOptions(
    @Nullable Path state,
    @Nullable String seed,
    @Nullable Duration interval,
    boolean manual,
    BigInteger baseFee,
    boolean trace,
    int httpPort,
    int grpcPort) {
  /** In memory, on free ports, a wave per transaction, no fees. */
  public static final DevOptions FOR_TESTS =
      new DevOptions(null, null, null, false, BigInteger.ZERO, false, 0, 0);
}
