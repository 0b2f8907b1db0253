package io.tidemill.executor.nativetx;

import io.tidemill.executor.Outcome;
import io.tidemill.executor.RejectCode;
import io.tidemill.executor.Rules;
import io.tidemill.executor.borsh.BorshException;
import io.tidemill.executor.borsh.BorshReader;
import io.tidemill.executor.borsh.BorshWriter;
import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.tx.TransactionType;
import java.util.Arrays;
import java.util.List;

/**
 * Replaces the treasury's signers; the multisig's nonce goes on. Data, Borsh: new_signers vec of
 * bytes, new_threshold u8, bundle; signed payload: new_signers, new_threshold. Source:
 * state-and-transactions 1.13.
 */
final class RotateMultisig implements NativeTransaction {
  @Override
  public Outcome apply(NativeContext context) {
    final List<byte[]> signers;
    final int threshold;
    final MultisigBundle bundle;
    try {
      final BorshReader in = new BorshReader(context.transaction().data());
      signers = MultisigBundle.readKeys(in);
      threshold = in.u8("new_threshold");
      bundle = MultisigBundle.read(in);
      in.end("rotate payload");
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final Rules.NativeGas prices = context.rules().nativeGas();
    final long gas =
        prices.rotateMultisig()
            + prices.perSignature() * bundle.size()
            + prices.perNewSigner() * signers.size();
    if (!context.affords(gas)) {
      return context.outOfGas();
    }
    if (!isSound(signers, threshold)) {
      return context.refused(RejectCode.PRECONDITION_FAILED);
    }
    final BorshWriter payload = new BorshWriter(1_024);
    MultisigBundle.writeKeys(payload, signers);
    payload.u8(threshold);
    if (!bundle.authorize(
        context.ledger(), TransactionType.ROTATE_MULTISIG, payload.toBytes(), context.verifier())) {
      return context.refused(RejectCode.BUNDLE_INVALID);
    }
    MultisigBundle.putSigners(context.ledger(), signers, threshold);
    return Outcome.success(gas);
  }

  /** At least one signer, all different and well-formed, and a threshold that they can reach. */
  static boolean isSound(List<byte[]> signers, int threshold) {
    if (signers.isEmpty()
        || signers.size() > MultisigBundle.MAX_SIGNERS
        || threshold < 1
        || threshold > signers.size()) {
      return false;
    }
    for (int i = 0; i < signers.size(); i++) {
      if (!FalconVerifier.isPublicKey(signers.get(i))) {
        return false;
      }
      for (int k = 0; k < i; k++) {
        if (Arrays.equals(signers.get(i), signers.get(k))) {
          return false;
        }
      }
    }
    return true;
  }
}
