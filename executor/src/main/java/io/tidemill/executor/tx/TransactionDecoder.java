package io.tidemill.executor.tx;

import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.state.hash.Hash32;
import java.util.ArrayList;
import java.util.List;

/**
 * Envelope bytes to a {@link Transaction}. Total: any byte string becomes a transaction or a {@link
 * Malformed} with the reason, in time and memory proportional to its length.
 *
 * <p>Layout (Borsh): from 32, to 32, value u128, data bytes, gas_limit u64, nonce u64, signature
 * bytes, fee_payer (0 | 1 | 2 address), access_list of {address 32, storage_keys of 32, access_type
 * u8}, deadline option u64, chain_id u64, tx_type u8. Source: state-and-transactions 1.1.
 */
public final class TransactionDecoder {
  private static final int MIN_ACCESS_ENTRY_BYTES = 32 + 4 + 1;

  /** What decoding came to. */
  public sealed interface Decoded permits Transaction, Malformed {}

  /**
   * The bytes are no transaction.
   *
   * @param offset the byte at which the offending field begins
   */
  public record Malformed(String reason, int offset) implements Decoded {}

  private TransactionDecoder() {}

  /** Decodes all of {@code bytes}. */
  public static Decoded decode(byte[] bytes) {
    try {
      return read(new BorshReader(bytes));
    } catch (BorshException e) {
      return new Malformed(String.valueOf(e.getMessage()), e.offset());
    }
  }

  private static Transaction read(BorshReader in) {
    final Address from = new Address(in.hash32("from"));
    final Address to = new Address(in.hash32("to"));
    final U128 value = U128.read(in, "value");
    final byte[] data = in.bytes("data");
    final long gasLimit = in.u64("gas_limit");
    final long nonce = in.u64("nonce");
    final byte[] signature = in.bytes("signature");
    final FeePayer feePayer =
        switch (in.tag("fee_payer", 3)) {
          case 0 -> FeePayer.SENDER;
          case 1 -> FeePayer.GAS_TANK;
          default -> new FeePayer.Paymaster(new Address(in.hash32("fee_payer.address")));
        };
    final List<AccessEntry> accessList = readAccessList(in);
    final boolean hasDeadline = in.option("deadline");
    final long deadline = hasDeadline ? in.u64("deadline") : 0;
    final long chainId = in.u64("chain_id");
    final int tag = in.u8("tx_type");
    final TransactionType type = TransactionType.of(tag);
    if (type == null) {
      throw new BorshException("tx_type", in.position() - 1, "unknown type " + tag);
    }
    in.end("transaction");
    return new Transaction(
        from,
        to,
        value,
        data,
        gasLimit,
        nonce,
        signature,
        feePayer,
        accessList,
        hasDeadline,
        deadline,
        chainId,
        type);
  }

  private static List<AccessEntry> readAccessList(BorshReader in) {
    final int count = in.count("access_list", MIN_ACCESS_ENTRY_BYTES);
    if (count == 0) {
      return List.of();
    }
    final List<AccessEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      final Address address = new Address(in.hash32("access_list.address"));
      final int keys = in.count("access_list.storage_keys", Hash32.LENGTH);
      final List<Hash32> storageKeys = new ArrayList<>(keys);
      for (int k = 0; k < keys; k++) {
        storageKeys.add(in.hash32("access_list.storage_keys"));
      }
      final boolean write = in.tag("access_list.access_type", 2) == 1;
      entries.add(new AccessEntry(address, storageKeys, write));
    }
    return entries;
  }
}
