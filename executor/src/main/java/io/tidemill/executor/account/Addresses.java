package io.tidemill.executor.account;

import io.tidemill.executor.tx.Address;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.nio.charset.StandardCharsets;

/**
 * How addresses come about: always Poseidon2 of a preimage, never truncated. Source:
 * state-and-transactions 2.2, host-abi 1.14.
 */
public final class Addresses {
  /** Receives the treasury share of fees; spends by multisig. */
  public static final Address TREASURY = system("pyde-treasury");

  /** Receives the reward share of fees; pays validators at epoch boundaries. */
  public static final Address REWARD_POOL = system("pyde-reward-pool");

  /** Pays airdrop claims. */
  public static final Address AIRDROP_POOL = system("pyde-airdrop-pool");

  private static final byte[] CHILD_PREFIX = ascii("pyde-child:");

  private Addresses() {}

  /** Of an external account or a validator, from its 897-byte FALCON public key. */
  public static Address ofPublicKey(byte[] publicKey) {
    return new Address(Poseidon2.hash(publicKey));
  }

  /** Of the contract registered as {@code name}. */
  public static Address contract(String name) {
    return new Address(Poseidon2.hash(utf8("pyde-contract:" + name)));
  }

  /** Of the parachain registered as {@code name}. */
  public static Address parachain(String name) {
    return new Address(Poseidon2.hash(utf8("pyde-parachain:" + name)));
  }

  /** Of the contract that {@code parent} instantiates from {@code template} with {@code salt}. */
  public static Address child(Address parent, Address template, Hash32 salt) {
    final byte[] preimage = new byte[CHILD_PREFIX.length + 3 * Hash32.LENGTH];
    System.arraycopy(CHILD_PREFIX, 0, preimage, 0, CHILD_PREFIX.length);
    parent.raw().writeTo(preimage, CHILD_PREFIX.length);
    template.raw().writeTo(preimage, CHILD_PREFIX.length + Hash32.LENGTH);
    salt.writeTo(preimage, CHILD_PREFIX.length + 2 * Hash32.LENGTH);
    return new Address(Poseidon2.hash(preimage));
  }

  /** Of a system account. */
  public static Address system(String name) {
    return new Address(Poseidon2.hash(ascii(name)));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
