package io.tidemill.server.chain;

import io.tidemill.client.keys.FalconKey;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The built-in development chain: chain id 31337, trusted signatures, ten accounts with known keys.
 * Account i has the FALCON-512 key that is generated from the seed Blake3("pyde-devnet-v1/" and i
 * as u64 little-endian). Never use these keys elsewhere.
 */
public final class DevChain {
  /** The chain id of development chains. */
  public static final long CHAIN_ID = 31_337;

  /** How many accounts are funded. */
  public static final int ACCOUNTS = 10;

  /** What each of them has, in quanta: 1,000,000 PYDE. */
  public static final U128 BALANCE = U128.of(1_000_000_000_000_000L);

  /** A funded account; its key is made from {@code seed}, which whoever has it can sign with. */
  public record DevAccount(int index, Address address, FalconKey key, byte[] seed) {}

  private static final class Lazy {
    static final List<DevAccount> ACCOUNTS_WITH_KEYS = generate(FalconKey::devnetSeed);
  }

  private DevChain() {}

  /** The rules, for ever the same. */
  public static ChainSpecification specification() {
    return ChainSpecification.always(
        Rules.of(CHAIN_ID, Rules.Lifecycle.DEV, Rules.Signatures.TRUSTED));
  }

  /** The accounts with their keys. */
  public static List<DevAccount> accounts() {
    return Lazy.ACCOUNTS_WITH_KEYS;
  }

  /** Ten other accounts: the seed of account i is Blake3(phrase and i as u64 little-endian). */
  public static List<DevAccount> accounts(String phrase) {
    return generate(
        index ->
            Blake3.hash(
                    new BorshWriter()
                        .fixed(phrase.getBytes(StandardCharsets.UTF_8))
                        .u64(index)
                        .toBytes())
                .toBytes());
  }

  /** The state of wave 0. */
  public static StateDelta genesis() {
    return genesis(accounts());
  }

  /** A state of wave 0 that funds {@code accounts}. */
  public static StateDelta genesis(List<DevAccount> accounts) {
    final TreeMap<StateKey, byte @Nullable []> state = new TreeMap<>();
    for (DevAccount account : accounts) {
      state.put(
          StateKeys.account(account.address()),
          AccountCodec.encode(
              Account.empty(account.address())
                  .withBalance(BALANCE)
                  .withAuthKeys(new AuthKeys.Single(account.key().publicKey()), 0)));
    }
    return StateDelta.of(state);
  }

  private static List<DevAccount> generate(IntFunction<byte[]> seeds) {
    return IntStream.range(0, ACCOUNTS)
        .parallel()
        .mapToObj(index -> generate(index, seeds.apply(index)))
        .toList();
  }

  private static DevAccount generate(int index, byte[] seed) {
    final FalconKey key = FalconKey.fromSeed(seed);
    return new DevAccount(index, new Address(Hash32.of(key.address().toBytes())), key, seed);
  }
}
