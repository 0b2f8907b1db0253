package io.tidemill.executor.signature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Answers of a {@link SignatureVerifier} that were found ahead of the order. An answer counts only
 * for the same key, message and signature; anything else is verified when it is asked.
 *
 * <p>Filled by one thread, then handed over and only read.
 */
public final class CheckedSignatures implements SignatureVerifier {
  private record Answer(byte[] publicKey, byte[] message, byte[] signature, boolean valid) {}

  private final SignatureVerifier verifier;
  private final List<Answer> answers = new ArrayList<>();

  public CheckedSignatures(SignatureVerifier verifier) {
    this.verifier = verifier;
  }

  /** Verifies now and keeps the answer. */
  public void check(byte[] publicKey, byte[] message, byte[] signature) {
    final boolean valid = verifier.verify(publicKey, message, signature);
    answers.add(new Answer(publicKey, message, signature, valid));
  }

  @Override
  public boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    for (Answer answer : answers) {
      if (Arrays.equals(answer.message(), message)
          && Arrays.equals(answer.signature(), signature)
          && Arrays.equals(answer.publicKey(), publicKey)) {
        return answer.valid();
      }
    }
    return verifier.verify(publicKey, message, signature);
  }
}
