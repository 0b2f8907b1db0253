package io.tidemill.executor.account;

import io.tidemill.executor.tx.Address;
import io.tidemill.state.StateKey;
import io.tidemill.state.hash.Blake3;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where things live in the flat state.
 *
 * <p>Keys of an account are clustered: its first 16 address bytes, then 16 bytes of a hash. System
 * keys are Poseidon2(discriminator u8, sub-key) and unclustered. Source: state-and-transactions 3.2
 * and K.4, decisions H6.
 */
public final class StateKeys {
  /** Account meta leaf of the account record. */
  public static final int META_ACCOUNT = 0x10;

  /** Account meta leaf of the {@link ContractRecord}. */
  public static final int META_CONTRACT = 0x11;

  /** Account meta leaf of a parachain's message count: wave u64, count u32, little-endian. */
  public static final int META_MESSAGES = 0x12;

  private static final int META_FIRST = 0x10;
  private static final int META_LAST = 0x1F;

  private static final byte[] SLOT_DOMAIN = ascii("pyde-slot:");
  private static final byte[] PARACHAIN_DOMAIN = ascii("pyde-pstore:");

  /** First half of Poseidon2 of each reserved discriminator, as two words each. */
  private static final long[] META_SUFFIXES = new long[2 * (META_LAST - META_FIRST + 1)];

  /** The keys of plain system values by the slot's ordinal: every transaction reads one. */
  private static final StateKey[] SYSTEM =
      Arrays.stream(SystemSlot.values())
          .map(slot -> new StateKey(Poseidon2.hash(new byte[] {(byte) slot.discriminator()})))
          .toArray(StateKey[]::new);

  static {
    for (int d = META_FIRST; d <= META_LAST; d++) {
      final Hash32 suffix = Poseidon2.hash(new byte[] {(byte) d});
      META_SUFFIXES[2 * (d - META_FIRST)] = suffix.w0();
      META_SUFFIXES[2 * (d - META_FIRST) + 1] = suffix.w1();
    }
  }

  private StateKeys() {}

  /** The account record of {@code address}. */
  public static StateKey account(Address address) {
    return meta(address, META_ACCOUNT);
  }

  /** The {@link ContractRecord} of {@code address}. */
  public static StateKey contract(Address address) {
    return meta(address, META_CONTRACT);
  }

  /** Whether an account record lies under {@code key}. */
  public static boolean isAccount(StateKey key) {
    return isMeta(key, META_ACCOUNT);
  }

  /** Whether a {@link ContractRecord} lies under {@code key}. */
  public static boolean isContractRecord(StateKey key) {
    return isMeta(key, META_CONTRACT);
  }

  private static boolean isMeta(StateKey key, int discriminator) {
    final int at = 2 * (discriminator - META_FIRST);
    return key.raw().w2() == META_SUFFIXES[at] && key.raw().w3() == META_SUFFIXES[at + 1];
  }

  /** How many messages the parachain {@code id} has sent in a wave. Source: host-abi 2.13. */
  public static StateKey messageMeter(Address id) {
    return meta(id, META_MESSAGES);
  }

  private static StateKey meta(Address address, int discriminator) {
    final int at = 2 * (discriminator - META_FIRST);
    return new StateKey(
        new Hash32(
            address.raw().w0(), address.raw().w1(), META_SUFFIXES[at], META_SUFFIXES[at + 1]));
  }

