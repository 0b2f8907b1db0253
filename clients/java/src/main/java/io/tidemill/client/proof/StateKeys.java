package io.tidemill.client.proof;

import io.tidemill.client.hash.Blake3;
import io.tidemill.client.hash.Poseidon2;
import io.tidemill.client.tx.Address;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where accounts and slots live in the flat state: keys of 32 bytes, of which the first 16 are
 * those of the account they belong to.
 */
public final class StateKeys {
  private static final int HALF = 16;
  private static final int ACCOUNT = 0x10;
  private static final int CONTRACT = 0x11;
  private static final int FIRST_RESERVED = 0x10;
  private static final int LAST_RESERVED = 0x1F;
  private static final byte[] SLOT_DOMAIN = "pyde-slot:".getBytes(StandardCharsets.US_ASCII);

  private StateKeys() {}

  /** The key of the account record. */
  public static byte[] account(Address address) {
    return clustered(address, Poseidon2.hash(new byte[] {ACCOUNT}));
  }

  /** The key of what the chain keeps about a contract beside its account. */
  public static byte[] contract(Address address) {
    return clustered(address, Poseidon2.hash(new byte[] {CONTRACT}));
  }

  /**
   * The key of a contract's slot; null when the slot is reserved for the account itself and so
   * never holds anything of the contract's.
   *
   * @param slot the contract's own slot key, 32 bytes
   */
  public static byte @Nullable [] slot(Address contract, byte[] slot) {
    byte[] owner = contract.toBytes();
    if (!Arrays.equals(owner, 0, HALF, slot, 0, HALF)) {
      return clustered(contract, Blake3.hash(SLOT_DOMAIN, owner, slot));
    }
    for (int discriminator = FIRST_RESERVED; discriminator <= LAST_RESERVED; discriminator++) {
      byte[] reserved = Poseidon2.hash(new byte[] {(byte) discriminator});
      if (Arrays.equals(reserved, 0, HALF, slot, HALF, 2 * HALF)) {
        return null;
      }
    }
    return slot.clone();
  }

  private static byte[] clustered(Address owner, byte[] path) {
    byte[] key = Arrays.copyOf(owner.toBytes(), 2 * HALF);
    System.arraycopy(path, 0, key, HALF, HALF);
    return key;
  }
}
