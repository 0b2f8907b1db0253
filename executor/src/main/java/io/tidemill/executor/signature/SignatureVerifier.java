package io.tidemill.executor.signature;

/** Decides whether a signature is one. Total and deterministic. */
public interface SignatureVerifier {
  /** Believes the caller, who has verified already (decisions S2). */
  SignatureVerifier TRUSTING = (publicKey, message, signature) -> true;

  /** Whether {@code signature} signs {@code message} under {@code publicKey}. */
  boolean verify(byte[] publicKey, byte[] message, byte[] signature);
}