  /** Whether the last 16 bytes of {@code slot} are reserved for account metadata. */
  public static boolean hasReservedSuffix(Hash32 slot) {
    for (int i = 0; i < META_SUFFIXES.length; i += 2) {
      if (slot.w2() == META_SUFFIXES[i] && slot.w3() == META_SUFFIXES[i + 1]) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where the raw slot {@code slot} of {@code contract} lives, or null when the slot is
   * write-locked (own prefix and a reserved suffix): then a read finds nothing and a write traps.
   * Source: decisions H6.
   */
  public static @Nullable StateKey slot(Address contract, Hash32 slot) {
    if (slot.sharesPrefix16(contract.raw())) {
      return hasReservedSuffix(slot) ? null : new StateKey(slot);
    }
    final byte[] preimage = new byte[SLOT_DOMAIN.length + 2 * Hash32.LENGTH];
    System.arraycopy(SLOT_DOMAIN, 0, preimage, 0, SLOT_DOMAIN.length);
    contract.raw().writeTo(preimage, SLOT_DOMAIN.length);
    slot.writeTo(preimage, SLOT_DOMAIN.length + Hash32.LENGTH);
    return clustered(contract.raw(), Blake3.hash(preimage));
  }

  /** Where {@code key} of the parachain {@code id} lives. Source: decisions H6. */
  public static StateKey parachainSlot(Hash32 id, byte[] key) {
    final byte[] preimage = new byte[PARACHAIN_DOMAIN.length + Hash32.LENGTH + key.length];
    System.arraycopy(PARACHAIN_DOMAIN, 0, preimage, 0, PARACHAIN_DOMAIN.length);
    id.writeTo(preimage, PARACHAIN_DOMAIN.length);
    System.arraycopy(key, 0, preimage, PARACHAIN_DOMAIN.length + Hash32.LENGTH, key.length);
    return clustered(id, Blake3.hash(preimage));
  }

  /** A native slot by number: the clustered layout a contract may use itself. */
  public static StateKey storageSlot(Address contract, long slot) {
    return clustered(contract.raw(), Poseidon2.hash(slotPreimage(slot)));
  }

  /** An entry of the map in slot {@code slot}; more than one key means a map of maps. */
  public static StateKey mapEntry(Address contract, long slot, byte[]... keys) {
    Hash32 path = Poseidon2.hash(slotPreimage(slot));
    for (byte[] key : keys) {
      final byte[] preimage = new byte[Hash32.LENGTH + 1 + key.length];
      path.writeTo(preimage, 0);
      preimage[Hash32.LENGTH] = 0x05;
      System.arraycopy(key, 0, preimage, Hash32.LENGTH + 1, key.length);
      path = Poseidon2.hash(preimage);
    }
    return clustered(contract.raw(), path);
  }

  private static byte[] slotPreimage(long slot) {
    final byte[] preimage = new byte[9];
    preimage[0] = 0x04;
    for (int i = 0; i < 8; i++) {
      preimage[1 + i] = (byte) (slot >>> 8 * i);
    }
    return preimage;
  }

  private static StateKey clustered(Hash32 owner, Hash32 path) {
    return new StateKey(new Hash32(owner.w0(), owner.w1(), path.w0(), path.w1()));
  }

  /** A system value. */
  public static StateKey system(SystemSlot slot) {
    return SYSTEM[slot.ordinal()];
  }

  /** A system value under a sub-key. */
  public static StateKey system(SystemSlot slot, byte[] subKey) {
    final byte[] preimage = new byte[1 + subKey.length];
    preimage[0] = (byte) slot.discriminator();
    System.arraycopy(subKey, 0, preimage, 1, subKey.length);
    return new StateKey(Poseidon2.hash(preimage));
  }

  /** A system value under a 32-byte sub-key. */
  public static StateKey system(SystemSlot slot, Hash32 subKey) {
    return system(slot, subKey.toBytes());
  }

  /** A system value under a number, little-endian. */
  public static StateKey system(SystemSlot slot, long subKey) {
    final byte[] bytes = new byte[8];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (subKey >>> 8 * i);
    }
    return system(slot, bytes);
  }

  /** The address that {@code name} is registered to: 32 bytes. */
  public static StateKey nameToAddress(String name) {
    return system(SystemSlot.NAME_TO_ADDRESS, name.getBytes(StandardCharsets.UTF_8));
  }

  /** The name that {@code address} is registered under: its UTF-8 bytes. */
  public static StateKey addressToName(Address address) {
    return system(SystemSlot.ADDRESS_TO_NAME, address.raw());
  }

  /** The contract that owns the first 16 bytes of {@code address}: 32 bytes. */
  public static StateKey prefixOwner(Address address) {
    final byte[] prefix = new byte[16];
    System.arraycopy(address.toBytes(), 0, prefix, 0, 16);
    return system(SystemSlot.PREFIX_REGISTRY, prefix);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
