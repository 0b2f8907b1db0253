package io.tidemill.server.chain;

import io.tidemill.executor.ChainSpecification;
import io.tidemill.executor.Rules;
import io.tidemill.executor.account.Account;
import io.tidemill.executor.account.AccountCodec;
import io.tidemill.executor.account.Addresses;
import io.tidemill.executor.account.AuthKeys;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.tx.Address;
import io.tidemill.executor.tx.U128;
import io.tidemill.state.StateDelta;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyGenerationParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconKeyPairGenerator;
import org.bouncycastle.pqc.crypto.falcon.FalconParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconPrivateKeyParameters;
import org.bouncycastle.pqc.crypto.falcon.FalconPublicKeyParameters;
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
  public record DevAccount(
      int index, Address address, byte[] publicKey, FalconPrivateKeyParameters privateKey) {}

  private static final String SEED_DOMAIN = "pyde-devnet-v1/";

  /** The header byte of a FALCON-512 public key. */
  private static final byte PUBLIC_KEY_HEADER = 9;

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
                  .withAuthKeys(new AuthKeys.Single(account.publicKey()), 0)));
    }
    return StateDelta.of(state);
  }

  private static DevAccount generate(int index) {
    final byte[] domain = SEED_DOMAIN.getBytes(StandardCharsets.US_ASCII);
    final byte[] preimage = new byte[domain.length + 8];
    System.arraycopy(domain, 0, preimage, 0, domain.length);
    preimage[domain.length] = (byte) index;
    final FalconKeyPairGenerator generator = new FalconKeyPairGenerator();
    generator.init(
        new FalconKeyGenerationParameters(
            new SeededRandom(Blake3.hash(preimage).toBytes()), FalconParameters.falcon_512));
    final AsymmetricCipherKeyPair pair = generator.generateKeyPair();
    final byte[] h = ((FalconPublicKeyParameters) pair.getPublic()).getH();
    final byte[] key = new byte[h.length + 1];
    key[0] = PUBLIC_KEY_HEADER;
    System.arraycopy(h, 0, key, 1, h.length);
    return new DevAccount(
        index, Addresses.ofPublicKey(key), key, (FalconPrivateKeyParameters) pair.getPrivate());
  }
}
