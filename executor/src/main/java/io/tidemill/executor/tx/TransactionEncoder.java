package io.tidemill.executor.tx;

import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.state.hash.Hash32;
import java.util.List;

/** A {@link Transaction} to its bytes: the inverse of {@link TransactionDecoder}. */
public final class TransactionEncoder {
  private TransactionEncoder() {}

  /** The envelope's Borsh bytes. */
  public static byte[] encode(Transaction transaction) {
    final BorshWriter out =
        new BorshWriter(256 + transaction.data().length + transaction.signature().length);
    out.hash32(transaction.from().raw()).hash32(transaction.to().raw());
    transaction.value().write(out);
    out.bytes(transaction.data());
    out.u64(transaction.gasLimit()).u64(transaction.nonce());
    out.bytes(transaction.signature());
    writeFeePayer(out, transaction.feePayer());
    writeAccessList(out, transaction.accessList());
    writeDeadline(out, transaction);
    out.u64(transaction.chainId()).u8(transaction.type().tag());
    return out.toBytes();
  }

  static void writeFeePayer(BorshWriter out, FeePayer payer) {
    switch (payer) {
      case FeePayer.Sender _ -> out.u8(0);
      case FeePayer.GasTank _ -> out.u8(1);
      case FeePayer.Paymaster(Address address) -> out.u8(2).hash32(address.raw());
    }
  }

  static void writeAccessList(BorshWriter out, List<AccessEntry> accessList) {
    out.u32(accessList.size());
    for (AccessEntry entry : accessList) {
      out.hash32(entry.address().raw()).u32(entry.storageKeys().size());
      for (Hash32 key : entry.storageKeys()) {
        out.hash32(key);
      }
      out.u8(entry.write() ? 1 : 0);
    }
  }

  static void writeDeadline(BorshWriter out, Transaction transaction) {
    out.bool(transaction.hasDeadline());
    if (transaction.hasDeadline()) {
      out.u64(transaction.deadline());
    }
  }
}
