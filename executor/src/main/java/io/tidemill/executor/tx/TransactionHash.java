package io.tidemill.executor.tx;

import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;

/**
 * The hash that names a transaction and that its sender signs: Poseidon2 over chain_id u64, from
 * 32, to 32, value u128, Poseidon2(data) 32, gas_limit u64, nonce u64, fee_payer (1 or 33),
 * Poseidon2(Borsh access list) 32, deadline (1 or 9), tx_type u8. The signature is left out.
 * Source: state-and-transactions 1.3 and K.2.
 */
public final class TransactionHash {
  private static final int MAX_PREIMAGE_BYTES = 171 + 32 + 8;
  private static final Hash32 NO_DATA = Poseidon2.hash(new byte[0]);
  private static final Hash32 NO_ACCESS_LIST = Poseidon2.hash(new byte[4]);

  private TransactionHash() {}

  /** The hash of {@code transaction}. */
  public static Hash32 of(Transaction transaction) {
    final BorshWriter out = new BorshWriter(MAX_PREIMAGE_BYTES);
    out.u64(transaction.chainId());
    out.hash32(transaction.from().raw()).hash32(transaction.to().raw());
    transaction.value().write(out);
    out.hash32(transaction.data().length == 0 ? NO_DATA : Poseidon2.hash(transaction.data()));
    out.u64(transaction.gasLimit()).u64(transaction.nonce());
    TransactionEncoder.writeFeePayer(out, transaction.feePayer());
    out.hash32(accessListHash(transaction));
    TransactionEncoder.writeDeadline(out, transaction);
    out.u8(transaction.type().tag());
    return Poseidon2.hash(out.buffer(), 0, out.length());
  }

  private static Hash32 accessListHash(Transaction transaction) {
    if (transaction.accessList().isEmpty()) {
      return NO_ACCESS_LIST;
    }
    final BorshWriter list = new BorshWriter(256);
    TransactionEncoder.writeAccessList(list, transaction.accessList());
    return Poseidon2.hash(list.buffer(), 0, list.length());
  }
}
