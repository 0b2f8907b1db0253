package io.tidemill.executor.host;

import io.tidemill.executor.signature.FalconVerifier;
import io.tidemill.executor.wasm.Instance;
import io.tidemill.executor.wasm.Trap;
import io.tidemill.executor.wasm.TrapCode;

/** FALCON-512 for contracts. Source: host-abi 2.9, 7.4. */
public final class Signatures {
  /** Shorter or longer signatures cannot be valid and are not even read. */
  private static final int MIN_SIGNATURE = 500;

  private static final int MAX_SIGNATURE = 1_000;

  private Signatures() {}

  /** 0 when the signature is valid, -17 otherwise, whatever is wrong. */
  public static int falconVerify(
      Instance instance, int key, int message, int messageLength, int signature, int length) {
    final CallContext context = CallContext.enter(instance, HostFunction.FALCON_VERIFY);
    if (messageLength < 0 || messageLength > context.tx.limits.maxFalconMessageBytes()) {
      throw Trap.of(TrapCode.MESSAGE_TOO_LARGE);
    }
    if (length < MIN_SIGNATURE || length > MAX_SIGNATURE) {
      return HostCode.SIGNATURE_INVALID;
    }
    final byte[] publicKey = instance.memory.read(key, FalconVerifier.PUBLIC_KEY_BYTES);
    final byte[] text = instance.memory.read(message, messageLength);
    final byte[] proof = instance.memory.read(signature, length);
    return FalconVerifier.INSTANCE.verify(publicKey, text, proof)
        ? HostCode.OK
        : HostCode.SIGNATURE_INVALID;
  }
}
