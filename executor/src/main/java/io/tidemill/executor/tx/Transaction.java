package io.tidemill.executor.tx;

import java.util.List;

/**
 * A decoded envelope: well-formed Borsh with known tags, and nothing more is promised. The arrays
 * must not be changed. Source: state-and-transactions 1.1.
 *
 * @param from whose nonce it uses
 * @param gasLimit unsigned
 * @param nonce unsigned
 * @param hasDeadline whether {@code deadline} counts
 * @param deadline the last wave that may execute it, unsigned
 * @param chainId unsigned
 */
public record Transaction(
    Address from,
    Address to,
    U128 value,
    byte[] data,
    long gasLimit,
    long nonce,
    byte[] signature,
    FeePayer feePayer,
    List<AccessEntry> accessList,
    boolean hasDeadline,
    long deadline,
    long chainId,
    TransactionType type)
    implements TransactionDecoder.Decoded {
  public Transaction {
    accessList = List.copyOf(accessList);
  }

  /** The same transaction with another signature; its hash stays. */
  public Transaction withSignature(byte[] value) {
    return new Transaction(
        from,
        to,
        this.value,
        data,
        gasLimit,
        nonce,
        value,
        feePayer,
        accessList,
        hasDeadline,
        deadline,
        chainId,
        type);
  }
}
