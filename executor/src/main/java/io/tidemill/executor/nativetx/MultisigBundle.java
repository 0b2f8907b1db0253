package io.tidemill.executor.nativetx;

import io.tidemill.executor.account.StateKeys;
import io.tidemill.executor.account.SystemSlot;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.overlay.Ledger;
import io.tidemill.executor.signature.CheckedSignatures;
import io.tidemill.executor.signature.SignatureVerifier;
import io.tidemill.executor.tx.TransactionType;
import io.tidemill.state.hash.Hash32;
import io.tidemill.state.hash.Poseidon2;
import java.util.ArrayList;
import java.util.List;

/**
 * Signatures of the treasury multisig: Borsh vec of {signer_index u32, signature bytes}. They sign
 * Poseidon2(domain u8, nonce u64, Poseidon2(payload)), where the domain is the transaction's tag
 * and the nonce the multisig's. Source: state-and-transactions 1.13.
 */
public record MultisigBundle(List<Entry> entries) {
  /** The most signers there can be. */
  public static final int MAX_SIGNERS = 16;

  /** Without signatures. */
  static final MultisigBundle NONE = new MultisigBundle(List.of());

  /** A bundle with the payload that it signs. */
  record Signed(byte[] payload, MultisigBundle bundle) {}

  /** One signature. */
  public record Entry(int signer, byte[] signature) {}

  public MultisigBundle {
    entries = List.copyOf(entries);
  }

  static MultisigBundle read(BorshReader in) {
    final int at = in.position();
    final int count = in.count("bundle", 8);
    if (count > MAX_SIGNERS) {
      throw new BorshException("bundle", at, count + " signatures, at most " + MAX_SIGNERS);
    }
    final List<Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      entries.add(new Entry(in.u32("bundle.signer_index"), in.bytes("bundle.signature")));
    }
    return new MultisigBundle(entries);
  }

  /** Writes the Borsh bytes. */
  public void write(BorshWriter out) {
    out.u32(entries.size());
    for (Entry entry : entries) {
      out.u32(entry.signer()).bytes(entry.signature());
    }
  }

  /** How many signatures there are to pay for. */
  int size() {
    return entries.size();
  }

  /** What the signers of a transaction of type {@code type} sign. */
  public static Hash32 message(TransactionType type, long nonce, byte[] payload) {
    return Poseidon2.hash(
        new BorshWriter(41).u8(type.tag()).u64(nonce).hash32(Poseidon2.hash(payload)).toBytes());
  }

  /**
   * Checks the bundle against the multisig in the state and, when it holds, moves the multisig's
   * nonce on. The structure is checked before any signature, and signatures up to the threshold.
   */
  boolean authorize(
      Ledger ledger, TransactionType type, byte[] payload, SignatureVerifier verifier) {
    final List<byte[]> signers = signers(ledger);
    final long threshold = ledger.number(SystemSlot.MULTISIG_THRESHOLD);
    if (signers.isEmpty() || threshold < 1 || entries.size() < threshold) {
      return false;
    }
    int seen = 0;
    for (Entry entry : entries) {
      if (entry.signer() < 0
          || entry.signer() >= signers.size()
          || (seen >>> entry.signer() & 1) != 0) {
        return false;
      }
      seen |= 1 << entry.signer();
    }
    final long nonce = ledger.number(SystemSlot.MULTISIG_NONCE);
    final byte[] message = message(type, nonce, payload).toBytes();
    for (int i = 0; i < threshold; i++) {
      final Entry entry = entries.get(i);
      if (!verifier.verify(signers.get(entry.signer()), message, entry.signature())) {
        return false;
      }
    }
    ledger.putNumber(SystemSlot.MULTISIG_NONCE, nonce + 1);
    return true;
  }

  /**
   * Checks ahead of the order what {@link #authorize} will ask for if the multisig is still as in
   * {@code ledger}, and leaves the answers with {@code checked}.
   */
  void check(Ledger ledger, TransactionType type, byte[] payload, CheckedSignatures checked) {
    final List<byte[]> signers = signers(ledger);
    final long threshold = Math.min(ledger.number(SystemSlot.MULTISIG_THRESHOLD), entries.size());
    final byte[] message =
        message(type, ledger.number(SystemSlot.MULTISIG_NONCE), payload).toBytes();
    for (int i = 0; i < threshold; i++) {
      final Entry entry = entries.get(i);
      if (entry.signer() >= 0 && entry.signer() < signers.size()) {
        checked.check(signers.get(entry.signer()), message, entry.signature());
      }
    }
  }

  /** The public keys of the signers: Borsh vec of bytes. */
  static List<byte[]> signers(Ledger ledger) {
    final byte[] value = ledger.overlay().get(StateKeys.system(SystemSlot.MULTISIG_SIGNERS));
    if (value == null) {
      return List.of();
    }
    final BorshReader in = new BorshReader(value);
    final List<byte[]> signers = readKeys(in);
    in.end("signers");
    return signers;
  }

  /** Writes the set of signers and the threshold. */
  public static void putSigners(Ledger ledger, List<byte[]> signers, int threshold) {
    final BorshWriter out = new BorshWriter(1_024);
    writeKeys(out, signers);
    ledger.overlay().put(StateKeys.system(SystemSlot.MULTISIG_SIGNERS), out.toBytes());
    ledger.putNumber(SystemSlot.MULTISIG_THRESHOLD, threshold);
  }

  static List<byte[]> readKeys(BorshReader in) {
    final int at = in.position();
    final int count = in.count("signers", 4);
    if (count > MAX_SIGNERS) {
      throw new BorshException("signers", at, count + " keys, at most " + MAX_SIGNERS);
    }
    final List<byte[]> keys = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      keys.add(in.bytes("signers.key"));
    }
    return keys;
  }

  static void writeKeys(BorshWriter out, List<byte[]> keys) {
    out.u32(keys.size());
    for (byte[] key : keys) {
      out.bytes(key);
    }
  }
}
