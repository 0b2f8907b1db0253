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
  private record Rotation(List<byte[]> signers, int threshold, MultisigBundle bundle) {
    static Rotation read(byte[] data) {
      final BorshReader in = new BorshReader(data);
      final List<byte[]> signers = MultisigBundle.readKeys(in);
      final int threshold = in.u8("new_threshold");
      final MultisigBundle bundle = MultisigBundle.read(in);
      in.end("rotate payload");
      return new Rotation(signers, threshold, bundle);
    }

    byte[] payload() {
      final BorshWriter out = new BorshWriter(1_024);
      MultisigBundle.writeKeys(out, signers);
      return out.u8(threshold).toBytes();
    }
  }

  @Override
  public MultisigBundle.Signed signed(byte[] data) {
    final Rotation rotation = Rotation.read(data);
    return new MultisigBundle.Signed(rotation.payload(), rotation.bundle());
  }

  @Override
  public Outcome apply(NativeContext context) {
    final Rotation rotation;
    try {
      rotation = Rotation.read(context.transaction().data());
    } catch (BorshException e) {
      return context.refused(RejectCode.MALFORMED_PAYLOAD);
    }
    final List<byte[]> signers = rotation.signers();
    final int threshold = rotation.threshold();
    final MultisigBundle bundle = rotation.bundle();
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
    if (!bundle.authorize(
        context.ledger(),
        TransactionType.ROTATE_MULTISIG,
        rotation.payload(),
        context.verifier())) {
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
