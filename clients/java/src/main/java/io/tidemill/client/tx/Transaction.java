package io.tidemill.client.tx;

import com.google.protobuf.ByteString;
import io.tidemill.client.codec.BorshWriter;
import io.tidemill.client.hash.Poseidon2;
import java.math.BigInteger;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of any type: one flat envelope, twelve fields in Borsh, in this order.
 *
 * @param value quanta, u128
 * @param signature FALCON-512 over {@link #hash}; may be empty where the chain trusts its client
 * @param deadline the last wave in which it may run, or null
 * @param type 0 standard, 1 deploy, others as the chain's table says
 */
public record Transaction(
    Address from,
    Address to,
    BigInteger value,
    ByteString data,
    long gasLimit,
    long nonce,
    ByteString signature,
    FeePayer feePayer,
    List<AccessEntry> accessList,
    @Nullable Long deadline,
    long chainId,
    int type) {
  /** A transfer, or a call when {@code to} has code. */
  public static final int STANDARD = 0;

  /** A deployment; {@code to} is the zero address. */
  public static final int DEPLOY = 1;

  /** What a transfer costs, and what every call costs before its first instruction. */
  public static final long INTRINSIC_GAS = 21_000;

  /** Copies the list. */
  public Transaction {
    accessList = List.copyOf(accessList);
  }

  /** Moves {@code value} quanta. */
  public static Transaction transfer(
      long chainId, Address from, Address to, BigInteger value, long nonce) {
    return standard(chainId, from, to, value, new byte[0], INTRINSIC_GAS, nonce);
  }

  /** Calls {@code function} of the contract at {@code to}. */
  public static Transaction call(
      long chainId,
      Address from,
      Address to,
      String function,
      byte[] calldata,
      long gasLimit,
      long nonce) {
    return standard(
        chainId, from, to, BigInteger.ZERO, Payloads.call(function, calldata), gasLimit, nonce);
  }

  /** Deploys {@code wasm} under {@code name}. */
  public static Transaction deploy(
      long chainId,
      Address from,
      String name,
      byte[] wasm,
      byte[] initCalldata,
      long gasLimit,
      long nonce) {
    Transaction standard =
        standard(
            chainId,
            from,
            Address.ZERO,
            BigInteger.ZERO,
            Payloads.deploy(name, wasm, initCalldata),
            gasLimit,
            nonce);
    return standard.withType(DEPLOY);
  }

  /** A transaction of type standard with everything else at its default. */
  public static Transaction standard(
      long chainId,
      Address from,
      Address to,
      BigInteger value,
      byte[] data,
      long gasLimit,
      long nonce) {
    return new Transaction(
        from,
        to,
        value,
        ByteString.copyFrom(data),
        gasLimit,
        nonce,
        ByteString.EMPTY,
        FeePayer.SENDER,
        List.of(),
        null,
        chainId,
        STANDARD);
  }

  /** The same with another value in quanta. */
  public Transaction withValue(BigInteger quanta) {
    return copy(quanta, signature, feePayer, accessList, deadline, type);
  }

  /** The same as another type. */
  public Transaction withType(int number) {
    return copy(value, signature, feePayer, accessList, deadline, number);
  }

  /** The same with another payer of the fee. */
  public Transaction withFeePayer(FeePayer payer) {
    return copy(value, signature, payer, accessList, deadline, type);
  }

  /** The same with hints about what it touches. */
  public Transaction withAccessList(List<AccessEntry> hints) {
    return copy(value, signature, feePayer, hints, deadline, type);
  }

  /** The same with a last wave. */
  public Transaction withDeadline(long wave) {
    return copy(value, signature, feePayer, accessList, wave, type);
  }

  /** The same with the signature that {@code signer} makes of {@link #hash}. */
  public Transaction signedBy(UnaryOperator<byte[]> signer) {
    ByteString signed = ByteString.copyFrom(signer.apply(hash()));
    return copy(value, signed, feePayer, accessList, deadline, type);
  }

  /** The Borsh bytes. */
  public byte[] encode() {
    BorshWriter out = new BorshWriter();
    out.fixed(from.toBytes()).fixed(to.toBytes()).u128(value).bytes(data.toByteArray());
    out.u64(gasLimit).u64(nonce).bytes(signature.toByteArray());
    writeFeePayer(out);
    writeAccessList(out);
    out.option(deadline, BorshWriter::u64).u64(chainId).u8(type);
    return out.toBytes();
  }

  /**
   * What the sender signs and what receipts are found by: Poseidon2 of the fields in an order of
   * their own, with the data and the access list as hashes and without the signature.
   */
  public byte[] hash() {
    BorshWriter list = new BorshWriter();
    writeAccessList(list);
    BorshWriter out = new BorshWriter();
    out.u64(chainId).fixed(from.toBytes()).fixed(to.toBytes()).u128(value);
    out.fixed(Poseidon2.hash(data.toByteArray())).u64(gasLimit).u64(nonce);
    writeFeePayer(out);
    out.fixed(Poseidon2.hash(list.toBytes())).option(deadline, BorshWriter::u64).u8(type);
    return Poseidon2.hash(out.toBytes());
  }

  private void writeFeePayer(BorshWriter out) {
    switch (feePayer) {
      case FeePayer.Sender sender -> out.u8(0);
      case FeePayer.GasTank tank -> out.u8(1);
      case FeePayer.Paymaster paymaster -> out.u8(2).fixed(paymaster.address().toBytes());
    }
  }

  private void writeAccessList(BorshWriter out) {
    out.list(
        accessList,
        (writer, entry) ->
            writer
                .fixed(entry.address().toBytes())
                .list(entry.slots(), (slots, slot) -> slots.fixed(slot.toByteArray()))
                .u8(entry.write() ? 1 : 0));
  }

  private Transaction copy(
      BigInteger quanta,
      ByteString signed,
      FeePayer payer,
      List<AccessEntry> hints,
      @Nullable Long lastWave,
      int number) {
    return new Transaction(
        from, to, quanta, data, gasLimit, nonce, signed, payer, hints, lastWave, chainId, number);
  }
}
