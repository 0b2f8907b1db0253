package io.tidemill.server.chain;

import io.tidemill.client.keys.FalconKey;
import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Hash32;
import java.util.List;
import java.util.TreeMap;
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

  /** A funded account. */
  public record DevAccount(int index, Address address, FalconKey key) {}

  private static final class Lazy {
    static final List<DevAccount> ACCOUNTS_WITH_KEYS =
        IntStream.range(0, ACCOUNTS).parallel().mapToObj(DevChain::generate).toList();
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

  /** The state of wave 0. */
  public static StateDelta genesis() {
    final TreeMap<StateKey, byte @Nullable []> state = new TreeMap<>();
    for (DevAccount account : accounts()) {
      state.put(
          StateKeys.account(account.address()),
          AccountCodec.encode(
              Account.empty(account.address())
                  .withBalance(BALANCE)
                  .withAuthKeys(new AuthKeys.Single(account.key().publicKey()), 0)));
    }
    return StateDelta.of(state);
  }

  private static DevAccount generate(int index) {
    final FalconKey key = FalconKey.devnet(index);
    return new DevAccount(index, new Address(Hash32.of(key.address().toBytes())), key);
  }
}
